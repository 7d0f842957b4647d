import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Progress } from '../../src/contract/onboarding.ts';
import { detailsOf, summaryOf } from '../../src/desk/number-view.ts';
import type { PhoneNumberId } from '../../src/domain/phone-number.ts';
import type { NumberAnnouncement } from '../../src/store/store.ts';
import { ACCOUNT, newSignup, NUMBER, OTHER_NUMBER, T0_MS } from '../store/builders.ts';
import { commandLine, openHome, program } from './command-line.ts';

const HOUR_MS = 3_600_000;
const DEADLINE_AT_MS = T0_MS + 14 * 24 * HOUR_MS;
const nowMs = (): number => T0_MS + 5 * HOUR_MS;

const progress: Progress = {
  stage: 'registering',
  waiting: {
    for: 'operator',
    refusal: { cause: 'number_in_use', code: 100, subcode: 2_388_001, traceId: 'AbCdEf' },
  },
  deadlineAtMs: DEADLINE_AT_MS,
  tracks: {
    ownership: 'VERIFIED',
    registration: 'not-registered',
    name: 'PENDING_REVIEW',
    certificate: 'none',
  },
  changedAtMs: T0_MS + HOUR_MS,
};

function announcement(
  phoneNumberId: PhoneNumberId,
  changes: Partial<NumberAnnouncement> = {},
): NumberAnnouncement {
  return {
    phoneNumberId,
    wabaId: ACCOUNT,
    stage: 'registering',
    waitingFor: 'operator',
    deadlineAtMs: DEADLINE_AT_MS,
    cause: 'number_in_use',
    progressJson: JSON.stringify(progress),
    events: [
      { kind: 'needs-action', atMs: T0_MS + HOUR_MS, text: 'Meta refused.', actor: 'this service' },
    ],
    announcementKey: 'run-1/1',
    ...changes,
  };
}

const ended = announcement(NUMBER, {
  stage: 'done',
  waitingFor: 'nobody',
  outcome: 'ready',
  events: [{ kind: 'ready', atMs: T0_MS + 2 * HOUR_MS, text: 'All done.', actor: 'Meta' }],
  announcementKey: 'run-1/2',
});

async function openFleet() {
  const home = await openHome(() => T0_MS);
  const { signups, numbers } = home.store;
  await signups.accept(newSignup({ verifiedName: 'Blue Door' }));
  const other = { phoneNumberId: OTHER_NUMBER, idempotencyKey: 'key-2' };
  await signups.accept(newSignup({ ...other, deadlineAtMs: T0_MS + 86_400_000 }));
  await numbers.announce(announcement(NUMBER));
  return { ...home, env: { ...home.env, TEMPORAL_UI_URL: 'http://127.0.0.1:8233/' } };
}

it('lists the fleet, least time left first', async () => {
  const { env } = await openFleet();
  const { code, out, err } = await commandLine(['numbers', 'list'], { env, nowMs });
  expect([code, err]).toEqual([0, '']);
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([
    ['ID', 'NUMBER', 'NAME', 'STAGE', 'WAITS FOR', 'CAUSE', 'LEFT'],
    [OTHER_NUMBER, '+1 631-555-5555', 'verifying', 'meta', '19 h'],
    [
      NUMBER,
      '+1 631-555-5555',
      'Blue Door',
      'registering',
      'operator',
      'number_in_use',
      '13 d 19 h',
    ],
  ]);
});

it('lists nothing in a sentence', async () => {
  const { env } = await openHome();
  expect((await commandLine(['numbers', 'list'], { env })).out).toBe(
    'No number has signed up yet.\n',
  );
  const { out } = await commandLine(['numbers', 'list', '--json'], { env });
  expect(JSON.parse(out)).toEqual({ numbers: [] });
});

