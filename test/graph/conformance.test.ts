import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { Secret } from '../../src/domain/secret.ts';
import { ENUMS } from '../../src/graph/number-schemas.ts';
import { BUSINESS, everyCall, PREVERIFIED } from './calls.ts';
import {
  ANSWERS_REFUSED,
  DIFFERENT_REQUESTS,
  DIFFERENT_WORDS,
  NEVER_SENT,
  OTHER_STATUSES,
} from './spec/contradictions.ts';
import { readSpec, type Form } from './spec/spec.ts';
import { clientOf, NUMBER, serve, TOKEN, WABA, type Seen } from './servers.ts';

const spec = await readSpec();

const CALLS = everyCall({
  token: new Secret(TOKEN),
  pin: new Secret('150954'),
  signupCode: new Secret('AQBsignupcode'),
  code: new Secret('123830'),
  verifyToken: new Secret('word-of-the-handshake'),
});

const PLACES: Readonly<Record<string, string>> = {
  [WABA]: '{WABA-ID}',
  [NUMBER]: '{Phone-Number-ID}',
  [BUSINESS]: '{Business-ID}',
  [PREVERIFIED]: '{Pre-Verified-Phone-Number-ID}',
};
/** What we add to each call, whatever it is. */
const GENERAL = ['appsecret_proof', 'locale'];

const bodySchema = z.record(z.string(), z.unknown());

