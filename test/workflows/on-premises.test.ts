import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OnboardingInput } from '../../src/contract/onboarding.ts';
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

/** A customer signs up who runs a client of his own, to which he has given us access. */
async function signUp(order: object, password = 'fake-onprem-password'): Promise<OnboardingInput> {
  const input = await world.signUp({ displayPhoneNumber: '+1 631-555-1111', ...order });
  const access = { baseUrl: world.meta.url, userName: 'admin', password: new Secret(password) };
  await world.store.credentials.keepOnPremises(input.wabaId, access);
  return { ...input, platform: 'on-premises', codeMethod: 'voice' };
}

/** What the customer's client was asked, and Meta's register, in order. */
async function ordersOf(input: OnboardingInput): Promise<string[]> {
  const all = await world.meta.ledger();
  return all
    .filter(({ method, path }) => method === 'POST' && !path.includes('subscribed_apps'))
    .filter(({ path }) => path.startsWith('/v1/') || path.includes(input.phoneNumberId))
    .map(({ path, http, code }) =>
      [path, http, code].filter((part) => part !== undefined).join(' '),
    );
}

const LOGIN = '/v1/users/login 200';

describe('a number that registers on the client of the customer', () => {
  it('waits for its certificate, and is registered with it there, without a code', async () => {
    const input = await signUp({
      scenario: 'onprem_working',
      number: {
        name_status: 'PENDING_REVIEW',
        review: { decision: 'APPROVED', after_ms: 30 * HOUR_MS },
      },
    });
    const result = await world.play(async () => (await world.start(input)).result());

    expect(result.outcome).toBe('ready');
    expect(result.certificateSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(await ordersOf(input)).toEqual([LOGIN, '/v1/account 201']);
    const events = await world.store.numbers.eventsOf(input.phoneNumberId);
    expect(events.map(({ kind }) => kind)).toEqual([
      ...['signed-up', 'verified', 'waiting', 'certificate-collected'],
      ...['attempt', 'registered', 'ready'],
    ]);
  });

  it('ends as abandoned when Meta says that the service is over, and says so', async () => {
    const input = await signUp({ scenario: 'onprem_retired' });
    await world.play(async () => {
      const handle = await world.start(input);
      const ended = expect(handle.result()).rejects;
      await ended.toHaveProperty('cause.type', 'Abandoned');
      await ended.toHaveProperty('cause.message', expect.stringContaining('Use Cloud API'));
    });
    expect(await world.store.numbers.byId(input.phoneNumberId)).toMatchObject({
      outcome: 'abandoned',
      cause: 'onprem_retired',
    });
  });

  it('waits for the customer while the name is declined, and for a person while the login is refused', async () => {
    const input = await signUp(
      {
        scenario: 'onprem_working',
        number: {
          name_status: 'PENDING_REVIEW',
          review: { decision: 'REJECTED', after_ms: HOUR_MS },
        },
      },
      'not-the-password',
    );
    const { phoneNumberId, wabaId } = input;
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(DAY_MS);
      expect(await world.progressOf(phoneNumberId)).toMatchObject({
        stage: 'following-name',
        waiting: { for: 'customer', refusal: { cause: 'name_declined' } },
      });
      await world.meta.patch(`/numbers/${phoneNumberId}`, { name_status: 'APPROVED' });
      await handle.signal('numberChanged');
      await world.sleep(HOUR_MS);
      expect(await world.progressOf(phoneNumberId)).toMatchObject({
        stage: 'registering',
        waiting: { for: 'operator' },
      });
      const access = { baseUrl: world.meta.url, userName: 'admin' };
      const password = new Secret('fake-onprem-password');
      await world.store.credentials.keepOnPremises(wabaId, { ...access, password });
      await handle.signal('retry', { actor: 'Ada' });
      expect((await handle.result()).outcome).toBe('ready');
    });
  });

  it('expires at its deadline when its name was never approved', async () => {
    const input = await signUp({ scenario: 'review_forever' });
    await world.play(async () => {
      const handle = await world.start(input);
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'SignupExpired' } });
    });
    expect(world.nowMs() - input.signedUpAtMs).toBeGreaterThanOrEqual(14 * DAY_MS);
    expect(await ordersOf(input)).toEqual([]);
  });

  it('that is registered there already waits for its certificate beyond the deadline, poll by poll', async () => {
    const input = await signUp({
      scenario: 'review_forever',
      number: { on_premise: true, status: 'CONNECTED', name_status: 'PENDING_REVIEW' },
    });
    const { phoneNumberId } = input;
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(16 * DAY_MS);
      const reads = await world.meta.ledgerOf(phoneNumberId);
      expect(reads.length).toBeLessThan(100);
      expect((await handle.describe()).status.name).toBe('RUNNING');
      const { historyLength } = await handle.describe();
      expect(historyLength).toBeLessThan(100);
    });
  });
});
