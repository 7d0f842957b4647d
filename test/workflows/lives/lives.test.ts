import { expect, it } from 'vitest';
import { providedGround } from '../../support/bundle.ts';
import { createWorld } from '../../support/world.ts';
import { live } from './live.ts';
import { LIVES } from './lives.ts';

it.each(Object.entries(LIVES))('a number is %s', async (_name, life) => {
  const world = await createWorld(providedGround());
  try {
    const { end, registers, told } = life;
    expect(await live(world, life)).toEqual({ end, registers, told });
  } finally {
    await world.close();
  }
});
