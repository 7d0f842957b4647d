import { CAUSES, type Cause } from '../../../src/domain/causes.ts';
import type { NumberRow, RegistrationChoice } from '../../../src/store/store.ts';
import type { Ids, Stage } from './stage.ts';

/** The ids of every number in the page, and of one that is added. */
const THERE = { id: '106540352242922', account: '102290129340398', added: '106540352242923' };
const HERE: readonly string[] = [THERE.id, THERE.account];
/** When every story of the page begins. */
const THERE_AT_MS = Date.parse('2026-12-01T09:00:00Z');
const MINUTE_MS = 60_000;

/** One number with one cause, from its signup to where a person has brought it. */
export interface Story {
  readonly cause: Cause;
  /** How its signup ends at Meta. */
  readonly signup: object;
  readonly how?: RegistrationChoice;
  /** What is true before its callback comes. */
  readonly before?: Act;
  readonly steps: readonly Step[];
}

/** What Meta, the customer or somebody else does. */
export type Act = (stage: Stage, ids: Ids) => Promise<unknown>;

interface Step {
  /** It moves the clock that all stories share. */
  readonly takesTime?: true;
  /** Answers with the lines of the terminal. */
  readonly take: (play: Play) => Promise<readonly string[]>;
}

interface Play extends Ids {
  readonly stage: Stage;
  readonly cause: Cause;
}

/** A command; `#` and `@` stand for the number and its account, and input comes from a file. */
export function types(line: string, input?: Input): Step {
  const take: Step['take'] = async ({ stage, ...ids }) => {
    const given = line.replaceAll('#', ids.id).replaceAll('@', ids.account);
    const answer = await stage.type(wordsOf(given), (await input?.read(stage, ids)) ?? '');
    const from = input === undefined ? '' : ` < ${input.file}`;
    return [`$ whatsapp-onboarding ${given}${from}`, ...worthwhile(answer)];
  };
  return { take };
}

interface Input {
  readonly file: string;
  readonly read: (stage: Stage, ids: Ids) => Promise<string>;
}

/** What happens beside the terminal; without an act it is only told. */
export function happens(text: string, act?: Act): Step {
  const take: Step['take'] = async ({ stage, ...ids }) => {
    await act?.(stage, ids);
    return [`# ${text}`];
  };
  return { take };
}

export function passes(text: string, spanMs: number): Step {
  return { ...happens(text, ({ world }) => world.sleep(spanMs)), takesTime: true };
}

/** Time that nothing is to be said about. */
export function later(spanMs: number): Step {
  const take: Step['take'] = async ({ stage: { world } }) => {
    await world.sleep(spanMs);
    return [];
  };
  return { take, takesTime: true };
}

/** What `numbers show` says once the number waits with the cause of the story, or with another one. */
export function isStuck(cause?: Cause): Step {
  return {
    take: (play) => {
      const wanted = cause ?? play.cause;
      return shown(play, STUCK, (row) => row.cause === wanted && isSettled(row));
    },
  };
}

/** A refused read is told before it is clear that a person must act. */
function isSettled({ cause, waitingFor }: NumberRow): boolean {
  const entry = Object.entries(CAUSES).find(([name]) => name === cause)?.[1];
  return entry?.verdict !== 'ask' || ['operator', 'customer'].includes(waitingFor);
}

/** What `numbers show` says once the number is as wanted. */
export function isNow(isAsWanted: (row: NumberRow) => boolean): Step {
  return { take: (play) => shown(play, MOVED, isAsWanted) };
}

export function hasEnded(outcome: string): Step {
  return isNow((row) => row.outcome === outcome);
}

const STUCK = ['Stage', 'Next move', 'Because', 'What to do', 'Command'];
const MOVED = ['Ended as', 'Stage', 'Next move', 'Because', 'Registration'];

async function shown(
  { stage, id }: Play,
  facts: readonly string[],
  isAsWanted: (row: NumberRow) => boolean,
): Promise<readonly string[]> {
  await stage.rowWhen(id, isAsWanted);
  const answer = await stage.type(['numbers', 'show', id], '');
  const lines = answer.split('\n').filter((line) => facts.some((fact) => isFact(line, fact)));
  return [`$ whatsapp-onboarding numbers show ${id}`, ...lines];
}

function isFact(line: string, fact: string): boolean {
  return line.startsWith(fact.padEnd(14));
}

/** What a terminal shows of each story, or why it could not be played. */
export async function playAll(
  stage: Stage,
  stories: readonly Story[],
): Promise<ReadonlyMap<Cause, string | Error>> {
  const played = new Map<Cause, string | Error>();
  const playOne = async (story: Story): Promise<void> => {
    played.set(story.cause, await play(stage, story).catch(errorOf));
  };
  // Those that move the clock would move it for the others too.
  const isSlow = ({ steps }: Story): boolean => steps.some(({ takesTime }) => takesTime);
  const quick = stories.filter((story) => !isSlow(story));
  await Promise.all(lanesOf(quick).map((lane) => inTurn(lane, playOne)));
  await inTurn(stories.filter(isSlow), playOne);
  return played;
}

const LANES = 4;

function lanesOf(stories: readonly Story[]): readonly (readonly Story[])[] {
  return Array.from({ length: LANES }, (_, lane) => stories.filter((_s, n) => n % LANES === lane));
}

async function inTurn<Item>(items: readonly Item[], act: (item: Item) => Promise<void>) {
  for (const item of items) await act(item);
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Plays a story, and writes it down as the page does. */
async function play(stage: Stage, { cause, ...story }: Story): Promise<string> {
  const signup = await stage.finishSignup(story.signup);
  const beganAtMs = stage.world.nowMs();
  await story.before?.(stage, signup);
  await stage.accept(signup, story.how ?? { platform: 'cloud' });
  const lines: string[] = [];
  for (const { take } of story.steps) lines.push(...(await take({ stage, cause, ...signup })));
  await stage.clear(signup);
  return steady(lines.join('\n'), signup, beganAtMs);
}

/** Ids, times and traces as the page has them. */
function steady(text: string, { id, account }: Ids, beganAtMs: number): string {
  return text
    .replaceAll(id, THERE.id)
    .replaceAll(account, THERE.account)
    .replaceAll(/\b\d{15}\b/g, (other) => (HERE.includes(other) ? other : THERE.added))
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (at) => {
      const minutes = Math.floor((Date.parse(at) - beganAtMs) / MINUTE_MS);
      return new Date(THERE_AT_MS + minutes * MINUTE_MS).toISOString().replace('.000Z', 'Z');
    })
    .replaceAll(/trace [\w-]{10,}/g, 'trace AQt2afBzhlv0vfmJLfdWH08');
}

/** Without the invitation to look, which the next command of the story takes up. */
function worthwhile(answer: string): readonly string[] {
  return answer
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('See what comes of it:'));
}

/** Words in quotes stay together. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
}
