import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { z } from 'zod';
import { workflowIdOf } from '../src/contract/onboarding.ts';
import { isPhoneNumberId, type PhoneNumberId } from '../src/domain/phone-number.ts';
import {
  startLeash,
  startProgram,
  type Leash,
  type RunningProgram,
} from '../src/embedded/child-process.ts';
import { freePort } from '../test/support/free-port.ts';
import { takeConsole } from './console-pictures.ts';

const EMBEDDED = fileURLToPath(new URL('../src/embedded.ts', import.meta.url));
const IMAGES = fileURLToPath(new URL('../docs/images/', import.meta.url));
const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
const VIEWPORT = { width: 1440, height: 1400 };
const STARTED_MS = 90_000;
const STOP_MS = 30_000;
const SHOWN_MS = 30_000;
// The demo polls every 10 s: by then the pending read has failed once with what it saw.
const SECOND_POLL_MS = 22_000;
// README pictures travel with every clone.
const MAX_BYTES = 400_000;

const COLUMNS = [
  'Status',
  'Workflow ID',
  'OnboardingStage',
  'WaitingFor',
  'LastErrorCode',
  'DeadlineAt',
];

const dataDir = await mkdtemp(join(tmpdir(), 'screenshots-'));

const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Demo {
  readonly program: RunningProgram;
  readonly apiUrl: string;
  readonly uiUrl: string;
}

const fleetSchema = z.object({
  numbers: z.array(
    z.object({ phone_number_id: z.string().refine(isPhoneNumberId), cause: z.string().optional() }),
  ),
});

async function startDemo(leash: Leash): Promise<Demo> {
  const [http, temporal, temporalUi, fakeGraph] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const program = await startProgram({
    name: 'demo',
    command: process.execPath,
    args: [
      EMBEDDED,
      ...['--data', dataDir, '--port', String(http), '--temporal-port', String(temporal)],
      ...['--temporal-ui-port', String(temporalUi), '--fake-graph-port', String(fakeGraph)],
    ],
    // The demo, whatever this shell is configured for.
    env: pick('PATH', 'HOME', 'XDG_CACHE_HOME', 'TEMPORAL_CLI'),
    logFile: join(dataDir, 'demo.log'),
    leash,
  });
  return { program, apiUrl: `http://127.0.0.1:${http}`, uiUrl: `http://127.0.0.1:${temporalUi}` };
}

function pick(...names: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}

/** The number that waits for the operator, once the demo's three customers are where they stay by themselves. */
async function numberInUse({ apiUrl, program }: Demo): Promise<PhoneNumberId> {
  const gone = program.exited.then(() => 'gone' as const);
  const giveUpAtMs = Date.now() + STARTED_MS;
  while (Date.now() < giveUpAtMs) {
    const numbers = await fetch(`${apiUrl}/v1/numbers`)
      .then(async (answer) => fleetSchema.parse(await answer.json()).numbers)
      .catch(() => []);
    const stuck = numbers.find(({ cause }) => cause === 'number_in_use');
    const declined = numbers.some(({ cause }) => cause === 'name_declined');
    if (stuck !== undefined && declined) return stuck.phone_number_id;
    if ((await Promise.race([gone, sleep(500)])) === 'gone') break;
  }
  throw new Error(`the demo did not get there; see demo.log and logs in ${dataDir}`);
}

interface Crop {
  /** The picture begins and ends at these, with this much room. */
  readonly from: Locator;
  readonly to: Locator;
  readonly above: number;
  readonly below: number;
}

/** The content of the page without its navigation, from one thing down to another. */
async function crop(page: Page, { from, to, above, below }: Crop): Promise<Buffer> {
  await from.waitFor({ timeout: SHOWN_MS });
  await to.waitFor({ timeout: SHOWN_MS });
  const content = await boxOf(page.locator('#content'));
  const top = (await boxOf(from)).y - above;
  const last = await boxOf(to);
  const height = last.y + last.height + below - top;
  return await page.screenshot({ clip: { x: content.x, y: top, width: content.width, height } });
}

async function boxOf(
  locator: Locator,
): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('the Temporal UI hides what the picture is about');
  return box;
}

