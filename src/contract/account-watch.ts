import type { WabaId } from '../domain/phone-number.ts';
import type { Timing } from '../domain/timing.ts';

export const WATCH_ACCOUNT = 'watchAccount';

/** One watch per account, for as long as it has numbers. */
export interface WatchInput {
  readonly wabaId: WabaId;
  /** Paces that differ from the defaults. */
  readonly timing?: Partial<Timing>;
}

export const watchSignalNames = {
  /** A number of the account began an onboarding, or its access changed: the next read may be due sooner. */
  accountChanged: 'accountChanged',
} as const;

export function watchIdOf(wabaId: WabaId): string {
  return `watch-account/${wabaId}`;
}

export interface AccountActivities {
  /** Subscribes the app to the account's webhooks, unless it is; looks at most once an hour. */
  readonly subscribeApp: (args: { readonly wabaId: WabaId }) => Promise<void>;
  /**
   * Reads the account when its waiting numbers have not been read for an interval, keeps what it saw, and hints at the
   * numbers that changed. Never answers: "not yet" is the failure `StillWaiting` with the delay to the next read.
   */
  readonly observeAccount: (args: WatchInput) => Promise<never>;
}
