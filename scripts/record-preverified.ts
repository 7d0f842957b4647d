import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { TASK_QUEUE } from '../src/contract/onboarding.ts';
import {
  PREVERIFY_PHONE_NUMBER,
  preverifiedSignalNames,
  preverifyIdOf,
} from '../src/contract/preverified.ts';
import { Secret } from '../src/domain/secret.ts';
import { partnerOf } from '../test/support/fake-meta.ts';
import type { RealEngine } from '../test/support/real-engine.ts';

/** From the order to add it to the customer who claims it, with the code in between. */
export async function playPreverified({
  meta,
  graph,
  client,
}: RealEngine): Promise<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>> {
  const partner = await partnerOf(meta);
  const { token } = partner;
  const preverifiedId = await graph.addPreverifiedNumber({
    ...partner,
    phoneNumber: '15550783881',
  });
  const handle = await client.workflow.start(PREVERIFY_PHONE_NUMBER, {
    args: [{ preverifiedId, addedAtMs: Date.now(), pollMs: 1000 }],
    ...{ workflowId: preverifyIdOf(preverifiedId), taskQueue: TASK_QUEUE },
  });
  await sleep(3000);
  await graph.requestCode({ token, preverifiedId, method: 'SMS', language: 'en_US' });
  const otp = await fetch(`${meta.url}/_fake/numbers/${preverifiedId}/otp`);
  const [code = ''] = /[0-9]{6}/.exec(await otp.text()) ?? [];
  await graph.verifyCode({ token, preverifiedId, code: new Secret(code) });
  await handle.signal(preverifiedSignalNames.numberChanged);
  await sleep(3000);
  await meta.signUp({ preverified: preverifiedId });
  await handle.result();
  return await handle.fetchHistory();
}
