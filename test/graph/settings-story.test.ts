import { inspect } from 'node:util';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { Secret } from '../../src/domain/secret.ts';
import { meta, signedUp, type Meta } from './meta.ts';
import { all, failureOf } from './servers.ts';

const PIN = new Secret('150954');
const OTHER_PIN = new Secret('271828');

async function sentCode(world: Meta, phoneNumberId: string): Promise<Secret> {
  const answer = await world.order('GET', `numbers/${phoneNumberId}/otp`);
  return new Secret(z.object({ code: z.string() }).parse(answer).code);
}

describe('a number whose ownership is open', () => {
  it('is registered after the right code, and not after a wrong one', async () => {
    const world = await meta();
    const { client } = world;
    const number = await signedUp(world, { scenario: 'otp_missing' });
    const register = () => client.register({ ...number, pin: PIN });
    expect(await failureOf(register())).toMatchObject({ answer: { code: 133006 } });

    await client.requestCode({ ...number, method: 'SMS', language: 'en_US' });
    const right = await sentCode(world, number.phoneNumberId);
    const wrong = new Secret(right.reveal() === '111111' ? '222222' : '111111');
    const error = await failureOf(client.verifyCode({ ...number, code: wrong }));
    expect(error).toMatchObject({ name: 'GraphRefused', answer: { code: 136025 } });

    await client.verifyCode({ ...number, code: right });
    await register();
    expect(await client.readPhoneNumber(number)).toMatchObject({
      codeVerificationStatus: 'VERIFIED',
      status: 'CONNECTED',
    });
  });

  it('gets no second code while it is proved', async () => {
    const world = await meta();
    const number = await signedUp(world);
    const asked = { ...number, method: 'VOICE', language: 'es_ES' } as const;
    const error = await failureOf(world.client.requestCode(asked));
    expect(error).toMatchObject({ name: 'GraphRefused', answer: { code: 136024 } });
  });
});

describe('a registered number', () => {
  const registered = async () => {
    const world = await meta();
    const number = await signedUp(world);
    await world.client.register({ ...number, pin: PIN });
    return { world, client: world.client, number };
  };

  it('keeps the PIN that was set last', async () => {
    const { client, number } = await registered();
    await client.setPin({ ...number, pin: OTHER_PIN });
    await client.deregister(number);
    const error = await failureOf(client.register({ ...number, pin: PIN }));
    expect(error).toMatchObject({ name: 'GraphRefused', answer: { code: 133005 } });
    await client.register({ ...number, pin: OTHER_PIN });
  });

  it('shows the name it is to have, until that is decided', async () => {
    const { world, client, number } = await registered();
    const decide = (decision: string) =>
      world.order('POST', `numbers/${number.phoneNumberId}/name-decision`, { decision });
    await decide('APPROVED');
    await client.changeDisplayName({ ...number, name: 'Lucky Shrub' });
    expect(await client.readPhoneNumber(number)).toMatchObject({
      newDisplayName: 'Lucky Shrub',
      newNameStatus: 'PENDING_REVIEW',
    });
  });

  it('is no longer registered once it is deregistered', async () => {
    const { client, number } = await registered();
    await client.deregister(number);
    const { status } = await client.readPhoneNumber(number);
    expect(status).not.toBe('CONNECTED');
  });

  it('gets no more webhooks once its account is unsubscribed', async () => {
    const { client, number } = await registered();
    await client.subscribeApp(number);
    expect(await client.subscribedApps(number)).toHaveLength(1);
    await client.unsubscribeApp(number);
    expect(await client.subscribedApps(number)).toEqual([]);
  });

  it('shows its certificate only to whoever asks the secret', async () => {
    const { world, client, number } = await registered();
    await world.order('POST', `numbers/${number.phoneNumberId}/name-decision`, {
      decision: 'APPROVED',
    });
    const fields = ['display_phone_number', 'certificate', 'name_status', 'status'];
    const read = await client.readPhoneNumberFields({ ...number, fields });
    const { certificate } = read.fields;
    if (!(certificate instanceof Secret)) throw new Error('not a secret');
    expect(certificate.reveal()).toMatch(/^[A-Za-z0-9+/]{300,}={0,2}$/);
    expect(JSON.parse(JSON.stringify(read.fields))).toMatchObject({
      ...{ id: number.phoneNumberId, name_status: 'APPROVED', status: 'CONNECTED' },
      certificate: '«secret»',
    });
    expect(inspect(read)).not.toContain(certificate.reveal());
    expect(await all(client.listPhoneNumberFields({ ...number, fields }))).toEqual([read]);
  });

  it('is not read in a field that does not exist', async () => {
    const { client, number } = await registered();
    const asked = { ...number, fields: ['certificates'] };
    const error = await failureOf(client.readPhoneNumberFields(asked));
    expect(error).toMatchObject({ name: 'GraphRefused', answer: { code: 100 } });
  });
});

describe('an account', () => {
  it('lists the numbers on trial apart from the others', async () => {
    const world = await meta();
    const { client } = world;
    const number = await signedUp(world);
    for (const account_mode of ['SANDBOX', 'LIVE', 'SANDBOX'])
      await world.order('POST', 'numbers', { waba: number.wabaId, account_mode });
    const modes = async (accountMode: 'SANDBOX' | 'LIVE') => {
      const numbers = await all(client.listPhoneNumbers({ ...number, accountMode, limit: 1 }));
      return numbers.map((each) => each.accountMode);
    };
    expect(await modes('SANDBOX')).toEqual(['SANDBOX', 'SANDBOX']);
    expect(new Set(await modes('LIVE'))).toEqual(new Set(['LIVE']));
  });

  it('says who it is, and how much of its limit is used', async () => {
    const world = await meta();
    const number = await signedUp(world);
    const account = await world.client.readAccount(number);
    expect(account.wabaId).toBe(number.wabaId);
    expect(account.accountReviewStatus).toBe('APPROVED');
    for (let n = 0; n < 20; n++) await world.client.readAccount(number);
    const shares = world.usages.flatMap((usage) =>
      usage.kind === 'account' && usage.wabaId === number.wabaId ? [usage.percent] : [],
    );
    expect(shares.length).toBeGreaterThan(10);
    expect(shares.at(-1)).toBeGreaterThan(shares[0] ?? 100);
  });
});
