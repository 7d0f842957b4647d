import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import {
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
import {
  ONBOARD_PHONE_NUMBER,
  signalNames,
  TASK_QUEUE,
  workflowIdOf,
  type OnboardingInput,
  type SignedUpAgain,
} from '../contract/onboarding.ts';
import type { searchAttributeKinds } from '../contract/search-attributes.ts';
import { hasSignupDeadline, type Source } from '../domain/onboarding.ts';
import type { WabaId } from '../domain/phone-number.ts';
import type { Timing } from '../domain/timing.ts';
import type { SignupRow } from '../store/store.ts';

/** Starts the onboarding of what was accepted, or tells a running one that its customer signed up again. */
export async function startOnboarding(
  client: Client,
  signup: SignupRow,
  timing: Timing,
): Promise<void> {
  const { phoneNumberId, wabaId, how, source } = signup;
  const input: OnboardingInput = {
    phoneNumberId,
    wabaId,
    signedUpAtMs: signup.acceptedAtMs,
    ...how,
    source,
    timing,
  };
  try {
    await client.workflow.start(ONBOARD_PHONE_NUMBER, {
      workflowId: workflowIdOf(phoneNumberId),
      taskQueue: TASK_QUEUE,
      args: [input],
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      typedSearchAttributes: attributesOf(signup),
      staticSummary: `Number …${phoneNumberId.slice(-4)} of account ${wabaId}`,
      staticDetails: [
        `Takes number **${phoneNumberId}** of account **${wabaId}** from ${BEGINNINGS[source]} to its certificate.`,
        'Send the signal `retry` once what it asks for is done.',
      ].join('\n\n'),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await tellOfSignup(client, signup);
  }
}

/** The run itself knows whether the signup is the one it began with. */
async function tellOfSignup(client: Client, signup: SignupRow): Promise<void> {
  if (!hasSignupDeadline(signup.source)) return;
  const args: [SignedUpAgain] = [{ signedUpAtMs: signup.acceptedAtMs }];
  const handle = client.workflow.getHandle(workflowIdOf(signup.phoneNumberId));
  await handle.signal(signalNames.signedUpAgain, ...args);
}

const BEGINNINGS: Readonly<Record<Source, string>> = {
  'embedded-signup': 'Embedded Signup',
  'whatsapp-manager': 'WhatsApp Manager, where it was added by hand,',
  api: 'the order that added it',
};

/** One watch per account; a signal lets a running one know that a number more may wait. */
export async function startWatch(client: Client, wabaId: WabaId, timing: Timing): Promise<void> {
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
