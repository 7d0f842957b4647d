import { randomUUID } from 'node:crypto';
import type { Secret } from '../domain/secret.ts';
import type { CodeMethod } from '../graph/checks.ts';
import type { Store } from '../store/store.ts';
import { askMeta, type MetaDeps, type NumberTarget } from './meta.ts';
import { nudge } from './nudge.ts';

/**
 * Has Meta send a code to the number. After Embedded Signup none is needed: this is for numbers that were added by hand, and
 * for a proof that has lapsed. `language` is like `en_US`.
 */
export async function requestCode(
  { graph, ...deps }: MetaDeps,
  { phoneNumberId, ...target }: NumberTarget,
  how: { readonly method: CodeMethod; readonly language: string },
): Promise<void> {
  await askMeta({ graph, ...deps }, target, {
    call: 'code',
    calls: 0,
    ask: (token) => graph.requestCode({ token, phoneNumberId, ...how }),
  });
}

interface OwnershipDeps extends MetaDeps {
  /** Absent where no number is ours. */
  readonly store?: NonNullable<MetaDeps['store']> & Pick<Store, 'numbers' | 'inbox'>;
}

/** Gives Meta the code that came, and has the number's onboarding look. Guessing too often locks the number for hours. */
export async function submitCode(
  { graph, ...deps }: OwnershipDeps,
  { phoneNumberId, ...target }: NumberTarget,
  code: Secret,
): Promise<void> {
  await askMeta({ graph, ...deps }, target, {
    call: 'code',
    calls: 0,
    ask: (token) => graph.verifyCode({ token, phoneNumberId, code }),
  });
  const ours = await deps.store?.numbers.byId(phoneNumberId);
  if (deps.store === undefined || ours === undefined) return;
  await nudge(deps.store, ours, { field: 'code', id: randomUUID() });
}
