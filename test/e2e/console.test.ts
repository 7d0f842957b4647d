import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { canBrowse, openBrowser } from '../support/browser.ts';
import { newPlace, start, type Place, type RunningStart } from './embedded-start.ts';

/** A review of eight seconds, a poll of ten, and a busy machine. */
const SOON = { timeout: 45_000 };

let place: Place;
let program: RunningStart;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!canBrowse) return;
  place = await newPlace();
  program = start(place, [], { TEMPORAL_CLI: inject('temporalCli') });
  await program.says(/State, logs/);
  browser = await openBrowser();
  page = await browser.newPage();
  await page.goto(`${consoleUrl()}/login/${await loginWord()}`);
});

afterAll(async () => {
  if (!canBrowse) return;
  await browser.close();
  program.kill('SIGINT');
  await program.exited;
});

const consoleUrl = (): string => `http://127.0.0.1:${place.ports.http}`;

async function loginWord(): Promise<string> {
  const store = await openSqliteStore({
    path: join(place.dataDir, 'onboarding.db'),
    sealingKeyFile: join(place.dataDir, 'sealing-key.json'),
    nowMs: Date.now,
  });
  try {
    return (await store.sessions.offerLogin({ owner: 'Ada', role: 'operator' })).reveal();
  } finally {
    await store.close();
  }
}

/** A customer in the window of the emulator. */
async function signUp(story: string, name: string): Promise<string> {
  await page.goto(`${consoleUrl()}/signup`);
  const opening = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Start Embedded Signup' }).click();
  const popup = await opening;
  await popup.getByLabel('Display name').fill(name);
  await popup.getByLabel(story).check();
  await popup.getByRole('button', { name: 'Finish' }).click();
  await page.waitForURL(/\/numbers\/[0-9]+/);
  return /numbers\/([0-9]+)/.exec(page.url())?.[1] ?? '';
}

/** Whose move it is, or how it ended. */
const standing = (text: string): Locator => page.locator('.mover').getByText(text);

const otpShape = z.object({ code: z.string() });

/** What came to the customer's phone. */
async function codeOf(id: string): Promise<string> {
  const url = `http://127.0.0.1:${place.ports.fakeGraph}/_fake/numbers/${id}/otp`;
  return otpShape.parse(await (await fetch(url)).json()).code;
}

describe.skipIf(!canBrowse)('the whole demo in a browser', () => {
  test('takes a number from the signup page by a code to its certificate, before the eyes of its operator', async () => {
    const id = await signUp('a code is needed', 'Nordic Tea');
    await page.getByRole('button', { name: 'Request code' }).click(SOON);
    await page.getByText('Meta sends the code.').waitFor();
    await page.getByLabel('Code, six digits').fill(await codeOf(id));
    await page.getByRole('button', { name: 'Submit code' }).click();
    await page.getByText('Meta took the code.').waitFor();
    // From here on nobody touches the page.
    await page.getByText('Registered on Cloud API', { exact: true }).waitFor(SOON);
    await page.getByText(/certificate collected/).waitFor(SOON);
    await standing('Ready').waitFor(SOON);
  });

  test('repairs a PIN that somebody else has set, and registers', async () => {
    await signUp('a PIN that somebody else has set', 'Wind & Wool');
    await page.getByText('Registered on Cloud API', { exact: true }).waitFor(SOON);
    const rows = page.getByRole('cell', { name: /refused pin_mismatch/ });
    expect(await rows.count()).toBe(1);
  });

  test('renames a number whose name Meta declines, as its operator asks for, to its certificate', async () => {
    await signUp('Meta declines the name', '*** BLUE DOOR ***');
    await standing("The customer's move").waitFor(SOON);
    const form = page.locator('form', { has: page.getByRole('button', { name: /display name/ }) });
    await form.getByRole('textbox').fill('Blue Door');
    await form.getByRole('button').click();
    await page.getByRole('status').getByText('Done.').waitFor();
    await page.getByText('Name approved').waitFor(SOON);
    await page.getByText(/certificate collected/).waitFor(SOON);
  });
});
