import { randomUUID } from 'node:crypto';
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { failureTypes } from '../contract/failures.ts';
import {
  updateNames,
  workflowIdOf,
  type OrderName,
  type Progress,
  type SentBy,
} from '../contract/onboarding.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
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
  try {
    return await client.workflow
      .getHandle(workflowIdOf(id))
      .executeUpdate<Progress, [SentBy]>(updateNames[name], {
        args: [{ actor }],
        updateId: randomUUID(),
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
