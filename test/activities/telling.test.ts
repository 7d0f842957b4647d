import { HOUR_MS } from '../support/spans.ts';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { translateFailures } from '../../src/activities/translate-failures.ts';
import type { Announce, NumberEvent } from '../../src/contract/activities.ts';
import type { OnboardingInput, Progress } from '../../src/contract/onboarding.ts';
import { SealBroken } from '../../src/store/errors.ts';
import { createRig, failureOf, run, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(async () => {
  await rig.close();
});

describe('an account whose webhooks we want', () => {
  const subscribe = ({ wabaId }: OnboardingInput, activities = rig.activities()): Promise<void> =>
    run(activities.subscribeApp, { wabaId });

  it('is subscribed to once, and looked at once an hour for all of its numbers', async () => {
    const input = await rig.signUp();
    await subscribe(input);
    rig.clock.nowMs += HOUR_MS - 1;
    await subscribe(input);
    expect(await subscriptionsOf(input)).toEqual(['GET', 'POST']);
    rig.clock.nowMs += 1;
    await subscribe(input);
    expect(await subscriptionsOf(input)).toEqual(['GET', 'POST', 'GET']);
  });

  it('keeps the override that somebody has set: a plain subscription would remove it', async () => {
    const input = await rig.signUp();
    await subscribe(input);
    await overrideAt(input, await startEcho());
    rig.clock.nowMs += HOUR_MS;
    await subscribe(input);
    expect(await subscriptionOf(input, 'GET')).toContain('override_callback_uri');
  });

  it('is subscribed to beside the apps of others', async () => {
    const input = await rig.signUp();
    const subscribedAppIds = (): Promise<string[]> => Promise.resolve(['1', '2']);
    await subscribe(input, rig.activities({ graph: { ...rig.patient, subscribedAppIds } }));
    expect(await subscriptionsOf(input)).toEqual(['POST']);
  });

  it('is asked for again later when Meta does not answer, and a person when Meta refuses', async () => {
    const input = await rig.signUp();
    const path = `${input.wabaId}/subscribed_apps`;
    await rig.meta.post('/faults', { match: { path }, kind: 'html' });
    const failure = await failureOf(subscribe(input));
    expect(failure).toMatchObject({ type: 'MetaUnavailable', retryDelayMs: 30_000 });
    await rig.meta.post('/faults', { match: { path, method: 'POST' }, kind: 'error', code: 10 });
    expect(await failureOf(subscribe(input))).toMatchObject({
      type: 'Refused',
      nonRetryable: true,
      details: [{ cause: 'permission_lost' }],
    });
  });
});

const ledgerSchema = z.object({
  requests: z.array(z.object({ path: z.string(), method: z.string() })),
});

/** What Meta was asked about the account's subscriptions, oldest first. */
async function subscriptionsOf({ wabaId }: OnboardingInput): Promise<string[]> {
  const answer = await request(`${rig.meta.url}/_fake/ledger`);
  return ledgerSchema
    .parse(await answer.body.json())
    .requests.filter(({ path }) => path.endsWith(`/${wabaId}/subscribed_apps`))
    .map(({ method }) => method);
}

/** A callback that agrees to be one, until the test is over. */
async function startEcho(): Promise<string> {
  const server = createServer((incoming, response) => {
    const { searchParams } = new URL(incoming.url ?? '', 'http://127.0.0.1');
    response.end(searchParams.get('hub.challenge'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/elsewhere`;
}

async function overrideAt(input: OnboardingInput, url: string): Promise<void> {
  await subscriptionOf(input, 'POST', { override_callback_uri: url, verify_token: 'v' });
}

/** The partner's own call, past our client. */
async function subscriptionOf(
  { wabaId }: OnboardingInput,
  method: 'GET' | 'POST',
  query: Readonly<Record<string, string>> = {},
): Promise<string> {
  const token = (await rig.store.credentials.tokenOf(wabaId))?.reveal() ?? '';
  const answer = await request(`${rig.meta.url}/v25.0/${wabaId}/subscribed_apps`, {
    method,
    query,
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(text);
  return text;
}

describe('what people are told of a number', () => {
  const registered: NumberEvent = {
    kind: 'registered',
    atMs: 1_800_000_000_000,
    text: 'Meta shows the number as connected.',
    actor: 'Meta',
  };
  const progress: Progress = {
    stage: 'registering',
    waiting: { for: 'operator', refusal: { cause: 'number_in_use', code: 100 } },
    deadlineAtMs: 1_801_000_000_000,
    tracks: {
      ownership: 'VERIFIED',
      registration: 'not-registered',
      name: 'PENDING_REVIEW',
      certificate: 'none',
    },
    changedAtMs: 1_800_000_000_000,
  };
  const news = (input: OnboardingInput, changes: Partial<Announce> = {}): Announce => ({
    phoneNumberId: input.phoneNumberId,
    wabaId: input.wabaId,
    progress,
    events: [registered],
    announcementKey: 'run/1',
    ...changes,
  });
  const announce = (args: Announce): Promise<void> => run(rig.activities().announce, args);
  const kindsOf = async ({ phoneNumberId }: OnboardingInput): Promise<string[]> =>
    (await rig.store.numbers.eventsOf(phoneNumberId)).map(({ kind }) => kind);

  it('is whose move it is, why, and the whole progress', async () => {
    const input = await rig.signUp();
    await announce(news(input));
    const row = await rig.store.numbers.byId(input.phoneNumberId);
    expect(row).toMatchObject({
      stage: 'registering',
      waitingFor: 'operator',
      cause: 'number_in_use',
      deadlineAtMs: progress.deadlineAtMs,
    });
    expect(row).not.toHaveProperty('outcome');
    expect(JSON.parse(row?.progressJson ?? '')).toEqual(progress);
  });

  it('is written once under one key: a repeat changes neither the row nor the history', async () => {
    const input = await rig.signUp();
    const before = await kindsOf(input);
    await announce(news(input));
    await announce(news(input));
    await announce(news(input, { progress: { ...progress, stage: 'done', outcome: 'ready' } }));
    expect(await kindsOf(input)).toEqual([...before, 'registered']);
    expect(await rig.store.numbers.byId(input.phoneNumberId)).toMatchObject({
      stage: 'registering',
    });
  });

  it('is new under another key, and an outcome takes the cause away', async () => {
    const input = await rig.signUp();
    await announce(news(input));
    const done: Progress = {
      ...progress,
      stage: 'done',
      waiting: { for: 'nobody' },
      outcome: 'ready',
    };
    const events: NumberEvent[] = [{ ...registered, kind: 'ready' }];
    await announce(news(input, { progress: done, events, announcementKey: 'run/2' }));
    expect((await kindsOf(input)).slice(-2)).toEqual(['registered', 'ready']);
    const row = await rig.store.numbers.byId(input.phoneNumberId);
    expect(row).toMatchObject({ stage: 'done', waitingFor: 'nobody', outcome: 'ready' });
    expect(row).not.toHaveProperty('cause');
  });
});

describe('a defect of ours', () => {
  const CANARY = 'EAAGcanaryTokenThatMustNeverLeave';
  it.each<readonly [string, unknown, string]>([
    ['an error', new Error(`token ${CANARY}`), 'Unexpected Error'],
    ['an error with a cause', new TypeError('no', { cause: CANARY }), 'Unexpected TypeError'],
    ['an error with fields', Object.assign(new Error('no'), { CANARY }), 'Unexpected Error'],
    ['a seal that does not open', new SealBroken(CANARY), 'Unexpected SealBroken'],
    ['a string', CANARY, 'Unexpected string'],
    ['null', null, 'Unexpected object'],
  ])('that throws %s is retried, and its text stays here', async (_title, thrown, message) => {
    const broken = translateFailures((): Promise<void> => {
      AbortSignal.abort(thrown).throwIfAborted();
      return Promise.resolve();
    });
    const failure = await failureOf(run(broken, undefined));
    expect(failure).toMatchObject({
      type: 'Bug',
      nonRetryable: false,
      message: `${message}; see the worker's log`,
      details: [],
    });
    expect(failure.wire).not.toContain(CANARY);
  });
});