interface Sent {
  readonly operation: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

const nextPage = { paging: { cursors: { after: 'cursor' }, next: 'https://graph.test/next' } };

/** What the client really sends, with an answer that lets every call go on, and every list have a second page. */
async function sentBy(call: (typeof CALLS)[keyof typeof CALLS]): Promise<readonly Sent[]> {
  const server = await serve(({ url }) => ({
    body: { success: true, data: [], ...(url.searchParams.has('after') ? {} : nextPage) },
  }));
  await call(clientOf(server.url)).catch(() => undefined);
  return server.seen.map(sentOf);
}

function sentOf({ method, url, body }: Seen): Sent {
  const path = url.pathname
    .split('/')
    .slice(2)
    .map((part) => PLACES[part] ?? part);
  return {
    operation: `${method} /${path.join('/')}`,
    query: Object.fromEntries(url.searchParams),
    body: body === '' ? {} : bodySchema.parse(JSON.parse(body)),
  };
}

const everythingSent = async (): Promise<readonly Sent[]> =>
  (await Promise.all(Object.values(CALLS).map(sentBy))).flat();

function differencesOf({ operation, query, body }: Sent): readonly string[] {
  const described = spec.get(operation);
  if (described === undefined) return [`${operation} is not described`];
  const lacking = described.body.required.filter((name) => !(name in body));
  return [
    ...differencesIn(operation, 'query', { sent: query, known: described.query }),
    ...differencesIn(operation, 'body', { sent: body, known: described.body.properties }),
    ...lacking.map((name) => `${operation} lacks ${name}`),
  ];
}

function differencesIn(
  operation: string,
  where: string,
  { sent, known }: { sent: object; known: Readonly<Record<string, Form>> },
): readonly string[] {
  return Object.entries(sent).flatMap(([name, value]) => {
    if (GENERAL.includes(name)) return [`any call has ${where} ${name}`];
    const form = known[name];
    if (form === undefined) return [`${operation} has ${where} ${name}`];
    return isOf(form, String(value)) ? [] : [`${operation} has another form of ${name}`];
  });
}

const isOf = ({ pattern, enum: words }: Form, value: string): boolean =>
  (words?.includes(value) ?? true) && (pattern === undefined || new RegExp(pattern).test(value));

const sorted = (texts: Iterable<string>): readonly string[] => [...new Set(texts)].sort();
const listed = (reasons: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(reasons).sort();

describe('the requests for a number', () => {
  it("are those of Meta's description, but for the listed differences", async () => {
    const everything = await everythingSent();
    expect(sorted(everything.flatMap(differencesOf))).toEqual(listed(DIFFERENT_REQUESTS));
  });

  it('are all that the extract describes', async () => {
    const sent = (await everythingSent()).map(({ operation }) => operation);
    expect([...spec.keys()].filter((operation) => !sent.includes(operation))).toEqual([]);
  });

  it('leave out no parameter without a reason', async () => {
    const everything = await everythingSent();
    const unsent = [...spec].flatMap(([operation, { query, body }]) => {
      const sent = everything.filter((each) => each.operation === operation);
      const names = sent.flatMap((each) => Object.keys({ ...each.query, ...each.body }));
      return Object.keys({ ...query, ...body.properties })
        .filter((name) => !names.includes(name))
        .map((name) => `${operation} ${name}`);
    });
    expect(sorted(unsent)).toEqual(listed(NEVER_SENT));
  });
});

/** Reads what Meta shows; a second page, if the first one promises it, is empty. */
async function isAccepted(
  call: (typeof CALLS)[keyof typeof CALLS],
  operation: string,
  example: unknown,
): Promise<boolean> {
  const isShown = new Set<string>();
  const server = await serve((seen) => {
    const sent = sentOf(seen);
    const isFirst = sent.operation === operation && !isShown.has(operation);
    if (!isFirst) return { body: { success: true, data: [] } };
    isShown.add(operation);
    return { body: example };
  });
  const accepted = await call(clientOf(server.url)).then(
    () => true,
    () => false,
  );
  expect(isShown.size).toBe(1);
  return accepted;
}

/** The answers that Meta shows for the operations of a call. */
async function answersTo(call: (typeof CALLS)[keyof typeof CALLS]) {
  return sorted((await sentBy(call)).map(({ operation }) => operation)).flatMap((operation) => {
    const examples = Object.entries(spec.get(operation)?.answer.examples ?? {});
    return examples.map(([example, value]) => ({ operation, example, value }));
  });
}

describe("an answer of Meta's description", () => {
  it('is understood, but for the listed ones', async () => {
    const refused: string[] = [];
    for (const [name, call] of Object.entries(CALLS)) {
      for (const { operation, example, value } of await answersTo(call))
        if (!(await isAccepted(call, operation, value)))
          refused.push(`${name}: ${example} of ${operation}`);
    }
    expect(sorted(refused)).toEqual(listed(ANSWERS_REFUSED));
  });

  it('has no word for a field of a number that differs from ours, but for the listed ones', () => {
    const differences = ENUMS.flatMap(({ field, known }) =>
      wordsFor(field).flatMap((words) => [
        ...words.filter((word) => !known.includes(word)).map((word) => `${field} has ${word}`),
        ...known.filter((word) => !words.includes(word)).map((word) => `${field} lacks ${word}`),
      ]),
    );
    expect(sorted(differences)).toEqual(listed(DIFFERENT_WORDS));
  });

  it('has statuses of refusals that Meta does not give, which are listed', () => {
    const statuses = [...spec.values()].flatMap((operation) => operation.statuses);
    const beyond = statuses.filter((status) => !['200', '400', '500'].includes(status));
    expect(sorted(beyond)).toEqual(listed(OTHER_STATUSES));
  });
});

/** Each list of words that the two reads of a number describe; they do not agree with each other. */
function wordsFor(field: string): readonly (readonly string[])[] {
  const name = field === 'platform_type' ? 'host_platform' : field;
  return ['GET /{Phone-Number-ID}', 'GET /{WABA-ID}/phone_numbers'].flatMap((operation) => {
    const words = spec.get(operation)?.answer.schema[name]?.enum;
    return words === undefined ? [] : [words];
  });
}

describe('a listed contradiction', () => {
  it('has its reason', () => {
    const lists = [DIFFERENT_REQUESTS, NEVER_SENT, ANSWERS_REFUSED, DIFFERENT_WORDS];
    const reasons = [...lists, OTHER_STATUSES].flatMap((list) => Object.values(list));
    expect(reasons.filter((reason) => reason.length < 20)).toEqual([]);
  });
});
