import { randomUUID } from 'node:crypto';
import {
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
  type NameWish,
} from '../contract/name-change.ts';
import { updateNames, type OrderName, type Progress, type SentBy } from '../contract/onboarding.ts';
import type { NameFollowers } from '../desk/change-name.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { Timing } from '../domain/timing.ts';
import { CliError } from './errors.ts';

/**
 * Gives a running onboarding an order. Each call is one of its own: the id only makes a repeat inside the SDK harmless.
 * @throws CliError not_now, temporal_unavailable
 */
export async function giveOrder(
  client: Client,
  id: PhoneNumberId,
  { name, actor }: SentBy & { readonly name: OrderName },
): Promise<Progress> {
  return await ofFollower(client, id, (handle) =>
    handle.executeUpdate<Progress, [SentBy]>(updateNames[name], {
      args: [{ actor }],
      updateId: randomUUID(),
    }),
  );
}

/** Where an order for another display name goes. @throws CliError not_now, temporal_unavailable */
export function nameFollowers(client: Client, timing: Timing): NameFollowers {
  return {
    wish: async ({ phoneNumberId, name, actor, requestId: updateId }) => {
      await ofFollower(client, phoneNumberId, (handle) =>
        handle.executeUpdate<Progress, [NameWish]>(updateNames.changeName, {
          ...{ args: [{ name, actor }], updateId },
        }),
      );
    },
    start: async (input) => {
      const order = nameChangeStart({ ...input, timing });
      await client.workflow.start(CHANGE_DISPLAY_NAME, order).catch((error: unknown) => {
        throw meaningOf(error, input.phoneNumberId) ?? error;
      });
    },
  };
}

/** What has ended answers like what never was: then the next one is asked. */
async function ofFollower<Answer>(
  client: Client,
  id: PhoneNumberId,
  call: (handle: WorkflowHandle) => Promise<Answer>,
): Promise<Answer> {
  const [onboarding, change] = followersOf(id);
  try {
    return await call(client.workflow.getHandle(onboarding)).catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return call(client.workflow.getHandle(change));
      throw error;
    });
  } catch (error) {
    throw meaningOf(error, id) ?? error;
  }
}

function meaningOf(error: unknown, id: PhoneNumberId): CliError | undefined {
  if (error instanceof WorkflowNotFoundError) {
    const reason = 'it has not started yet, or was ended in Temporal by hand';
    return new CliError('not_now', `no onboarding of ${id} runs: ${reason}`);
  }
  if (error instanceof WorkflowExecutionAlreadyStartedError) {
    return new CliError('not_now', `another display name of ${id} is under way already`);
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return new CliError(
      'temporal_unavailable',
      'Temporal has the order but no worker took it up in time; run: whatsapp-onboarding doctor',
    );
  }
  const { cause } = error instanceof WorkflowUpdateFailedError ? error : {};
  const isRefusal = cause instanceof ApplicationFailure && cause.type === failureTypes.notNow;
  return isRefusal ? new CliError('not_now', cause.message) : undefined;
}
