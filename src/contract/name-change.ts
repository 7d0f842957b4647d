import type { Task } from '../domain/onboarding.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import type { Timing } from '../domain/timing.ts';
import { TASK_QUEUE, workflowIdOf } from './onboarding.ts';

export const CHANGE_DISPLAY_NAME = 'changeDisplayName';

/** Another display name for a number whose onboarding is done. */
export interface NameChangeInput {
  readonly phoneNumberId: PhoneNumberId;
  readonly wabaId: WabaId;
  readonly requestedAtMs: number;
  /** Absent: somebody has asked Meta for another name elsewhere, as in WhatsApp Manager; it is only followed. */
  readonly name?: string;
  readonly actor: string;
  /** Paces that differ from the defaults. */
  readonly timing?: Partial<Timing>;
  /** As of an onboarding. */
  readonly handOverAfterEvents?: number;
}

/** Another display name, and who wants it. */
export interface NameWish {
  readonly name: string;
  readonly actor: string;
}

/** The number is `ready` whatever became of its name. */
export interface NameChangeResult {
  readonly outcome: Outcome;
  /**
   * `refused`: Meta did not take it. `withdrawn`: Meta shows nothing of it any more, and not the name either.
   */
  readonly name: 'applied' | 'declined' | 'refused' | 'withdrawn' | 'undecided';
}

/** One change of a number's name at a time: a second one finds this id taken. */
export function nameChangeIdOf(phoneNumberId: PhoneNumberId): string {
  return `change-display-name/${phoneNumberId}`;
}

/** The workflow that follows a number now, or followed it last. */
export function followerIdOf({
  phoneNumberId,
  task,
}: {
  readonly phoneNumberId: PhoneNumberId;
  readonly task?: Task | undefined;
}): string {
  return task === undefined ? workflowIdOf(phoneNumberId) : nameChangeIdOf(phoneNumberId);
}

/** All that may follow a number, its onboarding first. */
export function followersOf(phoneNumberId: PhoneNumberId): readonly [string, string] {
  return [workflowIdOf(phoneNumberId), nameChangeIdOf(phoneNumberId)];
}

/** How a change is started, whoever does it; `USE_EXISTING` as the conflict policy where a running one will do. */
export function nameChangeStart(input: NameChangeInput): {
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly args: [NameChangeInput];
  readonly workflowIdReusePolicy: 'ALLOW_DUPLICATE';
  readonly staticSummary: string;
} {
  const { phoneNumberId, wabaId } = input;
  return {
    workflowId: nameChangeIdOf(phoneNumberId),
    taskQueue: TASK_QUEUE,
    args: [input],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: `Another display name of number …${phoneNumberId.slice(-4)}, account ${wabaId}`,
  };
}
