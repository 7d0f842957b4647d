import { CAUSES } from '../domain/causes.ts';
import { isLiveOutcome } from '../domain/outcome.ts';
import type { NumberDetails } from './number-view.ts';

/** What a person can do for a number. */
export type MoveKind =
  | 'retry'
  | 'number-freed'
  | 'pause'
  | 'resume'
  | 'abandon'
  | 'request-code'
  | 'submit-code'
  | 'tell-pin'
  | 'set-pin'
  | 'deregister'
  | 'change-name'
  | 'reveal-certificate'
  | 'reveal-pin';

export interface Move {
  readonly kind: MoveKind;
  /** What the button says. */
  readonly title: string;
  /** What it will do, in one or two sentences. */
  readonly effect: string;
  /** The number waits for it. */
  readonly isAdvised: boolean;
  /** Who may make it. */
  readonly role: 'operator' | 'admin';
  /** What the person confirms first, as it cannot be undone. */
  readonly confirm?: string;
}

interface Rule extends Pick<Move, 'title' | 'role' | 'confirm'> {
  readonly effect: (number: NumberDetails) => string;
  /** Does it make sense now? */
  readonly when: (number: NumberDetails) => boolean;
  readonly isAdvised: (number: NumberDetails) => boolean;
}

const PERSONS: readonly string[] = ['operator', 'customer'];
/** What a code answers. `not_verified` is also said by a number that is verified by hand in WhatsApp Manager. */
const CODE_CAUSES: readonly string[] = [
  ...['not_verified', 'code_not_sent', 'code_wrong'],
  ...['ownership_not_confirmed', 'preverified_lapsed'],
];
/** Meta decides on the name by itself: asking again now finds nothing that a webhook would not tell. */
const HANDS_OFF: readonly string[] = ['name_declined', 'certificate_expired'];

/** What another display name answers. */
const NAME_CAUSES: readonly string[] = ['name_declined', 'rename_window_missed'];

/** In the order in which they are shown. */
const RULES: Readonly<Record<MoveKind, Rule>> = {
  retry: {
    title: 'Retry',
    role: 'operator',
    effect: (number) => retryEffect(number),
    when: (number) => isOpen(number) && !isLocked(number) && !isPaused(number),
    isAdvised: (number) => isPersonsMove(number) && !isOneOf(HANDS_OFF, number.cause),
  },
  resume: {
    title: 'Resume',
    role: 'operator',
    effect: () => 'Ends the pause: the number is read at Meta now, and goes on.',
    when: (number) => isOpen(number) && isPaused(number),
    isAdvised: () => true,
  },
  'number-freed': {
    title: 'The number is free',
    role: 'operator',
    effect: (number) =>
      `The customer has taken it off the account that held it. ${retryEffect(number)}`,
    when: (number) => isOpen(number) && number.cause === 'number_in_use',
    isAdvised: () => true,
  },
  'submit-code': {
    title: 'Submit code',
    role: 'operator',
    effect: () =>
      'Gives Meta the six digits that came to the phone, and the number goes on by itself. Too many wrong ones lock it for hours.',
    when: (number) => isCodeWanted(number),
    isAdvised: (number) => isOneOf(CODE_CAUSES, number.cause),
  },
  'request-code': {
    title: 'Request code',
    role: 'operator',
    effect: () => 'Meta sends a code to the phone, by text message or by a voice call.',
    when: (number) => isCodeWanted(number),
    isAdvised: (number) => isOneOf(CODE_CAUSES, number.cause),
  },
  'tell-pin': {
    title: 'Use this PIN',
    role: 'operator',
    effect: () =>
      'For a PIN that somebody else has set: it is kept sealed, and the registration is tried with it at once.',
    when: (number) => isOpen(number) && number.cause === 'pin_mismatch',
    isAdvised: () => true,
  },
  deregister: {
    title: 'Deregister',
    role: 'operator',
    effect: () =>
      'Takes the number off Cloud API, so that an unfinished removal ends. Press "retry" afterwards. It uses one of ten requests in 72 hours.',
    when: ({ cause }) => cause === 'half_deregistered',
    isAdvised: () => true,
    confirm: 'The number stops sending until it is registered again',
  },
  'change-name': {
    title: 'Change the display name',
    role: 'operator',
    effect: () =>
      'Asks Meta for another name and follows its review; once it is approved, the number is registered again to apply it. Ten names in 30 days.',
    when: (number) => isNameWanted(number),
    isAdvised: ({ cause }) => isOneOf(NAME_CAUSES, cause),
  },
  pause: {
    title: 'Pause',
    role: 'operator',
    effect: ({ seconds_left: left }) =>
      `Nothing is asked of Meta until somebody resumes it.${left === undefined ? '' : ' The deadline keeps running.'}`,
    when: (number) => isOpen(number) && !isPaused(number),
    isAdvised: () => false,
  },
  abandon: {
    title: 'Give up',
    role: 'operator',
    effect: () => 'Ends the onboarding. A new Embedded Signup of the number begins anew.',
    when: isOpen,
    isAdvised: () => false,
    confirm: 'This onboarding cannot be taken up again',
  },
  'set-pin': {
    title: 'Set a new PIN',
    role: 'operator',
    effect: () =>
      'Draws a new two-step PIN, seals it here and sets it at Meta. Nobody needs to know it.',
    when: (number) => number.tracks?.registration === 'registered',
    isAdvised: ({ cause }) => cause === 'pin_changed_outside',
  },
  'reveal-certificate': {
    title: 'Show the certificate',
    role: 'admin',
    effect: () => 'Shows it once, on the next page. The history keeps who asked.',
    when: ({ certificate_sha256: digest }) => digest !== undefined,
    isAdvised: () => false,
  },
  'reveal-pin': {
    title: 'Show the PIN',
    role: 'admin',
    effect: () =>
      'For a number that moves elsewhere: shows its two-step PIN once. The history keeps who asked.',
    when: (number) => number.tracks?.registration === 'registered',
    isAdvised: () => false,
  },
};

