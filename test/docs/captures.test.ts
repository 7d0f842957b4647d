import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { CAUSES, type Cause } from '../../src/domain/causes.ts';
import { providedGround } from '../support/bundle.ts';
import { capturesIn } from './captures/page.ts';
import { openStage } from './captures/stage.ts';
import { STORIES } from './captures/stories.ts';
import { playAll, type Story } from './captures/story.ts';

const PAGE = new URL('../../docs/how-to/unstick-a-number.md', import.meta.url);
const shown = capturesIn(readFileSync(PAGE, 'utf8'));

/** Of an account and its webhooks, not of a number: they keep none waiting, and the service mends them. */
const OF_NO_NUMBER: readonly string[] = ['override_too_early', 'override_lost'];

async function play(stories: readonly Story[]): Promise<ReadonlyMap<Cause, string | Error>> {
  const stage = await openStage(providedGround());
  try {
    return await playAll(stage, stories);
  } finally {
    await stage.close();
  }
}

let played: ReadonlyMap<Cause, string | Error>;
beforeAll(async () => {
  played = await play(STORIES);
});

it('every cause that a number can be stuck with is shown with its number', () => {
  const wanted = Object.keys(CAUSES).filter((cause) => !OF_NO_NUMBER.includes(cause));
  expect([...shown.keys()].toSorted()).toEqual(wanted.toSorted());
  expect(STORIES.map(({ cause }) => cause).toSorted()).toEqual(wanted.toSorted());
});

// Written anew by `npm run captures`. Where the stories hindered each other on a busy machine, each has another try by itself.
it.each([...STORIES])('a number stuck with $cause goes on as its page shows', async (story) => {
  const { cause } = story;
  if (shown.get(cause) === played.get(cause)) return;
  const alone = (await play([story])).get(cause);
  if (alone instanceof Error) throw alone;
  expect(alone).toBe(shown.get(cause));
});
