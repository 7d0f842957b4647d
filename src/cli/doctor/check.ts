import type { CliErrorCode } from '../errors.ts';

/** One thing that must be right, and what to do when it is not. */
export type Check =
  | { readonly kind: 'ok'; readonly name: string; readonly detail: string }
  | { readonly kind: 'skipped'; readonly name: string; readonly detail: string }
  | {
      readonly kind: 'warning';
      readonly name: string;
      readonly detail: string;
      readonly mend: string;
    }
  | {
      readonly kind: 'failed';
      readonly name: string;
      readonly detail: string;
      readonly mend: string;
      readonly code: CliErrorCode;
    };

export function ok(name: string, detail: string): Check {
  return { kind: 'ok', name, detail };
}

export function skipped(name: string, detail: string): Check {
  return { kind: 'skipped', name, detail };
}

export function warning(name: string, detail: string, mend: string): Check {
  return { kind: 'warning', name, detail, mend };
}

/** `code` decides the exit code; by default something that a person mends at Meta or in Temporal. */
export function failed(
  name: string,
  fault: { readonly detail: string; readonly mend: string; readonly code?: CliErrorCode },
): Check {
  const { detail, mend, code = 'needs_mending' } = fault;
  return { kind: 'failed', name, detail, mend, code };
}
