import { setImmediate as eventLoopTurn } from 'node:timers/promises';

/**
 * What comes while a run is on its way shares the next one, and none waits longer than for one run before its own. So a commit, which
 * waits for the disk, serves all who came during the one before. A run that fails fails for all that share it.
 */
export function together<Item, Answer>(
  run: (items: readonly Item[]) => Promise<(item: Item) => Answer>,
): (item: Item) => Promise<Answer> {
  let last: Promise<unknown> = Promise.resolve();
  let next:
    { readonly items: Item[]; readonly answerOf: Promise<(item: Item) => Answer> } | undefined;
  return async (item) => {
    if (next === undefined) {
      const items: Item[] = [];
      // SQLite answers without a pause, and who else has come is known only once the event loop has looked.
      const answerOf = last
        .then(() => eventLoopTurn())
        .then(() => {
          next = undefined;
          return run(items);
        });
      next = { items, answerOf };
      last = answerOf.catch(() => undefined);
    }
    next.items.push(item);
    return (await next.answerOf)(item);
  };
}
