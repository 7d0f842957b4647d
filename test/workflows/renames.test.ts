import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { updateNames, type OnboardingInput } from '../../src/contract/onboarding.ts';
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

const NAME = 'Luckier Shrub';
const ADA = { name: NAME, actor: 'Ada' };
const review = (decision: 'APPROVED' | 'REJECTED', after_ms = DAY_MS) => ({ decision, after_ms });

/** A number that is done, with the name it signed up with. */
async function done(order: object = {}): Promise<OnboardingInput> {
  const approved = { name_status: 'APPROVED', rename_review: review('APPROVED'), ...order };
  // Where nothing runs, the time-skipping server takes the next start ten years on.
  await world.start(await world.signUp({ scenario: 'review_forever' }));
  const input = await world.signUp({ number: approved });
  const handle = await world.start(input);
  expect((await handle.result()).outcome).toBe('ready');
  return input;
}

const rename = ({ phoneNumberId, wabaId }: OnboardingInput, name = NAME) =>
  world.changeName({
    ...{ phoneNumberId, wabaId, name, actor: 'Ada', requestedAtMs: world.nowMs() },
  });

/** A request for a name that was made before. */
async function sentBefore({ phoneNumberId }: OnboardingInput, n: number): Promise<void> {
  const requestKey = `before/${n.toString()}`;
  const { nameChanges } = world.store;
  const kind = 'operator';
  await nameChanges.reserve({
    phoneNumberId,
    requestKey,
    kind,
    inFlightMs: 0,
  });
  await nameChanges.startSending(phoneNumberId, n);
  await nameChanges.close(phoneNumberId, n, { state: 'ok' });
}

async function callsOf({ phoneNumberId }: OnboardingInput, path: string): Promise<number> {
  const calls = await world.meta.ledgerOf(phoneNumberId);
  return calls.filter((call) => call.method === 'POST' && call.path.endsWith(path)).length;
}

async function eventsOf({ phoneNumberId }: OnboardingInput, kind: string): Promise<string[]> {
  const events = await world.store.numbers.eventsOf(phoneNumberId);
  return events.filter((event) => event.kind === kind).map(({ text }) => text);
}

