import type { Task } from '../domain/onboarding.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';

/** A number as the fleet shows it. `progress` is the contract's Progress as JSON text: the store does not look inside. */
export interface NumberRow {
  readonly phoneNumberId: PhoneNumberId;
  readonly wabaId: WabaId;
  readonly displayPhoneNumber: string;
  readonly verifiedName?: string;
  readonly stage: string;
  readonly waitingFor: string;
  /** Absent where nothing ends by a date: it came without Embedded Signup. */
  readonly deadlineAtMs?: number;
  readonly cause?: string;
  readonly outcome?: string;
  /** What follows the number, or did last; absent for its onboarding. */
  readonly task?: Task;
  readonly progressJson?: string;
  readonly updatedAtMs: number;
}

/** What is asked of the fleet; without anything, every number. */
export interface FleetFilter {
  readonly stage?: string;
  readonly waitingFor?: string;
  readonly cause?: string;
  readonly wabaId?: WabaId;
  /** `running`, `ended`, or one of the outcomes. */
  readonly outcome?: string;
  /** A part of the number as people write it, of its name, or of its id. */
  readonly text?: string;
}

/** A place in the fleet's order, which stays the same while numbers come, move and go. */
export interface FleetPosition {
  readonly rank: number;
  readonly order: number;
  readonly phoneNumberId: string;
}

export interface FleetPage {
  readonly rows: readonly NumberRow[];
  /** Of the last row, if there are more. */
  readonly next?: FleetPosition;
}

/** How many numbers have which value, the most frequent first. */
export type FleetGroup = readonly { readonly value: string; readonly count: number }[];

export interface FleetCounts {
  readonly total: number;
  /** In each of these groups its own filter does not count, so that the other choices are seen. */
  readonly stage: FleetGroup;
  readonly waitingFor: FleetGroup;
  readonly cause: FleetGroup;
  /** The hundred accounts with the most numbers. */
  readonly wabaId: FleetGroup;
  /** `running` or an outcome. */
  readonly outcome: FleetGroup;
  /** Whole days until the deadline, soonest first, of the numbers that must register by then. */
  readonly daysLeft: FleetGroup;
}

/**
 * All numbers in one order: what must register, least time left first; what runs without a deadline; what has ended, the last
 * change first.
 */
export interface Fleet {
  /** Without a limit all that match. */
  list(
    filter: FleetFilter,
    paging?: { readonly limit?: number; readonly after?: FleetPosition },
  ): Promise<FleetPage>;
  count(filter: FleetFilter): Promise<FleetCounts>;
}
