import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import { followersOf } from '../contract/name-change.ts';
import { signalNames } from '../contract/onboarding.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';

/** Lets a number look again. One that has ended meanwhile needs no hint. */
export async function hint(phoneNumberId: PhoneNumberId): Promise<void> {
  for (const workflowId of followersOf(phoneNumberId)) {
    try {
      await getClient().workflow.getHandle(workflowId).signal(signalNames.numberChanged);
      return;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
}