describe('a number that is done', () => {
  it('gets another name: asked for once, reviewed, registered again with the same PIN, and its new certificate kept', async () => {
    await world.play(async () => {
      const input = await done();
      const { phoneNumberId } = input;
      const before = await world.progressOf(phoneNumberId);
      const handle = await rename(input);
      await world.sleep(HOUR_MS);
      expect(await world.store.numbers.byId(phoneNumberId)).toMatchObject({
        ...{ task: 'change-display-name', stage: 'following-name', waitingFor: 'meta' },
      });
      expect(await handle.result()).toEqual({ outcome: 'ready', name: 'applied' });
      expect(await callsOf(input, `/${phoneNumberId}`)).toBe(1);
      expect(await callsOf(input, '/register')).toBe(2);
      const sent = (await world.meta.ledgerOf(phoneNumberId)).map(({ pinSha256: pin }) => pin);
      expect(new Set(sent.filter((pin) => pin !== undefined)).size).toBe(1);
      const row = await world.store.numbers.byId(phoneNumberId);
      expect(row).toMatchObject({ outcome: 'ready', verifiedName: NAME });
      const { certificateSha256 } = await world.progressOf(phoneNumberId, 'change-display-name');
      expect(certificateSha256).toEqual(expect.any(String));
      expect(certificateSha256).not.toBe(before.certificateSha256);
      expect(await eventsOf(input, 'name-applied')).toHaveLength(1);
      expect(await eventsOf(input, 'certificate-collected')).toHaveLength(2);
    });
  });

  it('is registered again also where the approval leaves nothing of the change to see', async () => {
    await world.meta.post('/reset', { switches: { newFieldsOnApproval: 'gone' } });
    await world.play(async () => {
      const input = await done();
      const handle = await rename(input);
      expect(await handle.result()).toEqual({ outcome: 'ready', name: 'applied' });
      expect(await callsOf(input, '/register')).toBe(2);
    });
  });

  it('keeps its name when Meta declines the other one, and is not registered again', async () => {
    await world.play(async () => {
      const input = await done({ rename_review: review('REJECTED') });
      const handle = await rename(input);
      expect(await handle.result()).toEqual({ outcome: 'ready', name: 'declined' });
      expect(await callsOf(input, '/register')).toBe(1);
      expect(await world.store.numbers.byId(input.phoneNumberId)).toMatchObject({
        ...{ outcome: 'ready', stage: 'done' },
      });
    });
  });

  it.each([
    ['drop_after', 1],
    ['drop_before', 2],
  ])(
    'has its name asked for without repetition when the answer is lost: %s',
    async (kind, sent) => {
      await world.play(async () => {
        const input = await done();
        const match = { method: 'POST', path: `/${input.phoneNumberId}$`, times: 1 };
        await world.meta.post('/faults', { kind, match });
        const handle = await rename(input);
        expect(await handle.result()).toEqual({ outcome: 'ready', name: 'applied' });
        expect(await callsOf(input, `/${input.phoneNumberId}`)).toBe(sent);
      });
    },
  );

  it.each(['drop_after', 'drop_before'])(
    'is registered again with its new name when that answer is lost: %s',
    async (kind) => {
      await world.play(async () => {
        const input = await done();
        await world.meta.post('/faults', { kind, match: { path: '/register', times: 1 } });
        const handle = await rename(input);
        expect(await handle.result()).toEqual({ outcome: 'ready', name: 'applied' });
        expect(await callsOf(input, '/register')).toBe(kind === 'drop_after' ? 2 : 3);
      });
    },
  );

  it('waits with the eleventh name of 30 days until Meta takes it', async () => {
    await world.play(async () => {
      const input = await done();
      const { phoneNumberId } = input;
      const askedAtMs = world.nowMs();
      for (let n = 1; n <= 10; n += 1) await sentBefore(input, n);
      const handle = await rename(input);
      await world.sleep(DAY_MS);
      expect(await world.store.numbers.byId(phoneNumberId)).toMatchObject({
        ...{ cause: 'rename_limit', waitingFor: 'time' },
      });
      expect(await callsOf(input, `/${phoneNumberId}`)).toBe(0);
      expect(await handle.result()).toMatchObject({ name: 'applied' });
      expect(world.nowMs() - askedAtMs).toBeGreaterThanOrEqual(30 * DAY_MS);
      expect(await callsOf(input, `/${phoneNumberId}`)).toBe(1);
    });
  });

  it('has a name that was asked for in WhatsApp Manager found by the watch, and applied', async () => {
    await world.play(async () => {
      const input = await done();
      const { phoneNumberId } = input;
      await world.meta.patch(`/numbers/${phoneNumberId}`, {
        ...{ new_display_name: NAME, new_name_status: 'PENDING_REVIEW' },
        review: review('APPROVED', 2 * DAY_MS),
      });
      await world.watch(input.wabaId);
      await world.sleep(DAY_MS + HOUR_MS);
      expect(await world.store.numbers.byId(phoneNumberId)).toMatchObject({
        ...{ task: 'change-display-name', waitingFor: 'meta' },
      });
      await world.sleep(3 * DAY_MS);
      expect(await world.store.numbers.byId(phoneNumberId)).toMatchObject({
        ...{ outcome: 'ready', verifiedName: NAME },
      });
      expect(await callsOf(input, '/register')).toBe(2);
      expect(await callsOf(input, `/${phoneNumberId}`)).toBe(0);
    });
  });
});

