import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../support/fake-meta.ts';
import { breachesIn } from './judge.ts';

const call = (path: string, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  at_ms: 0,
  method: path === 'register' ? 'POST' : 'GET',
  path: `/v25.0/1/${path}`,
  effectApplied: false,
  answerDelivered: true,
  ...more,
});
const read = call('');
const post = (more: Partial<LedgerEntry> = {}): LedgerEntry =>
  call('register', { pinSha256: 'a', effectApplied: true, concurrent: 1, ...more });
const LOST = { answerDelivered: false, effectApplied: false };
const MANY = Array.from({ length: 8 }, () => [post(LOST), read])
  .flat()
  .concat(post());

describe('the judge of a number', () => {
  it.each<[string, readonly LedgerEntry[]]>([
    ['one request', [read, post()]],
    ['a second one after a lost answer and a read', [read, post(LOST), read, post()]],
  ])('has nothing against %s', (_case, calls) => {
    expect(breachesIn(calls)).toEqual([]);
  });

  it.each<[string, readonly LedgerEntry[]]>([
    ['0 effective registrations', [read, post(LOST)]],
    ['2 effective registrations', [post({ answerDelivered: false }), read, post()]],
    ['2 requests, 0 answers lost', [post({ effectApplied: false }), read, post()]],
    ['a request after a request without a read between', [post(LOST), post()]],
    ['two requests at a time', [post(LOST), read, post({ concurrent: 2 })]],
    ['2 PINs', [post(LOST), read, post({ pinSha256: 'b' })]],
    ['9 requests in 72 hours', MANY],
  ])('sees %s', (breach, calls) => {
    expect(breachesIn(calls)).toEqual([breach]);
  });
});
