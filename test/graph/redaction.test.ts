import { inspect } from 'node:util';

import { describe, expect, it } from 'vitest';

import { Secret } from '../../src/domain/secret.ts';
import { GraphOutcomeUnknown, GraphRefused } from '../../src/graph/errors.ts';
import { everyCall } from './calls.ts';
import { APP_SECRET, clientOf, failureOf, NUMBER, serve, serveSocket } from './servers.ts';

const CANARIES = {
  token: 'EAAJcanaryTokenDoNotPrint0123456789',
  pin: '846213',
  signupCode: 'AQBcanary|code/do+not=print',
  code: '739265',
  verifyToken: 'canary-of-the-handshake',
  answered: 'EAAJcanaryOfTheAnswer0123456789',
  appSecret: APP_SECRET,
};
const token = new Secret(CANARIES.token);

const CALLS = everyCall({
  token,
  pin: new Secret(CANARIES.pin),
  signupCode: new Secret(CANARIES.signupCode),
  code: new Secret(CANARIES.code),
  verifyToken: new Secret(CANARIES.verifyToken),
});

/** All that a log, a Temporal failure or a debugger could show of a value. */
function shown(value: unknown): string {
  const options = { depth: Infinity, showHidden: true, getters: true };
  const said = value instanceof Error ? [value.message, value.stack, value.toString()] : [];
  const texts = [
    ...said,
    inspect(value, options),
    JSON.stringify(value),
    JSON.stringify(chain(value)),
  ];
  return texts.join('\n');
}

/** What the getters give as well: they are read by code that may print them. */
function chain(value: unknown): unknown[] {
  if (!(value instanceof Error)) return [];
  const answer = value instanceof GraphRefused ? value.answer : undefined;
  const refusal = value instanceof GraphOutcomeUnknown ? value.refusal : undefined;
  return [answer, refusal, ...chain(value.cause)];
}

const everything = Object.values(CANARIES).flatMap((secret) => [
  secret,
  encodeURIComponent(secret),
]);

function expectNoCanary(value: unknown): void {
  const text = shown(value);
  expect(everything.filter((secret) => text.includes(secret))).toEqual([]);
}

describe('no secret', () => {
  it.each(Object.entries(CALLS))('is in a refusal that repeats what %s sent', async (_, call) => {
    for (const status of [400, 500]) {
      const server = await serve(({ url, headers, body }) => ({
        status,
        body: {
          error: {
            code: 190,
            message: `Malformed access token ${headers.authorization}: ${decodeURIComponent(url.search)}`,
            error_user_msg: `${url.href} ${body}`,
            error_data: { details: body },
            fbtrace_id: headers.authorization?.split(' ')[1] ?? url.searchParams.get('code'),
          },
        },
      }));
      const error = await failureOf(call(clientOf(server.url)));
      expect(error).toMatchObject({
        name: status === 400 ? 'GraphRefused' : 'GraphOutcomeUnknown',
      });
      expectNoCanary(error);
    }
  });

  it.each(Object.entries(CALLS))('of the answer is in an error of %s', async (_, call) => {
    const bodies = [
      `{"access_token":"${CANARIES.answered}`,
      { access_token: [CANARIES.answered], data: CANARIES.answered, id: CANARIES.answered },
      { data: [{ id: CANARIES.answered }], success: CANARIES.answered },
      { [CANARIES.answered]: CANARIES.answered },
    ];
    for (const body of bodies) {
      const server = await serve({ body });
      expectNoCanary(await failureOf(call(clientOf(server.url))));
    }
  });

  it.each(Object.entries(CALLS))('is in an error of %s when the line fails', async (_, call) => {
    const cut = await serveSocket((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n${CANARIES.answered}`),
    );
    expectNoCanary(await failureOf(call(clientOf(cut.url))));
    const noise = await serveSocket((socket) => socket.end(`${CANARIES.answered}\r\n`));
    expectNoCanary(await failureOf(call(clientOf(noise.url))));
    expectNoCanary(await failureOf(call(clientOf('http://127.0.0.1:1'))));
  });

  it("is printed with an error, nor are Meta's texts or an address", async () => {
    const message = 'Sorry, Bob of +1 631-555-1111';
    for (const status of [400, 500]) {
      const server = await serve({ status, body: { error: { code: 190, message } } });
      const error = await failureOf(CALLS.register(clientOf(server.url)));
      const printed = `${inspect(error, { depth: Infinity })}${JSON.stringify(error)}`;
      expect(printed).toContain('Could not register the number');
      expect(printed).not.toContain('Bob');
      expect(printed).not.toMatch(/http:\/\/|127\.0\.0\.1|v25\.0/);
    }
  });

  it('is in the client itself, before and after a call', async () => {
    const server = await serve({ body: { success: true } });
    const client = clientOf(server.url);
    expectNoCanary(client);
    await CALLS.register(client);
    expectNoCanary(client);
  });

  it('is shown of the certificates of a number', async () => {
    const certificate = CANARIES.answered;
    const number = { id: NUMBER, display_phone_number: '1', code_verification_status: 'VERIFIED' };
    const server = await serve({ body: { ...number, certificate, new_certificate: certificate } });
    expectNoCanary(await clientOf(server.url).readPhoneNumber({ phoneNumberId: NUMBER, token }));
  });

  it('is found by this test only if it can find one', () => {
    const leaking = new Error('no', { cause: new Error(`with ${CANARIES.pin}`) });
    expect(() => {
      expectNoCanary(leaking);
    }).toThrow(CANARIES.pin);
  });
});
