import { z } from 'zod';
import { readJsonObject, readOptionalJsonObject } from './body.ts';
import { HttpError, type ErrorCode } from './errors.ts';
import { readIdempotencyKey } from './idempotency-key.ts';
import type { Once } from './once.ts';
import { readQuery } from './query.ts';

const NOTHING = z.strictObject({});
type Nothing = typeof NOTHING;

/** What a route takes and answers. Calls are read by it, and `/openapi.json` is made from it. */
export interface Contract<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodObject = z.ZodObject,
> {
  /** One line for the reference. */
  readonly summary: string;
  /** Made of `field`s, as are the others. */
  readonly params?: Params;
  readonly query?: Query;
  /** Beside those of every call. For the reference: what is raw reads its own. */
  readonly headers?: z.ZodObject;
  /** May be left out by a caller where it asks for nothing. */
  readonly body?: Body;
  readonly answers: Readonly<Record<number, DeclaredAnswer>>;
  /** Beside those of the fields, and those that every route may answer with. */
  readonly errors?: readonly ErrorCode[];
  /** It knows its own repeats, by more than a day's memory. */
  readonly isOwnKeeper?: true;
  /** It reads its calls by itself: signed bytes, a question of Meta's. The contract is then for the reference alone. */
  readonly isRaw?: true;
}

export interface DeclaredAnswer {
  readonly what: string;
  /** By media type. */
  readonly content: Readonly<Record<string, z.ZodType>>;
}

/** The one answer of most routes. */
export function json(what: string, shape: z.ZodType): DeclaredAnswer {
  return { what, content: { 'application/json': shape } };
}

/** What came with a call, after its contract has taken it. */
export interface Taken<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodObject = z.ZodObject,
> {
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
  readonly idempotencyKey: string | undefined;
}

/** As much of a call as a contract looks at. */
interface Asked {
  readonly request: Request;
  readonly requestId: string;
  readonly params: Readonly<Record<string, string>>;
  /** Absent for anyone. */
  readonly actor?: string;
  /** Absent where no orders are taken. */
  readonly once?: Once;
}

/** A handler that says what it takes and answers. */
export interface Declared<Call> {
  (call: Call): Promise<Response>;
  readonly contract: Contract;
}

/** The handler sees only calls that the contract has taken. */
export function declared<
  Call extends Asked,
  Params extends z.ZodObject = Nothing,
  Query extends z.ZodObject = Nothing,
  Body extends z.ZodObject = Nothing,
>(
  contract: Contract<Params, Query, Body>,
  handle: (call: Call & Taken<Params, Query, Body>) => Response | Promise<Response>,
): Declared<Call> {
  return Object.assign(
    async (call: Call) => {
      const { taken, sent } = await take(contract, call);
      const run = async (): Promise<Response> => handle({ ...call, ...taken });
      const { once, actor, request, requestId } = call;
      const { idempotencyKey: key } = taken;
      const isKept = contract.isOwnKeeper !== true && key !== undefined && actor !== undefined;
      if (!isKept || once === undefined) return run();
      const { pathname, search } = new URL(request.url);
      return once({ actor, key, asked: [request.method, pathname, search, sent], requestId, run });
    },
    { contract },
  );
}

/** As `declared`, for a handler that reads its calls by itself. */
export function declaredRaw<Call>(
  contract: Omit<Contract, 'isRaw'>,
  handle: (call: Call) => Response | Promise<Response>,
): Declared<Call> {
  return Object.assign(async (call: Call) => handle(call), {
    contract: { ...contract, isRaw: true } as const,
  });
}

/** What a field knows beside its schema. */
interface Fault {
  readonly code: ErrorCode;
  readonly example: unknown;
  /** In place of the table's, where a sentence tells more. */
  readonly message?: string;
}

const FAULTS = z.registry<Fault>();

/** What a reader of the reference is told of a member. */
interface Told {
  /** What it is for, and its limits. */
  readonly meaning: string;
  /** For the reference's example calls, in which it stands unless it may be left out. */
  readonly example?: unknown;
  /** What a caller is told, in place of the table's sentence. */
  readonly message?: string;
}

/** A member of a path, a query or a body, with the error for whatever else stands there. */
export function field<Schema extends z.ZodType>(
  schema: Schema,
  code: ErrorCode,
  { meaning, example, message }: Told,
): Schema {
  const told = schema.meta({
    description: meaning,
    ...(example !== undefined && { examples: [example] }),
  });
  FAULTS.add(told, { code, example, ...(message !== undefined && { message }) });
  return told;
}

/** The codes that a contract's own fields answer with. */
export function faultsIn(schema: z.ZodObject | undefined): readonly ErrorCode[] {
  return Object.values(shapeOf(schema)).map((each) => faultOf(each).code);
}

/** By the name of each field that has one. JSON Schema cannot tell it of what is changed while it is read. */
export function examplesIn(schema: z.ZodObject): ReadonlyMap<string, unknown> {
  return new Map(
    Object.entries(shapeOf(schema)).map(([name, each]) => [name, FAULTS.get(each)?.example]),
  );
}

/** @throws HttpError for the first thing wrong: in the path, the query, the body, then the idempotency key */
async function take<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodObject>(
  contract: Contract<P, Q, B>,
  { request, params: path }: Asked,
): Promise<{ readonly taken: Taken<P, Q, B>; readonly sent: string }> {
  const params = takenBy(contract.params, new Map(Object.entries(path)));
  const query = takenBy(contract.query, readQuery(request, keysOf(contract.query)));
  const members = await bodyOf(request, contract.body);
  const body = takenBy(contract.body, members);
  const idempotencyKey = isOrder(request.method) ? readIdempotencyKey(request) : undefined;
  // In one order, whatever the order of the caller's.
  const sent = JSON.stringify([...members].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { taken: { params, query, body, idempotencyKey }, sent };
}

/** Something that may have an effect. */
export function isOrder(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method);
}

/** Nothing has to be sent where nothing is asked for. */
export function isOptional(body: z.ZodObject): boolean {
  return body.safeParse({}).success;
}

async function bodyOf(
  request: Request,
  body: z.ZodObject = NOTHING,
): Promise<ReadonlyMap<string, unknown>> {
  if (!isOrder(request.method)) return new Map();
  const read = isOptional(body) ? readOptionalJsonObject : readJsonObject;
  return read(request, keysOf(body));
}

function keysOf(schema: z.ZodObject | undefined): readonly string[] {
  return Object.keys(shapeOf(schema));
}

function shapeOf(schema: z.ZodObject | undefined): Readonly<Record<string, z.core.$ZodType>> {
  return schema?.shape ?? {};
}

/** @throws HttpError for the first member that is not as the schema wants it */
export function takenBy<Schema extends z.ZodObject>(
  schema: Schema | undefined,
  given: ReadonlyMap<string, unknown>,
): z.output<Schema>;
export function takenBy(
  schema: z.ZodObject = NOTHING,
  given: ReadonlyMap<string, unknown>,
): object {
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path }) => path[0]);
  const [first] = Object.entries(shapeOf(schema)).filter(([key]) => wrong.includes(key));
  if (first === undefined) throw new HttpError('invalid_body');
  const { code, message } = faultOf(first[1]);
  throw new HttpError(code, message === undefined ? {} : { message });
}

function faultOf(schema: z.core.$ZodType): Fault {
  return FAULTS.get(schema) ?? { code: 'invalid_body', example: undefined };
}
