import { cancellationSignal } from '@temporalio/activity';
import type { PreverifiedActivities, PreverifiedSeen } from '../contract/preverified.ts';
import type { PreverifiedFacts } from '../domain/preverified.ts';
import { GraphRefused } from '../graph/errors.ts';
import { isPreverifiedId, type PreverifiedId } from '../graph/ids.ts';
import type { ActivityDeps, PartnerAccess } from './deps.ts';
import { refused, stillWaiting } from './translate-failures.ts';

export function createObservePreverified(
  deps: ActivityDeps,
): PreverifiedActivities['observePreverified'] {
  return async ({ preverifiedId: id, known, pollMs }) => {
    const { partner } = deps;
    if (partner === undefined || !isPreverifiedId(id)) throw refused({ cause: 'app_setup' });
    const seen = await read(deps, partner, id);
    if (seen.kind === 'gone' || known === undefined || differs(seen.facts, known)) return seen;
    throw stillWaiting(`Not yet: code_verification_status ${known.status}`, pollMs);
  };
}

export function createTellPreverified({
  store,
}: ActivityDeps): PreverifiedActivities['tellPreverified'] {
  return ({ preverifiedId, atMs, text }) => store.preverified.tell(preverifiedId, { atMs, text });
}

async function read(
  deps: ActivityDeps,
  partner: PartnerAccess,
  preverifiedId: PreverifiedId,
): Promise<PreverifiedSeen> {
  const { token } = partner;
  const call = { token, signal: cancellationSignal() };
  try {
    const number = await deps.graph.readPreverifiedNumber({ ...call, preverifiedId });
    const { codeVerificationStatus: status = 'unread', verificationExpiresAtMs } = number;
    const facts: PreverifiedFacts = {
      ...{ readAtMs: deps.nowMs(), status },
      ...(verificationExpiresAtMs === undefined ? {} : { expiresAtMs: verificationExpiresAtMs }),
    };
    return { kind: 'facts', facts };
  } catch (error) {
    if (!isNotThere(error)) throw error;
    // Meta answers alike for what is gone and for what we may not see: the pool's whole list tells them apart.
    for await (const each of deps.graph.listPreverifiedNumbers({ ...call, ...partner })) {
      if (each.preverifiedId === preverifiedId) throw error;
    }
    return { kind: 'gone', isDeleted: await deps.store.preverified.isDeleted(preverifiedId) };
  }
}

function isNotThere(error: unknown): boolean {
  return error instanceof GraphRefused && error.answer.code === 100 && error.answer.subcode === 33;
}

function differs(facts: PreverifiedFacts, known: PreverifiedFacts): boolean {
  return facts.status !== known.status || facts.expiresAtMs !== known.expiresAtMs;
}
