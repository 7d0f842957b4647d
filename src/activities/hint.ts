import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import { signalNames, workflowIdOf } from '../contract/onboarding.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';

/** Lets a number look again. One that has ended meanwhile needs no hint. */
export async function hint(phoneNumberId: PhoneNumberId): Promise<void> {
  try {
    await getClient()
      .workflow.getHandle(workflowIdOf(phoneNumberId))
      .signal(signalNames.numberChanged);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
