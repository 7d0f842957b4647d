/** All numbers in figures, for who runs the service. */
export interface Figures {
  read(): Promise<FleetFigures>;
}

export interface FleetFigures {
  /** `oldestAtMs`: the one of the group that has changed least lately. */
  readonly numbers: readonly {
    readonly stage: string;
    readonly waitingFor: string;
    readonly cause?: string;
    readonly outcome?: string;
    readonly count: number;
    readonly oldestAtMs: number;
  }[];
  /** Of the numbers that must still be registered. */
  readonly deadlinesAtMs: readonly number[];
  /** Register requests of the last 72 hours. */
  readonly attempts: readonly { readonly state: string; readonly count: number }[];
  /** Signups whose workflow has not started. */
  readonly signups: Backlog;
  /** Webhooks whose number has not been woken. */
  readonly hints: Backlog;
  /** Events on their way to the partner. */
  readonly events: Backlog;
  readonly eventsGivenUp: number;
  /** Meta refused them for its limit, and they make no calls for now. */
  readonly accountsPaused: number;
  /** Meta's figure of the account nearest to its hourly limit, of the last hour; 0 where it told none. */
  readonly busiestAccountPct: number;
  /** Numbers that wait for their turn to call. */
  readonly callsWaiting: number;
  /** Tokens that have expired or will within a week. */
  readonly tokensExpiring: number;
}

export interface Backlog {
  readonly count: number;
  /** When the first of them came. */
  readonly oldestAtMs?: number;
}
