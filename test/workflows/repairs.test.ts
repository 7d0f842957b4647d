import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { providedGround } from '../support/bundle.ts';
import { DAY_MS, HOUR_MS } from '../support/spans.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld(providedGround());
});
afterEach(async () => {
  await world.close();
});

const APPROVED = { name_status: 'APPROVED' };

/** What was written to a number at Meta, in order, with the answer's code where it was refused. */
async function writesOf(phoneNumberId: string): Promise<string[]> {
  const calls = await world.meta.ledgerOf(phoneNumberId);
  return calls
    .filter(({ method }) => method === 'POST')
    .map(({ path, code }) => {
      const what = path.endsWith(phoneNumberId) ? 'pin' : path.replace(/^.*\//, '');
      return code === undefined ? what : `${what} ${code}`;
    });
}

async function pinsOf(phoneNumberId: string): Promise<ReadonlySet<string | undefined>> {
  const calls = await world.meta.ledgerOf(phoneNumberId);
  return new Set(calls.filter(({ method }) => method === 'POST').map(({ pinSha256 }) => pinSha256));
}

describe('a number with a PIN that is not ours', () => {
  it('F22: has ours set by the API once, and is registered with it', async () => {
    const input = await world.signUp({ scenario: 'foreign_pin', number: APPROVED });
    const result = await world.play(async () => (await world.start(input)).result());

    expect(result.outcome).toBe('ready');
    const { phoneNumberId } = input;
    expect(await writesOf(phoneNumberId)).toEqual(['register 133005', 'pin', 'register']);
    expect((await pinsOf(phoneNumberId)).size).toBe(1);
    const events = await world.store.numbers.eventsOf(phoneNumberId);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'repaired' }));
  });

  it('waits for a person when Meta does not take ours, and goes on with the PIN the person gives', async () => {
    const input = await world.signUp({
      scenario: 'foreign_pin',
      number: APPROVED,
    });
    const { phoneNumberId } = input;
    await world.meta.post('/faults', {
      match: { method: 'POST', path: `/${phoneNumberId}$`, number: phoneNumberId, times: 1 },
      ...{ kind: 'error', http: 400, code: 100 },
    });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      expect(await world.progressOf(phoneNumberId)).toMatchObject({
        waiting: { for: 'operator', refusal: { cause: 'pin_mismatch', code: 133005 } },
      });
      await world.store.credentials.keepPin(phoneNumberId, new Secret('271828'));
      await handle.executeUpdate('retryNow', { args: [{ actor: 'Ada' }] });
      expect((await handle.result()).outcome).toBe('ready');
    });
    expect(await writesOf(phoneNumberId)).toEqual(['register 133005', 'pin 100', 'register']);
  });

  it('has ours set again before it is registered, when somebody changed the PIN at Meta', async () => {
    const input = await world.signUp({ scenario: 'on_handset', number: APPROVED });
    const { phoneNumberId } = input;
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await world.meta.patch(`/numbers/${phoneNumberId}`, { on_handset: false, pin: '314159' });
      await world.store.credentials.markPinStale(phoneNumberId);
      await handle.signal('retry');
      expect((await handle.result()).outcome).toBe('ready');
    });
    expect(await writesOf(phoneNumberId)).toEqual(['register 100', 'pin', 'register']);
    expect((await pinsOf(phoneNumberId)).size).toBe(1);
  });
});

describe('a number whose removal did not finish', () => {
  it('F22: is deregistered once, in a count of its own, and then registered', async () => {
    const input = await world.signUp({ scenario: 'half_deregistered', number: APPROVED });
    const result = await world.play(async () => (await world.start(input)).result());

    expect(result.outcome).toBe('ready');
    const { phoneNumberId } = input;
    expect(await writesOf(phoneNumberId)).toEqual(['register 133000', 'deregister', 'register']);
    expect(await world.store.deregistrations.of(phoneNumberId)).toMatchObject([
      { n: 1, kind: 'automatic', state: 'ok' },
    ]);
    expect(await world.store.attempts.of(phoneNumberId)).toHaveLength(2);
  });

  it('is deregistered no more than once while Meta does not answer: a person is asked', async () => {
    const input = await world.signUp({ scenario: 'half_deregistered', number: APPROVED });
    const { phoneNumberId } = input;
    await world.meta.post('/faults', {
      match: { path: 'deregister', number: phoneNumberId, times: 5 },
      kind: 'drop_before',
    });
    await world.play(async () => {
      await world.start(input);
      await world.sleep(DAY_MS);
      expect(await world.progressOf(phoneNumberId)).toMatchObject({
        waiting: { for: 'operator', refusal: { cause: 'half_deregistered', code: 133000 } },
      });
    });
    const writes = await writesOf(phoneNumberId);
    expect(writes.filter((write) => write.startsWith('deregister'))).toHaveLength(1);
  });
});
