import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { z } from 'zod';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

function findChromium(): string | undefined {
  return process.env['CHROMIUM'] ?? PLACES.find((place) => existsSync(place));
}

/** In CI a missing browser is a failure, and not a reason to skip. */
export const canBrowse = findChromium() !== undefined || process.env['CI'] !== undefined;

/** Everything that WCAG 2.2 asks at levels A and AA, and what the authors of axe add. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const violationsShape = z.array(
  z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }),
);

/** The system's own, as playwright-core brings none. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium: install it, or set CHROMIUM');
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  return await chromium.launch({ executablePath, args });
}

/** What a person with a screen reader, without colours or without a mouse would stumble over. */
export async function barriersOn(page: Page): Promise<readonly string[]> {
  // By the debugger: a page's own policy lets no script in.
  await page.evaluate(axe.source);
  const found: unknown = await page.evaluate(
    `axe.run({ runOnly: ${JSON.stringify(TAGS)} }).then(({ violations }) =>
      violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => ({ html })) })))`,
  );
  return violationsShape
    .parse(found)
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
