import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Config } from '../config.ts';
import { CAUSES } from '../domain/causes.ts';
import type { WabaId } from '../domain/phone-number.ts';
import { causeOf } from '../domain/refusals.ts';
import { Secret } from '../domain/secret.ts';
import { createGraphClient, type GraphClient } from '../graph/client.ts';
import { GraphOutcomeUnknown, GraphRefused, GraphUnreachable } from '../graph/errors.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import { withStore } from './resources.ts';

/**
 * Meta for one piece of work.
 * @throws CliError meta_unavailable, refused_by_meta; other errors as they are
 */
export async function withGraph<Answer>(
  { graph: target, meta }: Config,
  work: (graph: GraphClient) => Promise<Answer>,
): Promise<Answer> {
  const graph = createGraphClient({ ...target, appId: meta.appId, appSecret: meta.appSecret });
  try {
    return await work(graph);
  } catch (error) {
    throw meaningOf(error) ?? error;
  } finally {
    await graph.close();
  }
}

/** What a failed call to Meta means to a user; undefined for what is no failure of a call. */
export function meaningOf(error: unknown): CliError | undefined {
  if (error instanceof GraphUnreachable || error instanceof GraphOutcomeUnknown) {
    return new CliError('meta_unavailable', error.message);
  }
  if (!(error instanceof GraphRefused)) return undefined;
  const { code, subcode } = error.answer;
  const known = `Meta's code ${code}${subcode === undefined ? '' : `/${subcode}`}`;
  const trace = error.traceId === undefined ? '' : `, trace ${error.traceId}`;
  const advice = isNotThere(error)
    ? 'There is no such account, or the token gives no access to it.'
    : CAUSES[causeOf(error.answer)].advice;
  return new CliError('refused_by_meta', `${advice} (${known}${trace})`);
}

/** Meta answers alike for what is missing and for what is another's. */
function isNotThere({ answer: { code, subcode } }: GraphRefused): boolean {
  return code === 100 && subcode === 33;
}

/**
 * The token in the file (`-`: standard input), else the one the customer's signup gave us.
 * @throws CliError unknown_account, usage
 */
export async function tokenFor(
  io: Io,
  { store }: Config,
  account: { readonly wabaId: WabaId; readonly tokenFile: string | undefined },
): Promise<Secret> {
  const { wabaId, tokenFile } = account;
  if (tokenFile !== undefined) return await tokenIn(io, tokenFile);
  const token = await withStore(store, io.nowMs, ({ credentials }) => credentials.tokenOf(wabaId));
  if (token !== undefined) return token;
  throw new CliError(
    'unknown_account',
    `no signup has given us a token for account ${wabaId}; give one with --token-file`,
  );
}

async function tokenIn({ input }: Io, file: string): Promise<Secret> {
  const content = await (file === '-' ? text(input) : readFile(file, 'utf8')).catch(() => {
    throw new CliError('usage', '--token-file cannot be read');
  });
  const token = content.trim();
  if (!/^\S{16,4096}$/.test(token)) throw new CliError('usage', '--token-file holds no token');
  return new Secret(token);
}
