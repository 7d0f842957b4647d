import { randomUUID } from 'node:crypto';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { ErasedRows, Store } from '../store/store.ts';
import { DeskError } from './errors.ts';

/** A worker's attempt that was on its way when its run was terminated may still write once. */
const LAST_WORDS_MS = 2000;

/** The runs of the number's workflows, as the engine keeps them. */
export interface Runs {
  /** Ends what runs, and deletes every run, ended ones too. Answers with how many there were. */
  erase(phoneNumberId: PhoneNumberId): Promise<ErasedRuns>;
}

export interface ErasedRuns {
  readonly deleted: number;
  readonly pending: number;
}

export interface ForgetDeps {
  readonly store: Pick<Store, 'erasure'>;
  readonly runs: Runs;
  readonly nowMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

/** Proof of an erasure. It names nobody. */
export interface Receipt {
  readonly receipt_id: string;
  readonly erased_at: string;
  readonly actor: string;
  readonly rows: ErasedRows;
  readonly runs: ErasedRuns;
  readonly is_complete: boolean;
  /** Where something of the number may still be, beyond our reach. */
  readonly outside: readonly string[];
}

/**
 * Erases a number at any stage: its runs, its rows, its secrets. Each step may be repeated, so an order that was interrupted is
 * given again. Source: GDPR, article 17. @throws DeskError unknown_number
 */
export async function forget(
  { store, runs, nowMs, pause }: ForgetDeps,
  phoneNumberId: PhoneNumberId,
  actor: string,
): Promise<Receipt> {
  const isKnown = await store.erasure.isKnown(phoneNumberId);
  if (!isKnown && (await store.erasure.stateOf(phoneNumberId)) !== 'erasing') {
    throw new DeskError('unknown_number', 'No number with this id is known here');
  }
  // First, so that nothing new is written while the rest goes on.
  await store.erasure.begin(phoneNumberId);
  let ended = await runs.erase(phoneNumberId);
  let rows = await store.erasure.eraseRows(phoneNumberId);
  // What was on its way, a worker's attempt or a signup in the outbox, may have written or started once more.
  await pause(LAST_WORDS_MS);
  ended = bothOf(ended, await runs.erase(phoneNumberId));
  rows = sumOf(rows, await store.erasure.eraseRows(phoneNumberId));
  const isComplete = ended.pending === 0;
  if (isComplete) await store.erasure.finish(phoneNumberId);
  return {
    receipt_id: randomUUID(),
    erased_at: new Date(nowMs()).toISOString(),
    ...{ actor, rows, runs: ended, is_complete: isComplete, outside: OUTSIDE },
  };
}

const OUTSIDE = [
  'Meta, which keeps the number until it is deleted in WhatsApp Manager',
  'the audit trail, which keeps who ordered what for its id',
  'logs that were shipped elsewhere: they hold its id, no personal data',
  'backups of the database: what is sealed in them opens no more, rows in clear go as the backups age',
  'histories that Temporal has archived',
];

function bothOf(first: ErasedRuns, then: ErasedRuns): ErasedRuns {
  return { deleted: first.deleted + then.deleted, pending: then.pending };
}

function sumOf(one: ErasedRows, other: ErasedRows): ErasedRows {
  const tables = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...tables].map((table) => [table, (one[table] ?? 0) + (other[table] ?? 0)]),
  );
}
