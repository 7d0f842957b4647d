import {
  numberTarget,
  type AccountTarget,
  type MetaDeps,
  type NumberTarget,
} from '../desk/meta.ts';
import type { Config } from '../config.ts';
import type { PreverifiedDeps } from '../desk/preverified.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import type { Secret } from '../domain/secret.ts';
import { createGraphClient, type GraphClient } from '../graph/client.ts';
import type { Store } from '../store/store.ts';
import type { CliCommand } from './cli-command.ts';
import type { Io } from './io.ts';
import { configFor, hasStore, withStore } from './resources.ts';
import { readSecret } from './secret-input.ts';

/** What it takes to ask Meta. */
export interface MetaDesk extends MetaDeps {
  readonly appId: string;
  /** Absent where the user brings the token and there is no database. */
  readonly store?: Store;
}

/** What it takes to give every order. */
export interface Desk extends MetaDesk {
  readonly store: Store;
  readonly monotonicMs: () => number;
  readonly graphTimeoutMs: number;
}

/** A number as it was typed. */
export interface GivenNumber {
  readonly phoneNumberId: PhoneNumberId;
  readonly wabaId?: WabaId;
  readonly token?: Secret;
}

/** @throws CliError usage */
export async function givenAccount(
  io: Io,
  command: CliCommand,
  id: string,
): Promise<AccountTarget> {
  return { wabaId: command.wabaId(id), ...(await givenToken(io, command)) };
}

/** @throws CliError usage */
export async function givenNumber(io: Io, command: CliCommand, id: string): Promise<GivenNumber> {
  const phoneNumberId = command.phoneNumberId(id);
  const { account } = command.opts<{ account?: string }>();
  const wabaId = account === undefined ? {} : { wabaId: command.wabaId(account) };
  return { phoneNumberId, ...wabaId, ...(await givenToken(io, command)) };
}

async function givenToken(io: Io, command: CliCommand): Promise<{ readonly token?: Secret }> {
  const { tokenFile: file } = command.opts<{ tokenFile?: string }>();
  if (file === undefined) return {};
  return { token: await readSecret(io, { what: 'token', option: '--token-file', file }) };
}

/** The desk for one order about an account. @throws DeskError, CliError */
export async function withMeta<Answer>(
  io: Io,
  { token }: { readonly token?: Secret },
  order: (desk: MetaDesk) => Promise<Answer>,
): Promise<Answer> {
  const config = configFor(io, ['meta']);
  if (token === undefined || hasStore(config.store)) return await withDesk(io, order);
  const { appId } = config.meta;
  return withGraph(config, (graph) => order({ graph, appId, nowMs: io.nowMs }));
}

/** The same about a number, in the account that was named or that we know it in. */
export async function withNumber<Answer>(
  io: Io,
  given: GivenNumber,
  order: (desk: MetaDesk, target: NumberTarget) => Promise<Answer>,
): Promise<Answer> {
  return withMeta(io, given, async (desk) => order(desk, await numberTarget(desk.store, given)));
}

/** As `withNumber`, for orders that are counted or sealed: they need the database. */
export async function withNumberDesk<Answer>(
  io: Io,
  given: GivenNumber,
  order: (desk: Desk, target: NumberTarget) => Promise<Answer>,
): Promise<Answer> {
  return withDesk(io, async (desk) => order(desk, await numberTarget(desk.store, given)));
}

export async function withDesk<Answer>(
  io: Io,
  order: (desk: Desk) => Promise<Answer>,
): Promise<Answer> {
  const config = configFor(io, ['meta']);
  const { nowMs } = io;
  const known = { nowMs, appId: config.meta.appId, graphTimeoutMs: config.graph.timeoutMs };
  const monotonicMs = (): number => performance.now();
  return withStore(config.store, nowMs, (store) =>
    withGraph(config, (graph) => order({ ...known, monotonicMs, store, graph })),
  );
}

/** Pre-verified numbers are the partner's own: no account's token; and the database only if there is one, as its service watches them. */
export async function withPartner<Answer>(
  io: Io,
  order: (desk: PreverifiedDeps) => Promise<Answer>,
): Promise<Answer> {
  const config = configFor(io, ['meta']);
  const { partner } = config.meta;
  const { nowMs } = io;
  const known = { nowMs, ...(partner === undefined ? {} : { partner }) };
  return withGraph(config, (graph) =>
    hasStore(config.store)
      ? withStore(config.store, nowMs, (store) => order({ graph, ...known, store }))
      : order({ graph, ...known }),
  );
}

/** Meta for one piece of work; errors as they are. */
export async function withGraph<Answer>(
  { graph: target, meta }: Config,
  work: (graph: GraphClient) => Promise<Answer>,
): Promise<Answer> {
  const graph = createGraphClient({ ...target, appId: meta.appId, appSecret: meta.appSecret });
  try {
    return await work(graph);
  } finally {
    await graph.close();
  }
}
