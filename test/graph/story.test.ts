import { describe, expect, it } from 'vitest';

import { Secret } from '../../src/domain/secret.ts';
import { ledgerSchema, meta, signedUp } from './meta.ts';
import { all, APP_ID, failureOf } from './servers.ts';

const PIN = new Secret('150954');
const BOTH_SCOPES = ['whatsapp_business_management', 'whatsapp_business_messaging'];

describe('a number', () => {
  it('goes from the signup code to registered, with the account subscribed', async () => {
    const world = await meta();
    const { client } = world;
    const number = await signedUp(world, { name: 'John’s Cake Shop' });

    const facts = await client.debugToken({ token: number.token });
    expect(facts).toStrictEqual({
      isValid: true,
      appId: APP_ID,
      scopes: BOTH_SCOPES,
      wabaIds: [number.wabaId],
    });

    const [listed] = await all(client.listPhoneNumbers(number));
    expect(listed).toMatchObject({
      phoneNumberId: number.phoneNumberId,
      verifiedName: 'John’s Cake Shop',
      codeVerificationStatus: 'VERIFIED',
      status: 'PENDING',
      platformType: 'NOT_APPLICABLE',
      nameStatus: 'PENDING_REVIEW',
      isPinEnabled: false,
    });

    expect(await client.subscribedAppIds(number)).toEqual([]);
    await client.subscribeApp(number);
    expect(await client.subscribedAppIds(number)).toEqual([APP_ID]);

    await client.register({ ...number, pin: PIN });
    expect(await client.readPhoneNumber(number)).toMatchObject({
      status: 'CONNECTED',
      platformType: 'CLOUD_API',
      throughputLevel: 'STANDARD',
      canSendMessage: 'AVAILABLE',
      isPinEnabled: true,
    });
    expect(await world.registrations()).toEqual({ arrived: 1, applied: 1 });
    expect(world.warnings).toEqual([]);
  });

  it('shows its certificate, once the name is approved', async () => {
    const world = await meta();
    const number = await signedUp(world);
    await world.order('POST', `numbers/${number.phoneNumberId}/name-decision`, {
      decision: 'APPROVED',
    });
    const read = await world.client.readPhoneNumber(number);
    expect(read.nameStatus).toBe('APPROVED');
    expect(read.certificate?.reveal()).toMatch(/^[A-Za-z0-9+/]{300,}={0,2}$/);
  });

  it('is found on the third page of its account', async () => {
    const world = await meta();
    const number = await signedUp(world);
    const others = Array.from({ length: 204 }, () =>
      world.order('POST', 'numbers', { waba: number.wabaId }),
    );
    await Promise.all(others);
    const numbers = await all(world.client.listPhoneNumbers(number));
    const ids = numbers.map((each) => each.phoneNumberId);
    expect(ids).toHaveLength(205);
    expect(new Set(ids).size).toBe(205);
    expect(ids).toContain(number.phoneNumberId);
    const { requests } = ledgerSchema.parse(await world.order('GET', 'ledger'));
    expect(requests.filter(({ path }) => path.endsWith('/phone_numbers'))).toHaveLength(3);
  });

  it.each<[object, { platform?: string; isDated: boolean }]>([
    [
      { platformField: 'host_platform', successType: 'string', timeFormat: 'unix' },
      { platform: 'CLOUD_API', isDated: true },
    ],
    [
      { platformField: 'neither', certificates: 'nonexisting', timeFormat: 'absent' },
      { isDated: false },
    ],
    [
      { displayFormat: 'digits', certificates: 'absent', authHttp: 400 },
      { platform: 'CLOUD_API', isDated: true },
    ],
  ])('registers whatever Meta calls its fields (%j)', async (switches, { platform, isDated }) => {
    const world = await meta(switches);
    const number = await signedUp(world);
    await world.client.register({ ...number, pin: PIN });
    const read = await world.client.readPhoneNumber(number);
    expect(read.status).toBe('CONNECTED');
    expect(read.platformType).toBe(platform);
    expect('lastOnboardedAtMs' in read).toBe(isDated);
  });

  it('is not registered with a PIN that is not its own', async () => {
    const world = await meta();
    const number = await signedUp(world, { scenario: 'foreign_pin' });
    const error = await failureOf(world.client.register({ ...number, pin: PIN }));
    expect(error).toMatchObject({ name: 'GraphRefused', http: 400, answer: { code: 133005 } });
    expect(await world.registrations()).toEqual({ arrived: 1, applied: 0 });
  });

  it.each([
    ['drop_before', 'reset', 0],
    ['drop_after', 'reset', 1],
    ['http_500_after', 'http_5xx', 1],
    ['success_false', 'odd_success', undefined],
    ['success_with_error', 'odd_success', undefined],
    ['html', 'http_5xx', undefined],
    ['empty', 'not_json', undefined],
    ['huge', 'too_big', undefined],
    ['redirect', 'redirect', undefined],
  ])('is asked for once when the answer is a %s', async (kind, why, applied) => {
    const world = await meta();
    const number = await signedUp(world);
    await world.order('POST', 'faults', { kind, match: { path: '/register' } });
    const error = await failureOf(world.client.register({ ...number, pin: PIN }));
    expect(error).toMatchObject({ name: 'GraphOutcomeUnknown', why });
    const seen = await world.registrations();
    expect(seen.arrived).toBe(1);
    if (applied !== undefined) expect(seen.applied).toBe(applied);
  });

  it('is read by another name when Meta invents a status', async () => {
    const world = await meta();
    const number = await signedUp(world);
    await world.order('POST', 'faults', { kind: 'new_enum', field: 'name_status' });
    expect(await world.client.readPhoneNumber(number)).toMatchObject({
      nameStatus: 'FROM_THE_FUTURE',
    });
    expect(world.warnings).toHaveLength(1);
  });

  it('waits as long as Meta says when its account is throttled', async () => {
    const world = await meta();
    const number = await signedUp(world);
    await world.order('POST', 'faults', { kind: 'throttle', minutes: 19 });
    const error = await failureOf(world.client.readPhoneNumber(number));
    expect(error).toMatchObject({ name: 'GraphRefused', toldWaitMs: 19 * 60_000 });
  });
});

describe('a signup code', () => {
  it('gives a token once', async () => {
    const world = await meta();
    const { code } = await world.signup();
    await world.client.exchangeCode({ code });
    const error = await failureOf(world.client.exchangeCode({ code }));
    expect(error).toMatchObject({ name: 'GraphRefused', answer: { code: 100, subcode: 36009 } });
  });
});

describe('a token', () => {
  it('that was made up is not valid, and opens nothing', async () => {
    const world = await meta();
    const { wabaId: account, phoneNumberId: id } = await signedUp(world);
    const token = new Secret('EAAJmadeUpByTheTest0123456789');
    expect(await world.client.debugToken({ token })).toMatchObject({ isValid: false, wabaIds: [] });
    const error = await failureOf(all(world.client.listPhoneNumbers({ wabaId: account, token })));
    expect(error).toMatchObject({ name: 'GraphRefused', http: 401, answer: { code: 190 } });
    const read = await failureOf(world.client.readPhoneNumber({ phoneNumberId: id, token }));
    expect(read).toMatchObject({ name: 'GraphRefused', answer: { code: 190 } });
  });
});
