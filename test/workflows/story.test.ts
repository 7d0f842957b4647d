import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../support/spans.ts';
import { providedGround } from '../support/bundle.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld(providedGround());
});
afterEach(async () => {
  await world.close();
});

describe('a number from signup to certificate', () => {
  it('is registered once, followed through its review, and ends ready with its certificate', async () => {
    const input = await world.signUp({ scenario: 'happy' });
    const result = await world.play(async () => (await world.start(input)).result());

    const sealed = await world.store.credentials.certificateOf(input.phoneNumberId);
    const sha256 = createHash('sha256').update(sealed?.reveal() ?? '');
    expect(result).toEqual({ outcome: 'ready', certificateSha256: sha256.digest('hex') });
    expect(await world.meta.registersOf(input.phoneNumberId)).toMatchObject([
      { effectApplied: true, concurrent: 1 },
    ]);
    expect(await world.store.numbers.byId(input.phoneNumberId)).toMatchObject({
      stage: 'done',
      waitingFor: 'nobody',
      outcome: 'ready',
    });
    const events = await world.store.numbers.eventsOf(input.phoneNumberId);
    expect(events.map(({ kind }) => kind)).toEqual([
      'signed-up',
      'verified',
      'attempt',
      'registered',
      'waiting',
      'name-decided',
      'certificate-collected',
      'ready',
    ]);
  });

  it('is read at once when a webhook says that something changed', async () => {
    const input = await world.signUp({ number: reviewAfter(HOUR_MS) });
    const result = await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS + MINUTE_MS);
      await handle.signal('numberChanged');
      return await handle.result();
    });

    expect(result.outcome).toBe('ready');
    const reads = (await world.meta.ledgerOf(input.phoneNumberId)).filter(
      ({ method, at_ms: atMs }) => method === 'GET' && atMs > input.signedUpAtMs + MINUTE_MS,
    );
    expect(reads.map(({ at_ms: atMs }) => atMs - input.signedUpAtMs)).toEqual([
      expect.closeTo(HOUR_MS + MINUTE_MS, -4), // within 5 s
    ]);
  });

  it('ends without a certificate when Meta issues none within the grace period', async () => {
    const input = await world.signUp({ scenario: 'no_certificate' });
    const result = await world.play(async () => (await world.start(input)).result());

    expect(result).toEqual({ outcome: 'ready' });
    const row = await world.store.numbers.byId(input.phoneNumberId);
    expect(JSON.parse(row?.progressJson ?? '')).toMatchObject({
      tracks: { certificate: 'not-issued' },
    });
    expect(world.nowMs() - input.signedUpAtMs).toBeGreaterThanOrEqual(72 * HOUR_MS);
  });

  it.each([
    ['already_connected', 'ready'],
    ['otp_lapsed_live', 'ready'],
    ['coexistence', 'not-applicable'],
  ])('is not registered when it is %s', async (scenario, outcome) => {
    const input = await world.signUp({ scenario });
    const result = await world.play(async () => (await world.start(input)).result());

    expect(result.outcome).toBe(outcome);
    expect(await world.meta.registersOf(input.phoneNumberId)).toHaveLength(0);
  });

  it('waits for another name when Meta declines the first, and goes on with it', async () => {
    const input = await world.signUp({ scenario: 'declined' });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(31 * HOUR_MS);
      expect(await world.progressOf(input.phoneNumberId)).toMatchObject({
        stage: 'following-name',
        waiting: { for: 'customer', refusal: { cause: 'name_declined' } },
      });
      await world.meta.patch(`/numbers/${input.phoneNumberId}`, {
        name_status: 'PENDING_REVIEW',
        review: { decision: 'APPROVED', after_ms: 2 * HOUR_MS },
      });
      expect((await handle.result()).outcome).toBe('ready');
    });
  });

  it('stays watched when Meta invents a name_status', async () => {
    const input = await world.signUp({
      scenario: 'review_forever',
      number: { name_status: 'UNDER_A_NEW_RULE' },
    });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(40 * 24 * HOUR_MS);
      expect(await world.progressOf(input.phoneNumberId)).toMatchObject({
        stage: 'following-name',
        tracks: { registration: 'registered', name: 'UNDER_A_NEW_RULE' },
      });
      await world.meta.patch(`/numbers/${input.phoneNumberId}`, { name_status: 'APPROVED' });
      expect((await handle.result()).outcome).toBe('ready');
    });
  });
});

function reviewAfter(afterMs: number): unknown {
  return {
    name_status: 'PENDING_REVIEW',
    review: { decision: 'APPROVED', after_ms: afterMs },
  };
}
