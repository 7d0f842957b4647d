import type { PreverifiedFacts, PreverifiedWait } from '../domain/preverified.ts';

export const PREVERIFY_PHONE_NUMBER = 'preverifyPhoneNumber';

/** No phone number, no code: Temporal keeps the input as long as the run. */
export interface PreverifyInput {
  /** Meta's id of it, which vanishes when a customer claims the number. */
  readonly preverifiedId: string;
  readonly addedAtMs: number;
  /** How often it is read when nobody says that something changed. */
  readonly pollMs: number;
}

/** `removed`: Meta took away what was never proved. */
export type PreverifiedOutcome = 'claimed' | 'deleted' | 'removed';

/** The answer of the query `progress`. */
export interface PreverifiedProgress {
  readonly waitsFor: PreverifiedWait | 'access' | 'nobody';
  /** When the proof lapses, or Meta removes what was never proved. */
  readonly endsAtMs?: number;
  readonly outcome?: PreverifiedOutcome;
}

export const preverifiedSignalNames = {
  /** A code was given, or it was deleted: look now. */
  numberChanged: 'numberChanged',
} as const;

export const preverifiedQueryNames = { progress: 'progress' } as const;

export function preverifyIdOf(preverifiedId: string): string {
  return `preverify-phone-number/${preverifiedId}`;
}

export type PreverifiedSeen =
  | { readonly kind: 'facts'; readonly facts: PreverifiedFacts }
  | { readonly kind: 'gone'; readonly isDeleted: boolean };

export interface PreverifiedActivities {
  /**
   * Reads the number at Meta and answers once it differs from what is `known`, or is no more. Until then "not yet" is the failure
   * `StillWaiting` with the delay to the next read.
   */
  readonly observePreverified: (args: {
    readonly preverifiedId: string;
    readonly known?: PreverifiedFacts;
    readonly pollMs: number;
  }) => Promise<PreverifiedSeen>;
  /** Keeps a notice for people who look at the pool. */
  readonly tellPreverified: (args: {
    readonly preverifiedId: string;
    readonly atMs: number;
    readonly text: string;
  }) => Promise<void>;
}
