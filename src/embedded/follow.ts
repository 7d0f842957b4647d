import { setTimeout as sleep } from 'node:timers/promises';
import type { EventRow, Store } from '../store/store.ts';
import { lineOf, whatToTry } from './narrator.ts';
import type { Ports } from './options.ts';

const LOOK_AGAIN_MS = 200;

export interface Follow {
  readonly store: Store;
  readonly ports: Ports;
  readonly say: (line: string) => void;
  /** Lines begin with the first event above this one. */
  readonly afterEventId: number;
  readonly signal: AbortSignal;
}

/** How the first number ended that a `--once` run waits for. */
export type FirstEnd =
  | { readonly kind: 'certificate'; readonly certificate: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** Says one line for every change of every number, until the signal. Calls `onEnd` whenever a number ends. */
export async function followNumbers(follow: Follow, onEnd: (end: FirstEnd) => void): Promise<void> {
  let lastId = follow.afterEventId;
  while (!follow.signal.aborted) {
    for (const event of await follow.store.numbers.eventsAfter(lastId)) {
      lastId = event.id;
      await tell(follow, event);
      const end = await endIn(follow.store, event);
      if (end !== undefined) onEnd(end);
    }
    await sleep(LOOK_AGAIN_MS);
  }
}

async function tell({ store, ports, say }: Follow, event: EventRow): Promise<void> {
  const number = await store.numbers.byId(event.phoneNumberId);
  say(lineOf(event, number));
  const hint =
    number === undefined || event.kind !== 'needs-action' ? undefined : whatToTry(number, ports);
  if (hint !== undefined) say(hint.replaceAll(/^/gm, ' '.repeat(10)));
}

async function endIn(store: Store, event: EventRow): Promise<FirstEnd | undefined> {
  switch (event.kind) {
    case 'ready': {
      const certificate = await store.credentials.certificateOf(event.phoneNumberId);
      return certificate === undefined
        ? { kind: 'failed', reason: 'The first number is ready, but Meta issued no certificate.' }
        : { kind: 'certificate', certificate: certificate.reveal() };
    }
    case 'signup-expired':
    case 'abandoned':
      return { kind: 'failed', reason: event.text };
    default:
      return undefined;
  }
}
