import { createHash } from 'node:crypto';

import type { Call } from './call.ts';
import type { Answer } from './answer.ts';
import type { Outcome } from './outcome.ts';
import type { LedgerRow } from './world.ts';

/** Opens the row of a request the moment it is read. Nothing secret goes in: of a PIN its hash, of a URL its path. */
export function openRow(call: Omit<Call, 'row' | 'fault'>): LedgerRow {
  const { world } = call.fake;
  const [first = ''] = call.segments;
  const number = world.numbers[first];
  const pin = call.params.get('pin');
  const row: LedgerRow = {
    at_ms: call.nowMs,
    method: call.method,
    path: call.path,
    number: number?.id ?? world.preverified[first]?.id,
    waba: number?.waba_id ?? world.wabas[first]?.id,
    pinSha256: pin && createHash('sha256').update(pin).digest('hex'),
    effectApplied: false,
    answerDelivered: false,
  };
  world.ledger.push(row);
  return world.ledger.at(-1) ?? row;
}

export function noteAnswer(row: LedgerRow, outcome: Outcome, answer: Answer): void {
  row.http = answer.status;
  if (outcome.kind !== 'refused') return;
  row.code = outcome.refusal.code;
  row.subcode = outcome.refusal.detail.subcode;
}

/** Rows as the control API shows them, with the instant in words beside the number. */
export function showLedger(
  rows: LedgerRow[],
  { number, waba }: { number?: string | undefined; waba?: string | undefined },
): unknown[] {
  return rows
    .filter((row) => number === undefined || row.number === number)
    .filter((row) => waba === undefined || row.waba === waba)
    .map((row) => ({ at: new Date(row.at_ms).toISOString(), ...row }));
}
