import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
});

describe('a number from signup to certificate', () => {
  it('is registered once, followed through its review, and ends ready with its certificate', async () => {
    const input = await world.signUp({ scenario: 'happy' });
    const result = await world.play(async () => (await world.start(input)).result());

    expect(result).toMatchObject({ outcome: 'ready', certificateSha256: expect.any(String) });
    const registers = await world.meta.registersOf(input.phoneNumberId);
    expect(registers).toHaveLength(1);
    const row = await world.store.numbers.byId(input.phoneNumberId);
    expect(row).toMatchObject({ stage: 'done', waitingFor: 'nobody', outcome: 'ready' });
    const events = await world.store.numbers.eventsOf(input.phoneNumberId);
    console.log(events, await world.meta.ledgerOf(input.phoneNumberId));
  });
});
