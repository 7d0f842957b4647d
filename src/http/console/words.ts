import type { Stage, WaitingFor } from '../../domain/onboarding.ts';
import type { Outcome } from '../../domain/outcome.ts';

/** How well something stands, for a colour and for a mark that needs none. */
export type Mood = 'good' | 'busy' | 'bad' | 'idle';

const STAGES: Readonly<Record<Stage, string>> = {
  verifying: 'Verifying ownership',
  registering: 'Registering',
  'following-name': 'Following the name',
  'collecting-certificate': 'Collecting the certificate',
  done: 'Done',
};

const MOVERS: Readonly<Record<WaitingFor, readonly [string, Mood]>> = {
  operator: ['Your move', 'bad'],
  customer: ["The customer's move", 'bad'],
  meta: ["Meta's move", 'busy'],
  time: ['Waiting for a time', 'busy'],
  nobody: ['Nothing to do', 'idle'],
};

const OUTCOMES: Readonly<Record<Outcome, readonly [string, Mood]>> = {
  ready: ['Ready', 'good'],
  'registered-name-undecided': ['Registered, name undecided', 'idle'],
  'not-applicable': ['Not applicable', 'idle'],
  'signup-expired': ['Signup expired', 'bad'],
  abandoned: ['Abandoned', 'bad'],
};

export function stageText(stage: string): string {
  return inTable(STAGES, stage) ?? stage;
}

export function moverText(mover: string): string {
  return inTable(MOVERS, mover)?.[0] ?? mover;
}

export function outcomeText(outcome: string): string {
  return inTable(OUTCOMES, outcome)?.[0] ?? causeText(outcome.replaceAll('-', '_'));
}

/** Whose move it is, or how the onboarding has ended. */
export function standingOf(number: {
  readonly waiting_for: string;
  readonly outcome: string | undefined;
}): { readonly text: string; readonly mood: Mood } {
  const { waiting_for: mover, outcome } = number;
  const [text, mood] =
    outcome === undefined
      ? (inTable(MOVERS, mover) ?? ([mover, 'idle'] as const))
      : (inTable(OUTCOMES, outcome) ?? ([outcome, 'idle'] as const));
  return { text, mood };
}

/** `number_in_use` as people write it. */
export function causeText(cause: string): string {
  const words = cause.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Messages are written without a period, unless they are several sentences. */
export function sentenceOf(message: string): string {
  return /[.!?)]$/.test(message) ? message : `${message}.`;
}

/** Values may be ones that Meta, or a newer release of ours, has invented since. */
export function inTable<Value>(
  table: Readonly<Record<string, Value>>,
  key: string,
): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