/** Three tabs of one number, one above the other. */
async function takeNumber(page: Page, workflowUrl: string): Promise<Buffer> {
  await page.goto(workflowUrl);
  await page.waitForURL(/timeline/);
  const tab = async (name: string): Promise<void> => {
    await page.goto(page.url().replace(/[^/]+$/, name));
  };
  const shown = (text: string): Locator => page.getByText(text).first();
  await tab('user-metadata');
  // Details are Markdown, which the UI draws in frames.
  await page.locator('iframe').last().contentFrame().getByText('Register attempts').waitFor();
  const details = await crop(page, {
    ...{ from: shown('Back to Workflows'), above: 16 },
    ...{ to: page.locator('iframe').last(), below: 16 },
  });
  await tab('pending-activities');
  const pending = await crop(page, {
    ...{ from: shown('Activity ID'), above: 60 },
    ...{ to: shown('APPLICATION_ERROR_CATEGORY_BENIGN'), below: 48 },
  });
  await tab('timeline');
  const timeline = await crop(page, {
    ...{ from: page.getByRole('heading', { name: 'Timeline' }), above: 16 },
    ...{ to: shown("subscribe to the account's webhooks"), below: 64 },
  });
  return await stack(page, [details, pending, timeline]);
}

async function stack(page: Page, pictures: readonly Buffer[]): Promise<Buffer> {
  const images = pictures.map(
    (picture) =>
      `<img style="display:block" src="data:image/png;base64,${picture.toString('base64')}">`,
  );
  await page.setContent(`<body style="margin:0;width:max-content">${images.join('<hr>')}</body>`);
  return await page.locator('body').screenshot();
}

async function takeFleet(page: Page, uiUrl: string): Promise<Buffer> {
  await page.setViewportSize({ ...VIEWPORT, width: 1600 });
  await page.goto(`${uiUrl}/namespaces/default/workflows?query=NeedsAttention%3Dtrue`);
  const title = page.locator('h1').first();
  const to = page.getByRole('row').last();
  return await crop(page, { from: title, above: 24, to, below: 24 });
}

async function openPage(): Promise<{ readonly page: Page; readonly browser: Browser }> {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
  const context = await browser.newContext({
    ...{ viewport: VIEWPORT, colorScheme: 'light', timezoneId: 'UTC', locale: 'en-GB' },
  });
  // Where the Temporal UI keeps a person's choice of columns.
  const columns = JSON.stringify({ default: COLUMNS.map((label) => ({ label })) });
  await context.addInitScript(
    `localStorage.setItem('namespace-workflow-table-columns', ${JSON.stringify(columns)})`,
  );
  return { page: await context.newPage(), browser };
}

async function keep(name: string, picture: Buffer): Promise<void> {
  if (picture.length > MAX_BYTES) throw new Error(`${name} has ${picture.length} bytes`);
  await writeFile(join(IMAGES, name), picture);
  say(`docs/images/${name}: ${Math.round(picture.length / 1000)} kB`);
}

async function takeAll(demo: Demo): Promise<void> {
  say('Playing the demo …');
  const id = await numberInUse(demo);
  const { page, browser } = await openPage();
  try {
    const pictures = await takeConsole(browser, { apiUrl: demo.apiUrl, dataDir }, id);
    for (const [name, picture] of pictures) await keep(name, picture);
    // The Temporal UI changes on its own: its pictures are not always wanted.
    if (process.argv.includes('--console')) return;
    await sleep(SECOND_POLL_MS);
    const workflow = encodeURIComponent(workflowIdOf(id));
    const url = `${demo.uiUrl}/namespaces/default/workflows/${workflow}`;
    await keep('temporal-ui-number.png', await takeNumber(page, url));
    await keep('temporal-ui-fleet.png', await takeFleet(page, demo.uiUrl));
  } finally {
    await browser.close();
  }
}

const leash = startLeash();
const demo = await startDemo(leash);
try {
  await takeAll(demo);
} finally {
  await demo.program.stop(STOP_MS);
  leash.close();
}
await rm(dataDir, { recursive: true });