/** The moves that make sense now, those first that the number waits for. */
export function movesOf(number: NumberDetails): readonly Move[] {
  const moves = kinds.flatMap((kind) => {
    const { title, role, effect, when, isAdvised, confirm } = RULES[kind];
    if (!when(number)) return [];
    const known = { kind, title, role, effect: effect(number), isAdvised: isAdvised(number) };
    return [confirm === undefined ? known : { ...known, confirm }];
  });
  return [...moves.filter((move) => move.isAdvised), ...moves.filter((move) => !move.isAdvised)];
}

export function isMoveKind(word: string): word is MoveKind {
  return Object.hasOwn(RULES, word);
}

const kinds = Object.keys(RULES).filter(isMoveKind);

function retryEffect({ stage, attempts_left: left, refusal }: NumberDetails): string {
  const again = 'Reads the number at Meta now, and goes on from what it shows.';
  if (stage !== 'registering' && refusal === undefined) return again;
  return `${again} A registration uses one of the ${left.operator} requests that are left.`;
}

function isOpen({ outcome }: NumberDetails): boolean {
  return outcome === undefined;
}

function isPaused({ paused_by: by }: NumberDetails): boolean {
  return by !== undefined;
}

function isPersonsMove({ waiting_for: mover }: NumberDetails): boolean {
  return PERSONS.includes(mover);
}

/** One more call would prolong Meta's lock, so the onboarding refuses it too. */
function isLocked({ cause }: NumberDetails): boolean {
  const entry = Object.entries(CAUSES).find(([name]) => name === cause)?.[1];
  return entry !== undefined && 'locked' in entry;
}

function isCodeWanted(number: NumberDetails): boolean {
  const { ownership, registration } = number.tracks ?? {};
  const isUnproved = ownership !== undefined && !['VERIFIED', 'unread'].includes(ownership);
  const isWanted = isUnproved || isOneOf(CODE_CAUSES, number.cause);
  return isOpen(number) && isWanted && registration !== 'registered';
}

function isOneOf(words: readonly string[], word: string | undefined): boolean {
  return word !== undefined && words.includes(word);
}

/** It is live, or its onboarding takes another name. */
function isNameWanted(number: NumberDetails): boolean {
  if (!isOpen(number)) return isLiveOutcome(number.outcome);
  return number.stage === 'following-name' && !isPaused(number);
}
