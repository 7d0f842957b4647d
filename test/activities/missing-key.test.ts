import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OnboardingInput } from '../../src/contract/onboarding.ts';
import { failureTypes } from '../../src/contract/failures.ts';
import type { Readiness } from '../../src/domain/register-protocol.ts';
import { activateKey, addKey, removeKey } from '../../src/keyring/changes.ts';
import { createKeyring } from '../../src/keyring/keyring.ts';
import { createRig, failureOf, run, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(async () => {
  await rig.close();
});

/** Another key becomes active, and the one that sealed everything so far leaves the ring. */
async function takeKeyAway(): Promise<{ readonly id: string; readonly putBack: () => void }> {
  const file = join(dirname(rig.storePath), 'key.json');
  const { id } = await createKeyring(file).active();
  await activateKey(file, await addKey(file, 0));
  const whole = readFileSync(file, 'utf8');
  await removeKey(file, id);
  return {
    id,
    putBack: () => {
      writeFileSync(file, whole);
    },
  };
}

function reserve({ phoneNumberId }: OnboardingInput): Promise<Readiness> {
  const attempt = { phoneNumberId, requestKey: `run-of-${phoneNumberId}/1` };
  return run(rig.activities().reserveAttempt, { ...attempt, kind: 'automatic' });
}

it('spends no attempt on a number whose key is missing, before or after it was reserved (F39)', async () => {
  const [before, after] = [await rig.signUp(), await rig.signUp()];
  await rig.store.credentials.ensurePin(before.phoneNumberId);
  expect(await reserve(after)).toMatchObject({ kind: 'reserved', n: 1 });
  const { id, putBack } = await takeKeyAway();

  const waiting = await failureOf(reserve(before));
  expect(waiting).toMatchObject({ type: failureTypes.storeUnavailable, nonRetryable: false });
  expect(waiting.message).toContain(`keys: ${id} missing`);
  expect(await rig.store.attempts.of(before.phoneNumberId)).toEqual([]);

  const ref = { phoneNumberId: after.phoneNumberId, wabaId: after.wabaId, n: 1 };
  expect((await failureOf(run(rig.activities().register, ref))).message).toContain(id);
  expect(await run(rig.activities().settleAttempt, ref)).toEqual({ kind: 'not-sent' });
  for (const { phoneNumberId } of [before, after]) {
    expect(await rig.meta.registersOf(phoneNumberId)).toEqual([]);
  }

  putBack();
  expect(await reserve(before)).toMatchObject({ kind: 'reserved', n: 1 });
  const served = { phoneNumberId: before.phoneNumberId, wabaId: before.wabaId, n: 1 };
  expect(await run(rig.activities().register, served)).toEqual({ kind: 'ok' });
  expect(await rig.meta.registersOf(before.phoneNumberId)).toHaveLength(1);
});
