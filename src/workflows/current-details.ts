import type { Progress, Tracks } from '../contract/onboarding.ts';
import { causeEntry, type Cause } from '../domain/causes.ts';
import { nameAdviceOf } from '../domain/name-decision.ts';
import type { WaitingFor } from '../domain/onboarding.ts';
import type { Refusal } from '../domain/register-protocol.ts';

export const MOVES: Readonly<Record<WaitingFor, string>> = {
  meta: "Meta's move",
  customer: "the customer's move",
  operator: 'your move',
  time: 'waiting for a time',
  nobody: 'nothing to do',
};

/** What the Temporal UI shows of a run, as Markdown: whose move it is, the three tracks, the deadline, what to do now. */
export function currentDetailsOf(progress: Progress): string {
  return [
    `### ${progress.stage}: ${MOVES[progress.waiting.for]}`,
    toDoOf(progress),
    ...pauseOf(progress),
    trackList(progress.tracks),
    ...datesOf(progress),
  ].join('\n\n');
}

function toDoOf(progress: Progress): string {
  const { refusal } = progress.waiting;
  if (progress.outcome !== undefined) return `Ended: **${progress.outcome}**.`;
  if (refusal === undefined) return 'Nothing to do now.';
  const code = refusal.code === undefined ? '' : ` (Meta code ${codeOf(refusal)})`;
  const secret = SECRETS[refusal.cause];
  return [
    `**${refusal.cause}**${code}: ${adviceOf(refusal, progress)}`,
    ...(secret === undefined ? [] : [secret]),
  ].join('\n\n');
}

const NOT_HERE = 'is a secret: never write it here, where Temporal keeps it';
const CODE = `The code ${NOT_HERE}. Have it sent and enter it on the number's page of the console, or with \`whatsapp-onboarding code request\` and \`code submit\`.`;
const PIN = `The PIN ${NOT_HERE}. Enter it on the number's page of the console, or with \`whatsapp-onboarding pin set\`.`;

/** Where a person enters what the advice asks for. */
const SECRETS: Partial<Readonly<Record<Cause, string>>> = {
  not_verified: CODE,
  ownership_not_confirmed: CODE,
  preverified_lapsed: CODE,
  code_not_sent: CODE,
  code_wrong: CODE,
  pin_mismatch: PIN,
};

/** What a refusal asks for, with what Meta told of the name where it is about that. */
export function adviceOf({ cause }: Refusal, progress: Progress): string {
  return `${causeEntry(cause).advice} ${nameAdviceOf(cause, progress)}`.trimEnd();
}

/** Whoever signals from the Temporal UI writes what he likes as his name. */
function pauseOf({ pausedBy, outcome }: Progress): string[] {
  if (pausedBy === undefined || outcome !== undefined) return [];
  return [`Paused by ${pausedBy.replaceAll(/[^\p{L}\p{N}\p{Zs}.,()@-]/gu, '')}.`];
}

function codeOf(refusal: { readonly code?: number; readonly subcode?: number }): string {
  return [refusal.code, refusal.subcode].filter((part) => part !== undefined).join('/');
}

function trackList(tracks: Tracks): string {
  return Object.entries(tracks)
    .map(([track, value]) => `- ${track}: **${String(value)}**`)
    .join('\n');
}

function datesOf({ deadlineAtMs, waiting, attemptsLeft, tracks }: Progress): string[] {
  return [
    deadlineText(tracks.registration === 'registered', deadlineAtMs),
    ...(waiting.untilMs === undefined ? [] : [`Goes on by itself at ${dateOf(waiting.untilMs)}.`]),
    ...(attemptsLeft === undefined
      ? []
      : [
          `Register attempts left in 72 h: ${attemptsLeft.automatic.toString()} automatic, ${attemptsLeft.operator.toString()} with a person's retry.`,
        ]),
  ];
}

function deadlineText(isRegistered: boolean, deadlineAtMs: number | undefined): string {
  if (isRegistered) return 'Registered: no deadline runs.';
  if (deadlineAtMs === undefined) return 'No deadline: it came without Embedded Signup.';
  return `Register before **${dateOf(deadlineAtMs)}**.`;
}

function dateOf(atMs: number): string {
  return new Date(atMs).toISOString().replace('T', ' ').slice(0, 16) + ' UTC';
}
