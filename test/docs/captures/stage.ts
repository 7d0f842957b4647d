import { setTimeout as wait } from 'node:timers/promises';
import { MessageChannel, Worker } from 'node:worker_threads';
import { followersOf } from '../../../src/contract/name-change.ts';
import { signalNames } from '../../../src/contract/onboarding.ts';
import { acceptSignup } from '../../../src/desk/signup.ts';
import {
  isPhoneNumberId,
  isWabaId,
  type PhoneNumberId,
  type WabaId,
} from '../../../src/domain/phone-number.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { DEFAULT_TIMING } from '../../../src/domain/timing.ts';
import { createGraphClient } from '../../../src/graph/client.ts';
import { startDrain } from '../../../src/http/drain.ts';
import { createOnboardings } from '../../../src/http/onboardings.ts';
import { startOnboarding } from '../../../src/http/start-onboarding.ts';
import type { NumberRow, RegistrationChoice, SignupRow } from '../../../src/store/store.ts';
import { APP_ID, APP_SECRET } from '../../support/fake-meta.ts';
import { DAY_MS } from '../../support/spans.ts';
import { createWorld, type Ground, type World } from '../../support/world.ts';

const LOOK_AGAIN_MS = 20;
const PATIENCE_MS = 30_000;
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A number, as its customer's signup names it. */
export interface Ids {
  readonly id: PhoneNumberId;
  readonly account: WabaId;
}

/** One set of real parts for every story: those of a world, the starter's drain, and the command line. */
export interface Stage {
  readonly world: World;
  /** A customer ends Embedded Signup at Meta; its code is still to be spent. */
  finishSignup(order: object): Promise<Ids & { readonly code: string }>;
  /** The callback of that signup. */
  accept(signup: Ids & { readonly code: string }, how: RegistrationChoice): Promise<void>;
  /** Both outputs of a command line. */
  type(args: readonly string[], input: string): Promise<string>;
  rowWhen(id: PhoneNumberId, isAsWanted: (row: NumberRow) => boolean): Promise<NumberRow>;
  /** Ends what still runs, so that it costs the next story nothing. */
  clear(ids: Ids): Promise<void>;
  close(): Promise<void>;
}

export async function openStage(ground: Ground): Promise<Stage> {
  const world = await createWorld(ground);
  const { store, meta, client, nowMs } = world;
  const graph = createGraphClient({
    ...{ baseUrl: meta.url, version: 'v25.0', appId: APP_ID, timeoutMs: 2000 },
    appSecret: new Secret(APP_SECRET),
  });
  const onboardings = createOnboardings({ client, timing: DEFAULT_TIMING, nowMs });
  // Without the watches of the accounts, which would go on through all the days of the stories that follow.
  const start = (signup: SignupRow): Promise<void> =>
    startOnboarding(client, signup, DEFAULT_TIMING);
  const drain = startDrain({
    ...{ store, nowMs, log: SILENT },
    onboardings: { ...onboardings, start },
  });
  const terminal = new Worker(new URL('terminal-thread.ts', import.meta.url));
  const over = new AbortController();
  const playing = world.play(() => untilAborted(over.signal));
  // Deadlines of calls are by the world's clock, which must not be behind.
  await world.sleep(DAY_MS);
  const rowWhen: Stage['rowWhen'] = async (id, isAsWanted) => {
    const giveUpAtMs = performance.now() + PATIENCE_MS;
    for (;;) {
      const row = await store.numbers.byId(id);
      if (row !== undefined && isAsWanted(row)) return row;
      if (performance.now() > giveUpAtMs) throw new Error(`stays ${JSON.stringify(row)}`);
      await wait(LOOK_AGAIN_MS);
    }
  };
  return {
    ...{ world, rowWhen },
    finishSignup: async (order) => idsOf(await meta.signUp(order)),
    accept: async ({ id, account, code }, how) => {
      const known = { idempotencyKey: `${id}/${nowMs()}`, bodyHash: '' };
      const ids = { wabaId: account, phoneNumberId: id };
      const deps = { store, graph, nowMs, appId: APP_ID, log: SILENT };
      await acceptSignup(deps, { ...known, ...ids, how, code: new Secret(code) });
      drain.wake();
    },
    type: async (args, input) => {
      const answer = await ask(terminal, { args, input, env: world.env, nowMs: nowMs() });
      drain.wake();
      return answer;
    },
    clear: async ({ id }) => {
      const row = await store.numbers.byId(id);
      if (row !== undefined && row.outcome === undefined) {
        const [running = ''] = followersOf(id).slice(row.task === undefined ? 0 : 1);
        await client.workflow.getHandle(running).signal(signalNames.abandon);
        await rowWhen(id, ({ outcome }) => outcome !== undefined);
      }
    },
    close: async () => {
      await drain.stop();
      await terminal.terminate();
      over.abort();
      await playing;
      await graph.close();
      await world.close();
    },
  };
}

function idsOf(signup: {
  readonly phone_number_id: string;
  readonly waba_id: string;
  readonly code: string;
}): Ids & { readonly code: string } {
  const { phone_number_id: id, waba_id: account, code } = signup;
  if (!isPhoneNumberId(id) || !isWabaId(account)) throw new TypeError('no ids');
  return { id, account, code };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}

/** Over a port of its own, as several stories may type at a time. */
function ask(terminal: Worker, order: object): Promise<string> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.once('message', (answer) => {
      port1.close();
      resolve(String(answer));
    });
    terminal.postMessage({ ...order, port: port2 }, [port2]);
  });
}
