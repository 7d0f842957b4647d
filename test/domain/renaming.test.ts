import { describe, expect, it } from 'vitest';
import {
  beginRename,
  next,
  type Instant,
  type Seen,
  type Step,
} from '../../src/domain/registering.ts';
import { nameStateOf } from '../../src/domain/renaming.ts';
import { factsOf } from './facts.ts';

const AT: Instant = { nowMs: 1000, deadlineAtMs: 1e12 };
const LIVE = { status: 'CONNECTED', platformType: 'CLOUD_API', nameStatus: 'APPROVED' };
const APPLIED = factsOf(LIVE);
const TO_APPLY = factsOf({ ...LIVE, newNameStatus: 'APPROVED', newCertificateSha256: 'ab' });

describe('the name of a number', () => {
  it.each([
    [{ nameStatus: 'APPROVED' }, 'approved'],
    [{ nameStatus: 'DECLINED' }, 'declined'],
    [{ nameStatus: 'EXPIRED' }, 'expired'],
    [{ nameStatus: 'A_NEW_WORD' }, 'unknown'],
    [{ nameStatus: 'APPROVED', newNameStatus: 'PENDING_REVIEW' }, 'in-review'],
    [{ nameStatus: 'DECLINED', newNameStatus: 'PENDING_REVIEW' }, 'in-review'],
    [{ nameStatus: 'DECLINED', newNameStatus: 'A_NEW_WORD' }, 'in-review'],
    [{ nameStatus: 'APPROVED', newNameStatus: 'APPROVED' }, 'to-apply'],
    [{ nameStatus: 'DECLINED', newNameStatus: 'AVAILABLE_WITHOUT_REVIEW' }, 'to-apply'],
    [{ nameStatus: 'APPROVED', newCertificateSha256: 'ab' }, 'to-apply'],
    [{ nameStatus: 'APPROVED', newNameStatus: 'DECLINED' }, 'approved'],
    [{ nameStatus: 'DECLINED', newNameStatus: 'DECLINED' }, 'declined'],
  ])('of which Meta says %o is %s', (facts, state) => {
    expect(nameStateOf(facts)).toBe(state);
  });
});

const LEFT = { automatic: 5, operator: 7 };
const reserved: Seen = { kind: 'reservation', reservation: { kind: 'reserved', n: 1, left: LEFT } };
const ok: Seen = { kind: 'outcome', outcome: { kind: 'ok' } };
const unknown: Seen = { kind: 'outcome', outcome: { kind: 'unknown' } };
const read = (facts = APPLIED): Seen => ({ kind: 'facts', facts });

function stepAfter(found = TO_APPLY, ...seen: readonly Seen[]): Step {
  return seen.reduce((turn, each) => next(turn, each, AT), beginRename(found)).step;
}

describe('a registered number whose new name Meta has approved', () => {
  it('is registered again, and done when nothing of the change is left to see', () => {
    expect(stepAfter(TO_APPLY)).toEqual({ kind: 'reserve', attempt: 'automatic' });
    expect(stepAfter(TO_APPLY, reserved)).toEqual({ kind: 'send', n: 1 });
    expect(stepAfter(TO_APPLY, reserved, ok)).toEqual({ kind: 'prove' });
    expect(stepAfter(TO_APPLY, reserved, ok, read()).kind).toBe('done');
  });

  it('is registered once more when the change is still to be seen, then a person is asked', () => {
    expect(stepAfter(TO_APPLY, reserved, ok, read(TO_APPLY)).kind).toBe('reserve');
    expect(
      stepAfter(TO_APPLY, reserved, ok, read(TO_APPLY), reserved, ok, read(TO_APPLY)),
    ).toMatchObject({ kind: 'wait', refusal: { cause: 'success_not_visible' } });
  });

  it('is done after a lost answer if the change is gone that was to be seen before', () => {
    expect(stepAfter(TO_APPLY, reserved, unknown).kind).toBe('look-after-lost-answer');
    expect(stepAfter(TO_APPLY, reserved, unknown, read()).kind).toBe('done');
    expect(stepAfter(TO_APPLY, reserved, unknown, read(TO_APPLY)).kind).toBe('reserve');
  });

  it('is registered all the same where the approval alone makes it look final', () => {
    expect(stepAfter(APPLIED).kind).toBe('reserve');
    // A lost answer proves nothing here: the read looked so before.
    expect(stepAfter(APPLIED, reserved, unknown, read()).kind).toBe('reserve');
    expect(stepAfter(APPLIED, reserved, ok, read()).kind).toBe('done');
  });

  it('ends without another request once its 14 days are over', () => {
    const late = { nowMs: AT.deadlineAtMs, deadlineAtMs: AT.deadlineAtMs };
    expect(next(beginRename(TO_APPLY), reserved, late).step.kind).toBe('done');
  });

  it('needs none on the WhatsApp Business app', () => {
    const refused: Seen = {
      kind: 'outcome',
      outcome: { kind: 'refused', refusal: { cause: 'coexistence' } },
    };
    expect(stepAfter(TO_APPLY, reserved, refused).kind).toBe('done');
  });

  it('has its PIN set at Meta first when Meta knows another', () => {
    const refused: Seen = {
      kind: 'outcome',
      outcome: { kind: 'refused', refusal: { cause: 'pin_mismatch' } },
    };
    expect(stepAfter(TO_APPLY, reserved, refused)).toMatchObject({
      kind: 'repair',
      repair: { by: 'set-pin' },
    });
  });
});