it('shows a number with its tracks, its time, its attempts, what to do and who did what', async () => {
  const { env, store } = await openFleet();
  await store.attempts.reserve({
    ...{ phoneNumberId: NUMBER, requestKey: 'run-1/1', kind: 'automatic' },
    inFlightMs: 1,
  });
  const { code, out } = await commandLine(['numbers', 'show', NUMBER], { env, nowMs });
  expect(code).toBe(0);
  expect(out).toBe(`106540352242922  +1 631-555-5555  Blue Door
Account       102290129340398
Stage         registering
Time left     13 d 19 h, until 2026-01-19T12:00:00Z
Next move     operator
Because       number_in_use (Meta's code 100/2388001, trace AbCdEf)
What to do    The number is still on a WhatsApp account. Either connect it with the WhatsApp Business app (coexistence), or delete that account in the app (chats are lost). Then run: whatsapp-onboarding retry 106540352242922.
Attempts      5 left for the service, 7 for you
Ownership     VERIFIED
Registration  not-registered
Name          PENDING_REVIEW
Certificate   none
Temporal      http://127.0.0.1:8233/namespaces/default/workflows/onboard-phone-number%2F106540352242922

History
2026-01-05T12:00:00Z  signed-up              Embedded Signup completed; onboarding accepted (signup)
2026-01-05T13:00:00Z  needs-action           Meta refused. (this service)
`);
});

it('is as JSON what HTTP answers', async () => {
  const { env, store } = await openFleet();
  const { rows } = await store.fleet.list({});
  const asJson = (view: object): unknown => JSON.parse(JSON.stringify(view));
  const list = await commandLine(['numbers', 'list', '--json'], { env, nowMs });
  expect(JSON.parse(list.out)).toEqual({
    numbers: rows.map((each) => asJson(summaryOf(each, nowMs()))),
  });

  const row = await store.numbers.byId(NUMBER);
  if (row === undefined) throw new Error('no row');
  const more = {
    events: await store.numbers.eventsOf(NUMBER),
    attempts: await store.attempts.of(NUMBER),
    nowMs: nowMs(),
    nameDecision: undefined,
    temporal: { uiUrl: 'http://127.0.0.1:8233', namespace: 'default' },
  };
  const shown = await commandLine(['numbers', 'show', NUMBER, '--json'], { env, nowMs });
  expect(JSON.parse(shown.out)).toEqual(asJson(detailsOf(row, more)));
});

it('is shown as usable while its review is open, and with what Meta told of its name', async () => {
  const { env, store } = await openFleet();
  const refusal = { cause: 'name_in_review' } as const;
  const stage = 'following-name';
  const waiting = { for: 'meta', refusal } as const;
  const isOpen = { stage, waitingFor: 'meta', cause: refusal.cause, announcementKey: 'open' };
  const progressJson = JSON.stringify({ ...progress, stage, waiting, isUsable: true });
  await store.numbers.announce(announcement(NUMBER, { ...isOpen, progressJson }));
  const told = { decision: 'DEFERRED', toldAtMs: T0_MS };
  const hint = { digest: 'd', wabaId: ACCOUNT, field: 'phone_number_name_update' };
  await store.inbox.keep([{ ...hint, digits: '16315555555', nameDecision: told }]);
  const { out } = await commandLine(['numbers', 'show', NUMBER], { env, nowMs });
  expect(out).toMatch(/^What to do +Meta is reviewing .* It does: usable, review open\.$/m);
  expect(out).toMatch(/^Name +PENDING_REVIEW \(usable, review open\)$/m);
  expect(out).toMatch(/^Meta told +DEFERRED on 2026-01-05T12:00:00Z$/m);
  // Only registration is under the deadline.
  expect(out).not.toContain('Time left');
});

it('is looked at without the app secret and without Temporal', async () => {
  const { env } = await openFleet();
  const paths = Object.entries(env).filter(([name]) => ['STORE_PATH', 'KEY_FILE'].includes(name));
  const { code, out } = await program(['numbers', 'show', NUMBER], Object.fromEntries(paths));
  expect(code).toBe(0);
  expect(out).toContain('Blue Door');
});

