import {
  isGrpcServiceError,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import {
  ApplicationFailure,
  defineSearchAttributeKey,
  SearchAttributeType,
  type SearchAttributePair,
} from '@temporalio/common';
import {
  WATCH_ACCOUNT,
  watchIdOf,
  watchSignalNames,
  type WatchInput,
} from '../contract/account-watch.ts';
import { failureTypes } from '../contract/failures.ts';
import {
  ONBOARD_PHONE_NUMBER,
  signalNames,
  TASK_QUEUE,
  updateNames,
  workflowIdOf,
  type OnboardingInput,
  type OrderName,
  type Progress,
  type SentBy,
} from '../contract/onboarding.ts';
import type { searchAttributeKinds } from '../contract/search-attributes.ts';
import type { Source } from '../domain/onboarding.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import type { Timing } from '../domain/timing.ts';
import type { SignupRow } from '../store/store.ts';

/** With the server dead a call fails after 21 s by itself; a caller of ours waits for two. */
const CALL_MS = 2000;
/** An update waits for a worker. One whose predecessor was killed gets the task after 2 s. */
const UPDATE_MS = 5000;

/** The onboardings as the edge sees them. Every method throws TemporalUnavailable when Temporal does not answer in time. */
export interface Onboardings {
  /** Starts the signup's onboarding, or finds it running: a repeat is harmless. */
  start(signup: SignupRow): Promise<void>;
  /** Lets the number be read now. False: no onboarding of it runs. */
  hint(phoneNumberId: PhoneNumberId): Promise<boolean>;
  /** A repeat with the same `requestId` has no second effect. @throws OnboardingUnknown, NotNow */
  order(
    phoneNumberId: PhoneNumberId,
    name: OrderName,
    by: SentBy & { readonly requestId: string },
  ): Promise<Progress>;
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
  const handleOf = (phoneNumberId: PhoneNumberId) =>
    client.workflow.getHandle(workflowIdOf(phoneNumberId));
  return {
    start: async (signup) => {
      await within(CALL_MS, async () => {
        await startOnboarding(client, signup, timing);
        await startWatch(client, signup.wabaId, timing);
      });
    },
    hint: async (phoneNumberId) => {
      try {
        await within(CALL_MS, () => handleOf(phoneNumberId).signal(signalNames.numberChanged));
        return true;
      } catch (error) {
        if (error instanceof OnboardingUnknown) return false;
        throw error;
      }
    },
    order: async (phoneNumberId, name, { actor, requestId }) => {
      const args: [SentBy] = [{ actor }];
      return within(UPDATE_MS, () =>
        handleOf(phoneNumberId).executeUpdate<Progress, [SentBy]>(updateNames[name], {
          args,
          updateId: requestId,
        }),
      );
    },
    check: async () => {
      const { namespace } = client.options;
      await within(CALL_MS, () => client.workflowService.describeNamespace({ namespace }));
    },
  };
}

async function startOnboarding(client: Client, signup: SignupRow, timing: Timing): Promise<void> {
  const { phoneNumberId, wabaId, how, source } = signup;
  const input: OnboardingInput = {
    phoneNumberId,
    wabaId,
    signedUpAtMs: signup.acceptedAtMs,
    ...how,
    source,
    timing,
  };
  await client.workflow.start(ONBOARD_PHONE_NUMBER, {
    workflowId: workflowIdOf(phoneNumberId),
    taskQueue: TASK_QUEUE,
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    typedSearchAttributes: attributesOf(signup),
    staticSummary: `Number …${phoneNumberId.slice(-4)} of account ${wabaId}`,
    staticDetails: [
      `Takes number **${phoneNumberId}** of account **${wabaId}** from ${BEGINNINGS[source]} to its certificate.`,
      'Send the signal `retry` once what it asks for is done.',
    ].join('\n\n'),
  });
}

const BEGINNINGS: Readonly<Record<Source, string>> = {
  'embedded-signup': 'Embedded Signup',
  'whatsapp-manager': 'WhatsApp Manager, where it was added by hand,',
  api: 'the order that added it',
};

/** One watch per account; a signal lets a running one know that a number more may wait. */
async function startWatch(client: Client, wabaId: WabaId, timing: Timing): Promise<void> {
  const input: WatchInput = { wabaId, timing };
  await client.workflow.signalWithStart(WATCH_ACCOUNT, {
    workflowId: watchIdOf(wabaId),
    taskQueue: TASK_QUEUE,
    args: [input],
    signal: watchSignalNames.accountChanged,
    typedSearchAttributes: [keyword('WabaId', wabaId)],
    staticSummary: `Watch of account ${wabaId}`,
  });
}

type NameOf<Kind> = {
  [Name in keyof typeof searchAttributeKinds]: (typeof searchAttributeKinds)[Name] extends Kind
    ? Name
    : never;
}[keyof typeof searchAttributeKinds];

function keyword(name: NameOf<'Keyword'>, value: string): SearchAttributePair {
  return { key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD), value };
}

function attributesOf({ wabaId, deadlineAtMs }: SignupRow): SearchAttributePair[] {
  const deadlineAt: NameOf<'Datetime'> = 'DeadlineAt';
  const needsAttention: NameOf<'Bool'> = 'NeedsAttention';
  return [
    keyword('OnboardingStage', 'verifying'),
    keyword('WaitingFor', 'meta'),
    keyword('WabaId', wabaId),
    ...(deadlineAtMs === undefined
      ? []
      : [
          {
            key: defineSearchAttributeKey(deadlineAt, SearchAttributeType.DATETIME),
            value: new Date(deadlineAtMs),
          },
        ]),
    { key: defineSearchAttributeKey(needsAttention, SearchAttributeType.BOOL), value: false },
  ];
}

function meaningOf(error: unknown): unknown {
  if (error instanceof WorkflowNotFoundError) {
    return new OnboardingUnknown('no onboarding of the number runs', { cause: error });
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