describe('a new name that could not be applied', () => {
  it('within 14 days of its approval is asked for again by a person', async () => {
    await world.play(async () => {
      const input = await done();
      const { phoneNumberId } = input;
      const handle = await rename(input);
      await world.sleep(HOUR_MS);
      const fault = { kind: 'error', code: 100, subcode: 2388001, error_user_msg: 'ownership' };
      await world.meta.post('/faults', { ...fault, match: { path: '/register', times: 'always' } });
      await world.sleep(16 * DAY_MS);
      expect(await world.progressOf(phoneNumberId, 'change-display-name')).toMatchObject({
        waiting: { for: 'operator', refusal: { cause: 'rename_window_missed' } },
      });
      await world.meta.remove('/faults');
      await handle.executeUpdate(updateNames.changeName, { args: [ADA] });
      expect(await handle.result()).toEqual({ outcome: 'ready', name: 'applied' });
    });
  });
});

describe('a number whose name was declined', () => {
  it('goes on with the name that a person gives, twice if need be, to its certificate', async () => {
    const number = { name_status: 'DECLINED', review: null, rename_review: review('REJECTED') };
    const input = await world.signUp({ number });
    const { phoneNumberId } = input;
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await handle.executeUpdate(updateNames.changeName, {
        args: [{ name: 'Lucky Two', actor: 'Ada' }],
      });
      await world.sleep(3 * DAY_MS);
      expect(await world.progressOf(phoneNumberId)).toMatchObject({
        waiting: { for: 'customer', refusal: { cause: 'name_declined' } },
      });
      await world.meta.patch(`/numbers/${phoneNumberId}`, { rename_review: review('APPROVED') });
      await handle.executeUpdate(updateNames.changeName, { args: [ADA] });
      expect((await handle.result()).outcome).toBe('ready');
    });
    expect(await callsOf(input, '/register')).toBe(2);
    expect(await world.store.numbers.byId(phoneNumberId)).toMatchObject({ verifiedName: NAME });
  });

  it('is told at once when the name has a form that Meta declines, or when it waits for none', async () => {
    const input = await world.signUp({
      number: { name_status: 'DECLINED', review: null, otp_verified_at: null },
    });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      const ask = (name: string) =>
        handle.executeUpdate(updateNames.changeName, { args: [{ name, actor: 'Ada' }] });
      const cause = (message: string) => ({ cause: { message } });
      await expect(ask(NAME)).rejects.toMatchObject(
        cause('the number does not wait for its display name'),
      );
      await world.meta.patch(`/numbers/${input.phoneNumberId}`, { otp_verified_at: world.nowMs() });
      await handle.signal('numberChanged');
      await world.sleep(HOUR_MS);
      await expect(ask('www.lucky.com')).rejects.toMatchObject(
        cause('A display name is no web address'),
      );
      await handle.terminate();
    });
    expect(await callsOf(input, `/${input.phoneNumberId}`)).toBe(0);
  });

  it('shows what Meta refuses the name with, and takes another', async () => {
    const number = { name_status: 'DECLINED', review: null, rename_review: review('APPROVED') };
    const input = await world.signUp({ number });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      const match = { method: 'POST', path: `/${input.phoneNumberId}$`, times: 1 };
      await world.meta.post('/faults', { kind: 'error', code: 131009, match });
      await handle.executeUpdate(updateNames.changeName, {
        args: [{ name: 'Lucky Two', actor: 'Ada' }],
      });
      await world.sleep(HOUR_MS);
      expect(await world.progressOf(input.phoneNumberId)).toMatchObject({
        waiting: { for: 'customer', refusal: { cause: 'bad_request' } },
      });
      await handle.executeUpdate(updateNames.changeName, { args: [ADA] });
      expect((await handle.result()).outcome).toBe('ready');
    });
  });
});

describe('a certificate that ran out before the name was approved', () => {
  it('is a case for the operator, and the review is followed on', async () => {
    const input = await world.signUp({ number: { name_status: 'EXPIRED', review: null } });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      expect(await world.progressOf(input.phoneNumberId)).toMatchObject({
        waiting: { for: 'operator', refusal: { cause: 'certificate_expired' } },
      });
      await world.meta.patch(`/numbers/${input.phoneNumberId}`, {
        ...{ name_status: 'APPROVED', certificate_issued_at: world.nowMs() },
      });
      expect((await handle.result()).outcome).toBe('ready');
    });
  });
});
