import { randomUUID } from 'node:crypto';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { Reservation } from '../domain/register-protocol.ts';
import { inFlightMsOf } from '../steps/attempt-once.ts';
import type { Attempts } from '../store/store.ts';
import { attemptsSpent } from './attempts-spent.ts';
import { DeskError } from './errors.ts';

interface ClaimDeps {
  readonly nowMs: () => number;
  /** The HTTP deadline of a Graph call. */
  readonly graphTimeoutMs: number;
}

interface Claim {
  readonly ledger: Attempts;
  /** `lastOf`, from before the number was read. */
  readonly seen: string;
  readonly counted: 'registrations' | 'deregistrations';
}

/** The last attempt but `mine`, and how far it has got: between two that are alike nothing has happened. */
export async function lastOf(
  ledger: Attempts,
  phoneNumberId: PhoneNumberId,
  mine?: number,
): Promise<string> {
  const others = (await ledger.of(phoneNumberId)).filter(({ n }) => n !== mine);
  return others.map(({ n, state }) => `${n} ${state}`).at(-1) ?? '';
}

/** Takes one of the requests that Meta counts, for a number that was read since `seen`. @throws DeskError */
export async function claim(
  { graphTimeoutMs, nowMs }: ClaimDeps,
  phoneNumberId: PhoneNumberId,
  { ledger, seen, counted }: Claim,
): Promise<{ readonly n: number; readonly left: number }> {
  const spent = attemptsSpent(await ledger.of(phoneNumberId), counted, nowMs());
  if (spent !== undefined) throw spent;
  const reserved = await ledger.reserve({
    phoneNumberId,
    requestKey: `desk/${randomUUID()}`,
    kind: 'operator',
    inFlightMs: inFlightMsOf(graphTimeoutMs),
  });
  if (reserved.kind !== 'reserved') throw whyNot(reserved);
  const { n, left } = reserved;
  if ((await lastOf(ledger, phoneNumberId, n)) === seen) return { n, left: left.operator };
  // Somebody else's attempt has come, or has ended, since our read: what it said may hold no more.
  await ledger.close(phoneNumberId, n, { state: 'not_sent' });
  throw new DeskError('not_now', 'Another request for this number has just been made; ask again');
}

function whyNot(reserved: Exclude<Reservation, { kind: 'reserved' }>): DeskError {
  switch (reserved.kind) {
    case 'budget-spent': {
      const message = 'All requests that we allow ourselves in 72 hours are used up';
      return new DeskError('attempts_spent', message, { untilMs: reserved.nextAtMs });
    }
    case 'in-flight': {
      const message = 'Another request for this number is on its way; ask again in a moment';
      return new DeskError('not_now', message, { untilMs: reserved.untilMs });
    }
  }
}