it('is watched from its first event to its end', async () => {
  const { env, store } = await openFleet();
  const watching = commandLine(['numbers', 'watch', NUMBER], { env });
  await sleep(500);
  await store.numbers.announce(ended);
  expect(await watching).toEqual({
    code: 0,
    out: `2026-01-05T12:00:00Z  signed-up              Embedded Signup completed; onboarding accepted (signup)
2026-01-05T13:00:00Z  needs-action           Meta refused. (this service)
2026-01-05T14:00:00Z  ready                  All done. (Meta)
106540352242922 has ended: ready
`,
    err: '',
  });
});

it('is watched as a JSON object a line', async () => {
  const { env, store } = await openFleet();
  await store.numbers.announce(ended);
  const { out } = await commandLine(['numbers', 'watch', NUMBER, '--json'], { env });
  const lines = out
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(lines).toHaveLength(4);
  expect(lines[2]).toEqual({
    at: '2026-01-05T14:00:00.000Z',
    ...{ kind: 'ready', text: 'All done.', actor: 'Meta' },
  });
  expect(lines[3]).toEqual({ outcome: 'ready' });
});

it.each(['show', 'watch'])('is not found by %s where it never signed up', async (command) => {
  const { env } = await openHome();
  const ended = await commandLine(['numbers', command, '123'], { env });
  expect(ended).toEqual({ code: 4, out: '', err: 'no onboarding for 123\n' });
});

it('names a database that is not there, and does not make one', async () => {
  const { env, folder } = await openHome();
  const STORE_PATH = `${folder}/elsewhere/store.db`;
  for (const times of [1, 2]) {
    const { code, err } = await commandLine(['numbers', 'list'], { env: { ...env, STORE_PATH } });
    expect([times, code, err]).toEqual([
      times,
      78,
      `STORE_PATH: ${STORE_PATH} does not exist; name the database of the service, or start the service once\n`,
    ]);
  }
});

it('names the commands that do what a cause asks for', async () => {
  const { env, store } = await openFleet();
  await store.numbers.announce(
    announcement(NUMBER, { cause: 'not_verified', announcementKey: 'run-1/3' }),
  );
  const { out } = await commandLine(['numbers', 'show', NUMBER], { env, nowMs });
  expect(out.split('\n').filter((line) => line.startsWith('Command'))).toEqual([
    `Command       whatsapp-onboarding code request ${NUMBER} --method SMS`,
    `Command       whatsapp-onboarding code submit ${NUMBER}`,
  ]);
});

it('lists what is asked for, as a table or for a spreadsheet', async () => {
  const { env } = await openFleet();
  const list = async (...options: string[]) => {
    const { code, out, err } = await commandLine(['numbers', 'list', ...options], { env, nowMs });
    expect([code, err]).toEqual([0, '']);
    return out.trimEnd().split(/\r?\n/);
  };
  expect(await list('--waiting-for', 'operator', '--text', 'blue')).toHaveLength(2);
  expect(await list('--outcome', 'ended')).toEqual(['No number is like that.']);
  const [titles, row, ...more] = await list('--cause', 'number_in_use', '--csv');
  expect(titles).toMatch(/^phone_number_id,waba_id,display_phone_number,/);
  expect(row).toMatch(/^106540352242922,102290129340398,'\+1 631-555-5555,Blue Door,registering,/);
  expect(more).toEqual([]);
});

it.each([
  [['--stage', 'gone'], 'numbers list: --stage must be one of verifying, registering,'],
  [['--cause', 'toString'], 'numbers list: --cause must be one that the reference lists'],
  [['--account', 'x'], 'numbers list: account id must be 1-20 digits'],
  [['--csv', '--json'], `option '--csv' cannot be used with option '--json'`],
])('lists nothing where a choice cannot be right: %j', async (options, sentence) => {
  const { code, err } = await commandLine(['numbers', 'list', ...options]);
  expect(code).toBe(2);
  expect(err).toContain(sentence);
});
