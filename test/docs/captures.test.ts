import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { CAUSES, type Cause } from '../../src/domain/causes.ts';
import { providedGround } from '../support/bundle.ts';
import { capturesIn } from './captures/page.ts';
import { openStage } from './captures/stage.ts';
import { STORIES } from './captures/stories.ts';
import { playAll } from './captures/story.ts';

const PAGE = new URL('../../docs/how-to/unstick-a-number.md', import.meta.url);
const shown = capturesIn(readFileSync(PAGE, 'utf8'));

/** Of an account and its webhooks, not of a number: they keep none waiting, and the service mends them. */
const OF_NO_NUMBER: readonly string[] = ['override_too_early', 'override_lost'];

let played: ReadonlyMap<Cause, string | Error>;
beforeAll(async () => {
  const stage = await openStage(providedGround());
  try {
    played = await playAll(stage, STORIES);
  } finally {
    await stage.close();
  }
});

it('every cause that a number can be stuck with is shown with its number', () => {
  const wanted = Object.keys(CAUSES).filter((cause) => !OF_NO_NUMBER.includes(cause));
  expect([...shown.keys()].toSorted()).toEqual(wanted.toSorted());
  expect(STORIES.map(({ cause }) => cause).toSorted()).toEqual(wanted.toSorted());
});

// Written anew by `npm run captures`.
it.each([...STORIES])('a number stuck with $cause goes on as its page shows', ({ cause }) => {
  const now = played.get(cause);
  if (now instanceof Error) throw now;
  expect(shown.get(cause)).toBe(now);
});
