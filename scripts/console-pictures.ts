import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { PhoneNumberId } from '../src/domain/phone-number.ts';
import { openSqliteStore } from '../src/store/sqlite.ts';

const VIEWPORT = { width: 1100, height: 800 };

interface Demo {
  readonly apiUrl: string;
  readonly dataDir: string;
}

/** Each page of the console of a running demo, light and dark, by the name of its picture. */
export async function takeConsole(
  browser: Browser,
  demo: Demo,
  id: PhoneNumberId,
): Promise<ReadonlyMap<string, Buffer>> {
  const pictures = new Map<string, Buffer>();
  const { words, wabaId } = await prepare(demo, id);
  const pages = [
    ['fleet', '/'],
    ['number', `/numbers/${id}`],
    ['account', `/accounts/${wabaId}`],
    ['signup', '/signup'],
  ] as const;
  for (const [colorScheme, word] of words) {
    const context = await browser.newContext({ viewport: VIEWPORT, colorScheme });
    const page = await context.newPage();
    await page.goto(`${demo.apiUrl}/login/${word}`);
    for (const [name, path] of pages) {
      await page.goto(`${demo.apiUrl}${path}`);
      pictures.set(`console-${name}-${colorScheme}.png`, await page.screenshot());
    }
    await context.close();
  }
  return pictures;
}

/** A login for each colour scheme, by the database of the demo: it is this machine's. */
async function prepare({ dataDir }: Demo, id: PhoneNumberId) {
  const store = await openSqliteStore({
    path: join(dataDir, 'onboarding.db'),
    sealingKeyFile: join(dataDir, 'sealing-key.json'),
    nowMs: Date.now,
  });
  try {
    const offer = () => store.sessions.offerLogin({ owner: 'Ada', role: 'operator' });
    const words = [
      ['light', (await offer()).reveal()],
      ['dark', (await offer()).reveal()],
    ] as const;
    return { words, wabaId: (await store.numbers.byId(id))?.wabaId ?? '' };
  } finally {
    await store.close();
  }
}
