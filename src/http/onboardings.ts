import {
  isGrpcServiceError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { failureTypes } from '../contract/failures.ts';
import {
  CHANGE_DISPLAY_NAME,
  followersOf,
  nameChangeStart,
  type NameChangeInput,
  type NameWish,
} from '../contract/name-change.ts';
import {
  signalNames,
  updateNames,
  type OrderName,
  type Progress,
  type SentBy,
} from '../contract/onboarding.ts';
import type { NameFollowers, NameOrder } from '../desk/change-name.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { Timing } from '../domain/timing.ts';
import type { SignupRow } from '../store/store.ts';
import { startOnboarding, startWatch } from './start-onboarding.ts';

/** With the server dead a call fails after 21 s by itself; a caller of ours waits for two. */
const CALL_MS = 2000;
/** An update waits for a worker. One whose predecessor was killed gets the task after 2 s. */
const UPDATE_MS = 5000;

/** The onboardings as the edge sees them. Every method throws TemporalUnavailable when Temporal does not answer in time. */
export interface Onboardings {
  /** Starts the signup's onboarding, or tells a running one that its customer signed up again: a repeat is harmless. */
  start(signup: SignupRow): Promise<void>;
  /** Lets the number be read now. False: no onboarding of it runs. */
  hint(phoneNumberId: PhoneNumberId): Promise<boolean>;
  /** A repeat with the same `requestId` has no second effect. @throws OnboardingUnknown, NotNow */
  order(
    phoneNumberId: PhoneNumberId,
    name: OrderName,
    by: SentBy & { readonly requestId: string },
  ): Promise<Progress>;
  /** Orders for another display name. @throws OnboardingUnknown, NotNow */
  readonly names: NameFollowers;
  /** Answers when the namespace can be reached. */
  check(): Promise<void>;
}

/** Temporal did not answer in time, or no worker did. */
export class TemporalUnavailable extends Error {
  override readonly name = 'TemporalUnavailable';
}

/** No onboarding of the number runs. */
export class OnboardingUnknown extends Error {
  override readonly name = 'OnboardingUnknown';
}

/** The onboarding refuses an order; the message is its reason. */
export class NotNow extends Error {
  override readonly name = 'NotNow';
}

export function createOnboardings(options: {
  readonly client: Client;
  readonly timing: Timing;
  readonly nowMs: () => number;
}): Onboardings {
  const { client, timing, nowMs } = options;
  const within = async <Answer>(ms: number, call: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await client.withDeadline(nowMs() + ms, call);
    } catch (error) {
      throw meaningOf(error);
    }
  };
  // What has ended answers like what never was: then the next one is asked.
  const ofFollower = async <Answer>(
    { phoneNumberId, ms }: { readonly phoneNumberId: PhoneNumberId; readonly ms: number },
    call: (handle: WorkflowHandle) => Promise<Answer>,
  ): Promise<Answer> => {
    for (const workflowId of followersOf(phoneNumberId)) {
      try {
        return await within(ms, () => call(client.workflow.getHandle(workflowId)));
      } catch (error) {
        if (!(error instanceof OnboardingUnknown)) throw error;
      }
    }
    throw new OnboardingUnknown('nothing follows the number');
  };
  return {
    start: async (signup) => {
      await within(CALL_MS, async () => {
        await startOnboarding(client, signup, timing);
        await startWatch(client, signup.wabaId, timing);
      });
    },
    hint: async (phoneNumberId) => {
      try {
        await ofFollower({ phoneNumberId, ms: CALL_MS }, (handle) =>
          handle.signal(signalNames.numberChanged),
        );
        return true;
      } catch (error) {
        if (error instanceof OnboardingUnknown) return false;
        throw error;
      }
    },
    order: async (phoneNumberId, name, { actor, requestId }) => {
      const args: [SentBy] = [{ actor }];
      return ofFollower({ phoneNumberId, ms: UPDATE_MS }, (handle) =>
        handle.executeUpdate<Progress, [SentBy]>(updateNames[name], { args, updateId: requestId }),
      );
    },
    names: {
      wish: (order) => ofFollower({ ...order, ms: UPDATE_MS }, (handle) => wishName(handle, order)),
      start: (input) => within(CALL_MS, () => startNameChange(client, { ...input, timing })),
    },
    check: async () => {
      const { namespace } = client.options;
      await within(CALL_MS, () => client.workflowService.describeNamespace({ namespace }));
    },
  };
}

async function wishName(
  handle: WorkflowHandle,
  { name, actor, requestId: updateId }: NameOrder,
): Promise<void> {
  const args: [NameWish] = [{ name, actor }];
  await handle.executeUpdate<Progress, [NameWish]>(updateNames.changeName, { args, updateId });
}

async function startNameChange(client: Client, input: NameChangeInput): Promise<void> {
  await client.workflow.start(CHANGE_DISPLAY_NAME, nameChangeStart(input));
}

function meaningOf(error: unknown): unknown {
  if (error instanceof WorkflowNotFoundError) {
    return new OnboardingUnknown('no onboarding of the number runs', { cause: error });
  }
  if (error instanceof WorkflowExecutionAlreadyStartedError) {
    return new NotNow('another display name of the number is under way already', { cause: error });
  }
  if (error instanceof WorkflowUpdateFailedError) return refusalOf(error) ?? error;
  return isUnavailable(error)
    ? new TemporalUnavailable('Temporal did not answer in time', { cause: error })
    : error;
}

function refusalOf({ cause }: WorkflowUpdateFailedError): NotNow | undefined {
  const isRefusal = cause instanceof ApplicationFailure && cause.type === failureTypes.notNow;
  return isRefusal ? new NotNow(cause.message) : undefined;
}

/** gRPC's codes for: cancelled, deadline exceeded, exhausted, aborted, unavailable. The same call may succeed later. */
const PASSING_CODES: ReadonlySet<number> = new Set([1, 4, 8, 10, 14]);

function isUnavailable(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && PASSING_CODES.has(cause.code);
}
