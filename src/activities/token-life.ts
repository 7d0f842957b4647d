import { cancellationSignal, log } from '@temporalio/activity';
import { publicTypeOf } from '../contract/partner-events.ts';
import type { WabaId } from '../domain/phone-number.ts';
import { dueTokenNoticeAtMs, tokenWarningOf } from '../domain/token-life.ts';
import {
  GraphMalformed,
  GraphOutcomeUnknown,
  GraphRefused,
  GraphUnreachable,
} from '../graph/errors.ts';
import type { KnownTokenLife } from '../store/token-lives.ts';
import type { ActivityDeps } from './deps.ts';

const DAY_MS = 86_400_000;

/** Asks Meta once a day until when our token works, and warns ahead of its end. Never holds up what follows. */
export async function watchTokenLife(deps: ActivityDeps, wabaId: WabaId): Promise<void> {
  const life = await lifeOf(deps, wabaId);
  if (life === undefined) return;
  const nowMs = deps.nowMs();
  const dueAtMs = dueTokenNoticeAtMs(life, life.toldAtMs, nowMs);
  const text = tokenWarningOf(life, nowMs);
  if (dueAtMs === undefined || text === undefined) return;
  const kind = 'access-expiring';
  const deliverAs = deps.isPartnerTold === true ? publicTypeOf(kind) : undefined;
  const event = { kind, atMs: nowMs, text, actor: 'account watch' };
  const told = deliverAs === undefined ? event : { ...event, deliverAs };
  await deps.store.tokenLives.warn(wabaId, dueAtMs, told);
}

async function lifeOf(deps: ActivityDeps, wabaId: WabaId): Promise<KnownTokenLife | undefined> {
  const { store, graph, nowMs } = deps;
  const known = await store.tokenLives.of(wabaId);
  if (known !== undefined && nowMs() - known.readAtMs < DAY_MS) return known;
  const token = await store.credentials.tokenOf(wabaId);
  if (token === undefined) return known;
  try {
    const facts = await graph.debugToken({ token, signal: cancellationSignal() });
    // A token that is dead says so in every other answer, and its dates say nothing.
    if (facts.isValid) await store.tokenLives.keep(wabaId, facts);
  } catch (error) {
    if (!isOfMeta(error)) throw error;
    log.warn('Meta did not say until when the token works; asked again with the next read');
  }
  return await store.tokenLives.of(wabaId);
}

function isOfMeta(error: unknown): boolean {
  return [GraphRefused, GraphUnreachable, GraphOutcomeUnknown, GraphMalformed].some(
    (kind) => error instanceof kind,
  );
}
