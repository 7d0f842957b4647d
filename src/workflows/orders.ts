import type { EventKind } from '../contract/activities.ts';
import type { OrderName } from '../contract/onboarding.ts';
import { causeEntry } from '../domain/causes.ts';
import { namingProblem } from '../domain/naming.ts';
import { tell, type Run } from './run.ts';

const NO_NAME = 'the input must be {"name": "…", "actor": "…"}';

/** A move that a person asks for. */
interface Order {
  /** How the number's history names it. */
  readonly kind: EventKind;
  readonly name: string;
  /** What the history says once it is accepted; nothing where the story itself says it. */
  readonly text?: string;
  /** Shown by the Temporal UI. */
  readonly description: string;
  /** Why it would do harm or nothing; undefined when it may go ahead. */
  readonly whyNot: (run: Run) => string | undefined;
  readonly change: (run: Run, actor: string) => void;
}

export const ORDERS: Readonly<Record<OrderName, Order>> = {
  retryNow: {
    ...{ kind: 'retried', name: 'Retry', text: 'A person asked to try again.' },
    description: 'As the signal retry, but it answers, and refuses with a reason',
    ...{ whyNot: whyNoRetry, change: retry },
  },
  numberFreed: {
    ...{ kind: 'number-freed', name: '"Number freed"' },
    text: 'The customer has freed the number, a person says: it is tried again.',
    description: 'The customer has freed the number: try again now. Input: {"actor": "your name"}',
    ...{ whyNot: whyNoRetry, change: retry },
  },
  pause: {
    ...{ kind: 'paused', name: 'Pause' },
    text: 'A person paused the number: nothing is asked of Meta until it is resumed. Any deadline keeps running.',
    description:
      'Ask nothing of Meta until it is resumed; any deadline runs on. Input: {"actor": "your name"}',
    whyNot: ({ messages: { pausedBy } }) =>
      pausedBy === undefined ? undefined : `the number is paused already, by ${pausedBy}`,
    change: ({ messages }, actor) => {
      messages.pausedBy = actor;
    },
  },
  resume: {
    ...{ kind: 'resumed', name: 'Resume', text: 'A person resumed the number.' },
    description: 'Go on after a pause: the number is read now. Input: {"actor": "your name"}',
    whyNot: ({ messages: { pausedBy } }) =>
      pausedBy === undefined ? 'the number is not paused' : undefined,
    change: ({ messages }) => {
      messages.pausedBy = undefined;
    },
  },
  abandon: {
    ...{ kind: 'abandoned', name: 'Giving up' },
    description:
      'Give the number up: the run ends as failed, and a new signup may start it again. Input: {"actor": "your name"}',
    whyNot: () => undefined,
    change: ({ messages }, actor) => {
      messages.givenUpBy = actor;
    },
  },
};

/** Handlers only change state; the story acts on it. */
export function carryOut(run: Run, name: OrderName, actor: string): void {
  const { kind, text, change } = ORDERS[name];
  change(run, actor);
  if (text !== undefined) tell(run, kind, [text, actor]);
}

export function whyNotNow(run: Run, name: OrderName): string | undefined {
  return whyNothing(run) ?? ORDERS[name].whyNot(run);
}

/** Why another display name makes no sense now, or is none; undefined when the number waits for one, or may get one. */
export function whyNotName(run: Run, wish: unknown): string | undefined {
  const { pausedBy, takesName } = run.messages;
  const refusal = whyNothing(run);
  if (refusal !== undefined) return refusal;
  if (pausedBy !== undefined) return pausedText(pausedBy);
  if (!takesName) return 'the number does not wait for its display name';
  const isNamed = typeof wish === 'object' && wish !== null && 'name' in wish;
  return isNamed && typeof wish.name === 'string' ? namingProblem(wish.name) : NO_NAME;
}

function whyNothing(run: Run): string | undefined {
  const { outcome } = run.progress;
  if (outcome !== undefined) return `the onboarding has ended: ${outcome}`;
  const { givenUpBy } = run.messages;
  return givenUpBy === undefined ? undefined : `the number is being given up, by ${givenUpBy}`;
}

function pausedText(pausedBy: string): string {
  return `the number is paused, by ${pausedBy}; resume it first`;
}

function retry({ messages }: Run): void {
  messages.retries += 1;
}

function whyNoRetry({ messages: { pausedBy }, heldFrom, progress }: Run): string | undefined {
  if (pausedBy !== undefined) return pausedText(pausedBy);
  const { refusal, untilMs } = heldFrom ?? progress.waiting;
  if (refusal === undefined || causeEntry(refusal.cause).locked !== true) return undefined;
  const until = untilMs === undefined ? '' : ` until ${new Date(untilMs).toISOString()}`;
  return `Meta has locked the number${until}; a call now would prolong the lock`;
}
