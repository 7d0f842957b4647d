import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { filesIn, newSignup, NUMBER } from './builders.ts';
import { contentOf, HAS_POSTGRES, openTestStore } from './test-store.ts';

const TOKEN = 'EAAGm0PX4ZCpsBAKcanaryTokenZAZBqy9ZBexampleZD';
const CERTIFICATE = 'CmwKKAjdcanaryCertificate6IGVudDp3YSIPQ2FuYXJ5IENhZmVQ3uyX9gUaQJj';

/** The ways a value may be written. Base64 has three, by where in a longer text the value begins. */
function disguisesOf(value: string): string[] {
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.from(' '.repeat(shift) + value).toString('base64');
    return text.slice(shift === 0 ? 0 : 4, -4);
  });
  const hex = Buffer.from(value).toString('hex');
  return [value, encodeURIComponent(value), hex, hex.toUpperCase(), ...base64];
}

function findIn(folder: string, values: readonly string[]): string[] {
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  return values.filter((value) => files.some((bytes) => bytes.includes(value)));
}

it('writes no token, PIN or certificate in clear into any file of the database (I4)', async () => {
  const { store, folder: home } = await openTestStore('sqlite');
  await store.signups.accept(newSignup({ token: new Secret(TOKEN) }));
  await store.credentials.ensurePin(NUMBER);
  await store.credentials.keepCertificate(NUMBER, new Secret(CERTIFICATE));
  const pin = (await store.credentials.pinOf(NUMBER))?.reveal() ?? '';
  expect(pin).toHaveLength(6);

  const folder = dirname(filesIn(home).path);
  const hexOfPin = Buffer.from(pin).toString('hex');
  const disguises = [...disguisesOf(TOKEN), ...disguisesOf(CERTIFICATE), pin, hexOfPin, btoa(pin)];
  expect(readdirSync(folder)).toEqual(['onboarding.db', 'onboarding.db-shm', 'onboarding.db-wal']);
  expect(findIn(folder, [`number/${NUMBER}`])).toHaveLength(1);
  expect(findIn(folder, disguises)).toEqual([]);
  await store.close();
  expect(readdirSync(folder)).toEqual(['onboarding.db']);
  expect(findIn(folder, [`number/${NUMBER}`])).toHaveLength(1);
  expect(findIn(folder, disguises)).toEqual([]);
});

it.runIf(HAS_POSTGRES)(
  'writes no token, PIN or certificate in clear into any row of PostgreSQL (I4)',
  async () => {
    const opened = await openTestStore('postgres');
    const { store } = opened;
    await store.signups.accept(newSignup({ token: new Secret(TOKEN) }));
    await store.credentials.ensurePin(NUMBER);
    await store.credentials.keepCertificate(NUMBER, new Secret(CERTIFICATE));
    const pin = (await store.credentials.pinOf(NUMBER))?.reveal() ?? '';
    const rows = await contentOf(opened);
    expect(rows).toContain(`number/${NUMBER}`);
    const disguises = [...disguisesOf(TOKEN), ...disguisesOf(CERTIFICATE), `"${pin}"`];
    expect(disguises.filter((value) => rows.includes(value))).toEqual([]);
  },
);
