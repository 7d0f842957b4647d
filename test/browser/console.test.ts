import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { barriersOn, canBrowse, openBrowser } from '../support/browser.ts';
import { openEdge, phoneNumberId, type Edge } from '../http/edge.ts';

let edge: Edge;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  edge = await openEdge({ caller: 'this machine' });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
  await edge.close();
});

beforeEach(async () => {
  context = await browser.newContext();
  page = await pageOf(context);
});

afterEach(() => context.close());

/** A tab of somebody who has logged in by a link. */
async function pageOf(opened: BrowserContext): Promise<Page> {
  const tab = await opened.newPage();
  complaints = [];
  tab.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  const word = await edge.store.sessions.offerLogin({ owner: 'bob', role: 'admin' });
  await tab.goto(`${edge.url}/login/${word.reveal()}`);
  return tab;
}

/** A customer goes through the window of the emulator. */
async function signUp(story: string, name: string): Promise<string> {
  await finishSignup(story, name);
  await page.waitForURL(/\/numbers\/[0-9]+/);
  return /numbers\/([0-9]+)/.exec(page.url())?.[1] ?? '';
}

async function finishSignup(story: string, name: string): Promise<void> {
  await page.goto(`${edge.url}/signup`);
  const opening = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Start Embedded Signup' }).click();
  const popup = await opening;
  await popup.getByLabel('Display name').fill(name);
  await popup.getByLabel(story).check();
  await popup.getByRole('button', { name: 'Finish' }).click();
}

describe.skipIf(!canBrowse)('the signup page', () => {
  test('leads a customer through the window of Meta to the page of the number', async () => {
    const id = await signUp('Everything is in order', 'Lucky Shrub');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Lucky Shrub');
    expect(await page.getByRole('status').textContent()).toContain('The customer has signed up');
    expect(edge.temporal.started.at(-1)?.phoneNumberId).toBe(id);
    expect(complaints).toEqual([]);
  });

  test('leads a customer whose window names no number to the page of the account', async () => {
    await finishSignup('no number of it', 'Lucky Shrub');
    await page.waitForURL(/\/accounts\/[0-9]+/);
    expect(await page.getByRole('status').textContent()).toContain('are taken up');
    expect(complaints).toEqual([]);
  });

  test('tells where a customer has given up', async () => {
    await page.goto(`${edge.url}/signup`);
    const opening = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Start Embedded Signup' }).click();
    const popup = await opening;
    await popup.getByLabel('The customer gives up').check();
    await popup.getByRole('button', { name: 'Finish' }).click();
    await page.getByText('The customer has stopped at PHONE_NUMBER_SETUP').waitFor();
    expect(await page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true);
  });

  test('believes no message of a window that is not of Meta', async () => {
    await page.goto(`${edge.url}/signup`);
    const data = { phone_number_id: '1', waba_id: '2' };
    const message = JSON.stringify({ type: 'WA_EMBEDDED_SIGNUP', event: 'FINISH', data });
    for (const origin of [
      'https://evilfacebook.com',
      'http://www.facebook.com',
      edge.url,
      'null',
    ]) {
      await page.evaluate(
        `dispatchEvent(new MessageEvent('message', ${JSON.stringify({ origin, data: message })}))`,
      );
      expect(await page.locator('input[name=waba_id]').inputValue()).toBe('');
    }
    const origin = 'https://business.facebook.com';
    await page.evaluate(
      `dispatchEvent(new MessageEvent('message', ${JSON.stringify({ origin, data: message })}))`,
    );
    expect(await page.locator('input[name=waba_id]').inputValue()).toBe('2');
  });
});

describe.skipIf(!canBrowse)('every page', () => {
  test.each(['light', 'dark'] as const)('has no barrier that axe knows, in %s', async (scheme) => {
    const id = await signUp('a code is needed', `Corner Bakery ${scheme}`);
    await seedMoves(id);
    await page.emulateMedia({ colorScheme: scheme });
    const account = (await edge.store.numbers.byId(phoneNumberId(id)))?.wabaId ?? '';
    const paths = ['/', '/?text=none', `/numbers/${id}`, `/accounts/${account}`, '/accounts/1'];
    for (const path of [...paths, '/signup', '/login', '/numbers/1', '/docs']) {
      await page.goto(`${edge.url}${path}`);
      expect([path, await barriersOn(page)]).toEqual([path, []]);
    }
  });

  test('would be seen with a barrier', async () => {
    await page.setContent('<html lang="en"><title>t</title><main><h1>t</h1><input></main></html>');
    expect(await barriersOn(page)).toEqual(['label: <input>']);
  });

  test('fits a phone', async () => {
    const id = await signUp('Everything is in order', 'A business with a rather long name');
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of ['/', `/numbers/${id}`, '/signup', '/docs']) {
      await page.goto(`${edge.url}${path}`);
      const width: unknown = await page.evaluate('document.documentElement.scrollWidth');
      expect([path, width]).toEqual([path, 360]);
    }
  });
});

