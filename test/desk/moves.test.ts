import { describe, expect, test } from 'vitest';
import { movesOf, type MoveKind } from '../../src/desk/moves.ts';
import type { NumberDetails } from '../../src/desk/number-view.ts';
import { phoneNumberId } from '../http/edge.ts';

const WAITING: NumberDetails = {
  phone_number_id: phoneNumberId('106540352242922'),
  waba_id: '102290129340398',
  display_phone_number: '+1 631-555-0001',
  verified_name: 'Lucky Shrub',
  stage: 'registering',
  waiting_for: 'operator',
  cause: 'number_in_use',
  advice: undefined,
  outcome: undefined,
  deadline_at: '2026-11-24T10:00:00.000Z',
  seconds_left: 100,
  updated_at: '2026-11-10T10:00:00.000Z',
  tracks: {
    ownership: 'VERIFIED',
    registration: 'not-registered',
    name: 'APPROVED',
    certificate: 'none',
  },
  attempts_left: { automatic: 5, operator: 7 },
  attempts: [],
  events: [],
  temporal_url: undefined,
};

type Change = Partial<NumberDetails>;

const kindsOf = (change: Change): readonly MoveKind[] =>
  movesOf({ ...WAITING, ...change }).map(({ kind }) => kind);

const advisedOf = (change: Change): readonly MoveKind[] =>
  movesOf({ ...WAITING, ...change }).flatMap(({ kind, isAdvised }) => (isAdvised ? [kind] : []));

const tracksWith = (change: Partial<NonNullable<NumberDetails['tracks']>>): Change => ({
  tracks: {
    ownership: '',
    registration: '',
    name: '',
    certificate: '',
    ...WAITING.tracks,
    ...change,
  },
});

describe('a number that waits for a person', () => {
  test.each<[string, Change, readonly MoveKind[]]>([
    ['freed on its handset is retried', {}, ['retry', 'number-freed']],
    ['that is paused is resumed', { cause: 'paused', paused_by: 'Ada' }, ['resume']],
    [
      'without proof of ownership is given a code, or retried after WhatsApp Manager',
      { cause: 'not_verified', stage: 'verifying', ...tracksWith({ ownership: 'NOT_VERIFIED' }) },
      ['retry', 'submit-code', 'request-code'],
    ],
    ['with a foreign PIN is told it', { cause: 'pin_mismatch' }, ['retry', 'tell-pin']],
    [
      'half removed is deregistered, then retried',
      { cause: 'half_deregistered' },
      ['retry', 'deregister'],
    ],
    [
      'with a declined name is left to its customer',
      { cause: 'name_declined', waiting_for: 'customer' },
      [],
    ],
  ])('%s', (_title, change, advised) => {
    expect(advisedOf(change)).toEqual(advised);
  });

  test('has its advised moves before the others', () => {
    const moves = movesOf({ ...WAITING, certificate_sha256: 'ab', cause: 'pin_mismatch' });
    expect(moves.map(({ isAdvised }) => isAdvised)).toEqual([...[true, true, false, false, false]]);
  });

  test('is told what a retry costs', () => {
    expect(movesOf(WAITING)[0]?.effect).toContain('one of the 7 requests');
  });
});

describe('a number', () => {
  test('that Meta has locked is not retried, which would prolong the lock', () => {
    expect(kindsOf({ cause: 'attempts_locked', waiting_for: 'time' })).toEqual([
      ...['pause', 'abandon'],
    ]);
  });

  test('that waits for Meta may be retried, but need not be', () => {
    const change = { cause: undefined, waiting_for: 'meta' };
    expect([kindsOf(change), advisedOf(change)]).toEqual([['retry', 'pause', 'abandon'], []]);
  });

  test('that is live needs no code, whatever its proof says', () => {
    const change = tracksWith({ registration: 'registered', ownership: 'EXPIRED' });
    expect(kindsOf({ ...change, cause: undefined, waiting_for: 'meta' })).toEqual([
      ...['retry', 'pause', 'abandon', 'set-pin', 'reveal-pin'],
    ]);
  });

  test('that has ended shows what is kept of it, and may get another name if it is live', () => {
    const ended = { waiting_for: 'nobody', certificate_sha256: 'ab', cause: undefined };
    const kept = ['reveal-certificate'];
    expect(kindsOf({ ...ended, outcome: 'ready' })).toEqual(['change-name', ...kept]);
    expect(kindsOf({ ...ended, outcome: 'signup-expired' })).toEqual(kept);
  });

  test('of an older release, of which less is known, has its moves too', () => {
    const { tracks, ...older } = WAITING;
    expect(tracks).toBeDefined();
    expect(movesOf(older).map(({ kind }) => kind)).toEqual([
      ...['retry', 'number-freed', 'pause', 'abandon'],
    ]);
  });

  test('is told of a deadline that runs on through a pause only where it has one', () => {
    const effectOf = (change: Change): string | undefined =>
      movesOf({ ...WAITING, ...change }).find(({ kind }) => kind === 'pause')?.effect;
    expect(effectOf({})).toContain('deadline');
    expect(effectOf({ deadline_at: undefined, seconds_left: undefined })).not.toContain('deadline');
  });

  test('that is paused is not paused again, nor retried', () => {
    expect(kindsOf({ cause: 'paused', paused_by: 'Ada' })).toEqual(['resume', 'abandon']);
  });

  test('is taken off Cloud API, or given up, only by who has confirmed it', () => {
    const moves = movesOf({ ...WAITING, cause: 'half_deregistered' });
    expect(moves.filter(({ confirm }) => confirm !== undefined).map(({ kind }) => kind)).toEqual([
      ...['deregister', 'abandon'],
    ]);
  });
});
