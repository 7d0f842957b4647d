import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { request } from 'undici';
import { z } from 'zod';
import { workflowIdOf } from '../../src/contract/onboarding.ts';
import { digitsOf, isPhoneNumberId, type PhoneNumberId } from '../../src/domain/phone-number.ts';
import { startProgram, type RunningProgram } from '../../src/embedded/child-process.ts';
import type { NumberRow } from '../../src/store/store.ts';
import { APP_SECRET } from '../../test/support/fake-meta.ts';
import { startSystemOn, type System, type SystemGround } from '../../test/support/system.ts';
import type { History } from '../billable-actions.ts';
import type { BarePlan } from './bare-plan.ts';

const BARE_QUEUE = 'bare';
const ACCOUNT_SIZE = 50;
/** The pace of calls is measured elsewhere: here none has to wait for it. */
const CALL_LIMIT = 1_000_000;
const AT_ONCE = 4;
const LOOK_AGAIN_MS = 250;

const accountSchema = z.object({ waba_id: z.string() });

/** A number whose name is in review until somebody says otherwise. */
export interface Parked {
  readonly phoneNumberId: PhoneNumberId;
  readonly wabaId: string;
  readonly digits: string;
}

/** The programs as they are deployed, and a bare worker beside them on the same server. */
export interface Rig {
  readonly system: System;
  readonly bareWorker: RunningProgram;
  close(): Promise<void>;
}

export async function openRig(ground: SystemGround): Promise<Rig> {
  const system = await startSystemOn(ground, { LOG_LEVEL: 'warn' });
  const { engine } = system;
  const bareWorker = await startProgram({
    name: 'bare worker',
    command: process.execPath,
    args: [
      fileURLToPath(new URL('bare-worker.ts', import.meta.url)),
      ...[engine.temporalAddress, BARE_QUEUE, engine.meta.url],
    ],
    logFile: join(engine.dir, 'bare-worker.log'),
  });
  return {
    system,
    bareWorker,
    close: async () => {
      await bareWorker.stop(5000);
      await system.close();
    },
  };
}

/** Signs up so many numbers, in accounts of fifty, and answers when all of them wait for their names. */
export async function park({ system }: Rig, amount: number): Promise<readonly Parked[]> {
  const { meta } = system.engine;
  const parked: Parked[] = [];
  while (parked.length < amount) {
    const { waba_id: wabaId } = accountSchema.parse(
      await meta.post('/wabas', { call_limit: CALL_LIMIT }),
    );
    const size = Math.min(ACCOUNT_SIZE, amount - parked.length);
    const begun = await inTurns(size, () => signUp(system, wabaId));
    await untilAll(system, begun, ({ stage }) => stage === 'following-name');
    parked.push(...begun);
  }
  return parked;
}

async function signUp(system: System, wabaId: string): Promise<Parked> {
  const { engine } = system;
  const number = { name_status: 'PENDING_REVIEW', review: null };
  const signup = await engine.meta.signUp({ waba: wabaId, number });
  const { status } = await system.call('POST', '/v1/signups', signup);
  const { phone_number_id: phoneNumberId } = signup;
  if (!isPhoneNumberId(phoneNumberId)) throw new Error('not an id');
  const row = await engine.store.numbers.byId(phoneNumberId);
  if (status !== 202 || row === undefined) throw new Error(`a signup was answered with ${status}`);
  return { phoneNumberId, wabaId, digits: digitsOf(row.displayPhoneNumber) };
}

/** Meta approves them, with a webhook each; answers when all are done. */
export async function finish({ system }: Rig, numbers: readonly Parked[]): Promise<void> {
  const { meta } = system.engine;
  for (const number of numbers) {
    await meta.patch(`/numbers/${number.phoneNumberId}`, { name_status: 'APPROVED', review: null });
    await tell(system, number, 'APPROVED');
  }
  await untilAll(system, numbers, ({ outcome }) => outcome === 'ready');
}

/** A webhook about the number's name; answers with when it was accepted. */
export async function tell(
  { url }: Pick<System, 'url'>,
  { wabaId, digits }: Parked,
  decision: string,
): Promise<number> {
  const value = { display_phone_number: digits, decision, requested_verified_name: 'Lucky Shrub' };
  const change = { field: 'phone_number_name_update', value };
  const entry = [{ id: wabaId, time: Math.floor(Date.now() / 1000), changes: [change] }];
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry });
  const signature = createHmac('sha256', APP_SECRET).update(body).digest('hex');
  const answer = await request(`${url}/v1/webhooks/meta`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
    body,
  });
  const acceptedAtMs = Date.now();
  await answer.body.text();
  if (answer.statusCode !== 200)
    throw new Error(`a webhook was answered with ${answer.statusCode}`);
  return acceptedAtMs;
}

export async function historyOf({ system }: Rig, { phoneNumberId }: Parked): Promise<History> {
  return await system.engine.client.workflow.getHandle(workflowIdOf(phoneNumberId)).fetchHistory();
}

/** Starts so many bare workflows, and answers when all of them wait for their signal. */
export async function parkBare(
  { system }: Rig,
  { names, plan }: { readonly names: readonly string[]; readonly plan: BarePlan },
): Promise<readonly WorkflowHandle[]> {
  const { client, meta } = system.engine;
  const waiting = [...names];
  const handles = await inTurns(names.length, async () => {
    const name = waiting.shift() ?? '';
    const options = { workflowId: name, taskQueue: BARE_QUEUE, args: [name, plan] };
    return await client.workflow.start('bare', options);
  });
  const wanted = new Set(names);
  const callsSoFar = async (): Promise<number> =>
    (await meta.ledger()).filter(({ path }) => wanted.has(lastPartOf(path))).length;
  while ((await callsSoFar()) < names.length * plan.before.calls) await sleep(LOOK_AGAIN_MS);
  return handles;
}

async function untilAll(
  { engine }: System,
  numbers: readonly Parked[],
  isAsWanted: (row: NumberRow) => boolean,
): Promise<void> {
  for (const { phoneNumberId } of numbers) {
    for (;;) {
      const row = await engine.store.numbers.byId(phoneNumberId);
      if (row !== undefined && isAsWanted(row)) break;
      await sleep(LOOK_AGAIN_MS);
    }
  }
}

/** Of a path, the part that names whom a call is about. */
export function lastPartOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

async function inTurns<Result>(
  amount: number,
  act: () => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let begun = 0;
  const one = async (): Promise<void> => {
    while (begun < amount) {
      begun += 1;
      results.push(await act());
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return results;
}