describe.skipIf(!canBrowse)('somebody who has logged in', () => {
  test('sees as whom, logs out by a button, and is asked for a token from then on', async () => {
    await page.goto(edge.url);
    const banner = page.getByRole('banner');
    expect(await banner.textContent()).toMatch(/bob\s+admin\s+Log out/);
    await banner.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('API token').waitFor();
    expect(await banner.textContent()).not.toContain('bob');
    await page.goto(`${edge.url}/signup`);
    expect(page.url()).toBe(`${edge.url}/login`);
    expect(complaints).toEqual([]);
  });
});

describe.skipIf(!canBrowse)('a page that is open', () => {
  test('shows what happens to its number, and leaves alone what somebody is typing', async () => {
    const id = await signUp('Everything is in order', 'Nordic Tea');
    await page.goto(`${edge.url}/numbers/${id}`);
    await happen(id, 1);
    await page.getByRole('cell', { name: 'A code is needed.' }).waitFor();
    await page.getByRole('textbox', { name: 'Code, six digits' }).fill('123');
    await happen(id, 2);
    await expect.poll(() => page.getByRole('row').count()).toBe(4);
    expect(await page.getByRole('textbox', { name: 'Code, six digits' }).inputValue()).toBe('123');
    expect(complaints).toEqual([]);
  });

  test('of the fleet shows who has come since, and is walked by keys', async () => {
    await page.goto(`${edge.url}/?text=papaya`);
    await page.getByText('No number is like that.').waitFor();
    const { code, waba_id, phone_number_id } = await edge.meta.signUp({ name: 'Papaya Books' });
    await edge.signUp({ code, waba_id, phone_number_id });
    const link = page.getByRole('link', { name: 'Papaya Books' });
    await link.waitFor();
    await page.keyboard.press('j');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Papaya Books');
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.type')).toBe('search');
  });
});

describe.skipIf(!canBrowse)('without a script', () => {
  test('the reference of the API leads to each of its routes', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false });
    try {
      const tab = await pageOf(plain);
      await tab.goto(edge.url);
      await tab.getByRole('link', { name: 'HTTP API' }).click();
      await tab.getByRole('link', { name: 'POST /v1/numbers/{id}/retry' }).click();
      expect(tab.url()).toBe(`${edge.url}/docs#post-v1-numbers-id-retry`);
      const route = tab.getByRole('article', { name: 'POST /v1/numbers/{id}/retry' });
      expect(await route.isVisible()).toBe(true);
    } finally {
      await plain.close();
    }
  });

  test('a move is made by a form, and the page tells that it is done', async () => {
    const id = await signUp('Everything is in order', 'Wind & Wool');
    await seedMoves(id);
    const plain = await browser.newContext({ javaScriptEnabled: false });
    try {
      const tab = await pageOf(plain);
      await tab.goto(`${edge.url}/numbers/${id}`);
      await tab.getByRole('button', { name: 'Retry' }).click();
      expect(await tab.getByRole('status').textContent()).toContain('Trying again now.');
      expect(edge.temporal.ordered.at(-1)).toMatchObject({ phoneNumberId: id });
    } finally {
      await plain.close();
    }
  });
});

const seedMoves = (id: string): Promise<void> => happen(id, 0);

/** A number waits for a person, and for a code; each time is another event. */
async function happen(id: string, n: number): Promise<void> {
  const row = await edge.store.numbers.byId(phoneNumberId(id));
  if (row === undefined) throw new TypeError(`no number ${id}`);
  const tracks = {
    ...{ ownership: 'NOT_VERIFIED', registration: 'not-registered' },
    ...{ name: 'PENDING_REVIEW', certificate: 'none' },
  };
  const waiting = { for: 'operator', refusal: { cause: 'not_verified' } };
  await edge.store.numbers.announce({
    ...{ phoneNumberId: row.phoneNumberId, wabaId: row.wabaId },
    ...{ stage: 'verifying', waitingFor: 'operator', cause: 'not_verified' },
    deadlineAtMs: Date.now() + 86_400_000,
    progressJson: JSON.stringify({ waiting, tracks }),
    events: [{ kind: 'needs-action', atMs: Date.now(), text: 'A code is needed.', actor: 'Meta' }],
    announcementKey: `${id}/${n}`,
  });
}
