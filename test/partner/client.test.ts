import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PartnerClientOptions } from '../../src/partner/client.ts';
import type { PartnerEvent } from '../../src/partner/event.ts';
import { isReceiverUrl, isSigningSecret } from '../../src/partner/settings.ts';
import { ACCOUNT, NUMBER, T0_MS } from '../store/builders.ts';
import { freePort } from '../support/free-port.ts';
import { clientTo, SECRET, startReceiver, type Receiver } from './receiver.ts';

const EVENT: PartnerEvent = {
  id: 'evt_5c9e2f6e-8f4e-4c55-9d4c-6f1a3a5b7c01',
  type: 'number.registered',
  atMs: T0_MS,
  phoneNumberId: NUMBER,
  wabaId: ACCOUNT,
  text: 'Meta shows the number as connected.',
};

type Client = ReturnType<typeof clientTo>;

function open(url: string, changes: Partial<PartnerClientOptions> = {}): Client {
  const client = clientTo(url, changes);
  onTestFinished(() => client.close());
  return client;
}

async function receive(): Promise<Receiver> {
  const receiver = await startReceiver();
  onTestFinished(receiver.close);
  return receiver;
}

describe('an event of a number', () => {
  it('arrives with a signature that the library of Standard Webhooks takes', async () => {
    const receiver = await receive();
    expect(await open(receiver.url).deliver(EVENT)).toEqual({ kind: 'accepted' });
    expect(receiver.arrived).toHaveLength(1);
    expect(receiver.arrived[0]).toMatchObject({
      id: EVENT.id,
      event: {
        type: 'number.registered',
        timestamp: '2026-01-05T12:00:00.000Z',
        data: { phone_number_id: NUMBER, waba_id: ACCOUNT, message: EVENT.text },
      },
      headers: { 'content-type': 'application/json' },
    });
  });

  it('is the same bytes under the same id each time, and signed anew', async () => {
    const receiver = await receive();
    let nowMs = Date.now();
    const client = open(receiver.url, { nowMs: () => nowMs });
    await client.deliver(EVENT);
    nowMs -= 60_000;
    await client.deliver(EVENT);
    const [first, second] = receiver.arrived;
    expect(second?.body).toBe(first?.body);
    expect(second?.id).toBe(first?.id);
    expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp']);
    expect(second?.headers['webhook-signature']).not.toBe(first?.headers['webhook-signature']);
  });

  it('is not taken by a verifier when one letter of it is changed', async () => {
    const receiver = await receive();
    await open(receiver.url).deliver(EVENT);
    const { body = '', headers = {} } = receiver.arrived[0] ?? {};
    const signed = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, String(value)]),
    );
    const verifier = new Webhook(SECRET.reveal());
    expect(() => verifier.verify(body.replace('registered', 'registerED'), signed)).toThrow();
  });
});

describe('a receiver', () => {
  it.each([300, 302, 307, 400, 401, 404, 410, 429, 500, 503])(
    'that answers %i has not taken the event, and is followed nowhere',
    async (status) => {
      const receiver = await receive();
      const elsewhere = await receive();
      receiver.mood = status;
      receiver.answer.headers = { location: elsewhere.url };
      expect(await open(receiver.url).deliver(EVENT)).toEqual({ kind: 'refused', status });
      expect(elsewhere.arrived).toEqual([]);
    },
  );

  it('that answers with a megabyte has taken the event, and the rest is not read', async () => {
    const receiver = await receive();
    receiver.mood = 200;
    receiver.answer.body = Buffer.alloc(1024 * 1024, 'x');
    const client = open(receiver.url);
    expect(await client.deliver(EVENT)).toEqual({ kind: 'accepted' });
    expect(await client.deliver(EVENT)).toEqual({ kind: 'accepted' });
  });

  it('that does not answer is left at the deadline', async () => {
    const receiver = await receive();
    receiver.mood = 'hang';
    const startedAtMs = performance.now();
    const delivery = await open(receiver.url, { timeoutMs: 200 }).deliver(EVENT);
    expect(delivery).toEqual({ kind: 'no-answer', fault: 'timeout' });
    expect(performance.now() - startedAtMs).toBeLessThan(2000);
  });

  it('that is not there is told by the word of the system', async () => {
    const client = open(`http://127.0.0.1:${await freePort()}/`);
    expect(await client.deliver(EVENT)).toEqual({ kind: 'no-answer', fault: 'ECONNREFUSED' });
  });

  it.each(['127.0.0.1', '169.254.169.254', 'fd00:ec2::254'])(
    'whose name leads to %s is not called',
    async (address) => {
      const client = open('https://events.partner.example/', {
        resolve: (_name, _options, done) => {
          done(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
        },
      });
      const fault = 'ERR_FORBIDDEN_ADDRESS';
      expect(await client.deliver(EVENT)).toEqual({ kind: 'no-answer', fault });
    },
  );
});

describe('the configuration', () => {
  it.each([
    ['https://events.partner.example/whatsapp?tenant=1', true],
    ['https://10.1.2.3:8443/', true],
    ['http://127.0.0.1:8080/events', true],
    ['http://localhost:8080', true],
    ['http://events.partner.example/', false],
    ['https://user:password@events.partner.example/', false],
    ['https://events.partner.example/#here', false],
    ['https://169.254.169.254/latest/meta-data/', false],
    ['https://[fd00:ec2::254]/', false],
    ['ftp://events.partner.example/', false],
    ['events.partner.example', false],
  ])('for the address %s: %s', (url, isTaken) => {
    expect(isReceiverUrl(url)).toBe(isTaken);
  });

  it.each([
    [23, false],
    [24, true],
    [64, true],
    [65, false],
  ])('for a key of %i bytes: %s', (length, isTaken) => {
    expect(isSigningSecret(`whsec_${Buffer.alloc(length, 1).toString('base64')}`)).toBe(isTaken);
  });

  it.each([
    '',
    'whsec_',
    'whsec_not base64 at all, not at all',
    Buffer.alloc(32).toString('base64'),
  ])('takes no key like "%s"', (secret) => {
    expect(isSigningSecret(secret)).toBe(false);
  });
});
