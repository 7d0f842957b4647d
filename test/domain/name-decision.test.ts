import { describe, expect, it } from 'vitest';
import {
  decisionText,
  explains,
  nameAdviceOf,
  REJECTION_REASONS,
} from '../../src/domain/name-decision.ts';

const told = (decision: string, reason?: string) => ({
  ...{ decision, toldAtMs: 1 },
  ...(reason === undefined ? {} : { reason }),
});

describe('a rejected name', () => {
  const ROWS = [
    ['NAME_EMPLOYEE_ISSUE', /person's name or staff.*Use the business name\.$/],
    ['NAME_INDIVIDUAL_ISSUE', /person's name or staff.*Use the business name\.$/],
    ['NAME_ENDCLIENT_NOTRELATED', /another business.*business that owns the account\.$/],
    ['NAME_FORMAT_UNACCEPTABLE', /spelling or format.*Write it plainly\.$/],
    ['NAME_NOT_CONSISTENT', /does not match the brand.*Align one with the other\.$/],
  ] as const;

  it.each(ROWS)('for %s is told what is wrong with it and what to do', (reason, text) => {
    expect(decisionText(told('REJECTED', reason))).toMatch(text);
  });

  it('has a row here for each known reason', () => {
    expect(Object.keys(REJECTION_REASONS)).toEqual(ROWS.map(([reason]) => reason));
  });

  it.each([
    ['UNKNOWN', /^Meta gave no usable reason\. Try a plainer name/],
    [undefined, /^Meta gave no usable reason\. Try a plainer name/],
    ['NAME_OF_A_NEW_KIND', /^NAME_OF_A_NEW_KIND: Meta gave no usable reason\./],
    ['toString', /^toString: Meta gave no usable reason\./],
  ])('for the reason %s is told what can be said', (reason, text) => {
    expect(decisionText(told('REJECTED', reason))).toMatch(text);
  });
});

describe('a decision of a webhook', () => {
  it.each([
    ['REJECTED', 'DECLINED', true],
    ['REJECTED', 'APPROVED', false],
    ['REJECTED', 'PENDING_REVIEW', false],
    ['DEFERRED', 'PENDING_REVIEW', true],
    ['DEFERRED', 'NONE', true],
    ['DEFERRED', 'DECLINED', false],
    ['DEFERRED', 'A_NEW_WORD', false],
    ['PENDING', 'PENDING_REVIEW', false],
    ['APPROVED', 'APPROVED', false],
    ['A_NEW_WORD', 'DECLINED', false],
    ['REJECTED', undefined, false],
  ])('%s beside a read of %s explains it: %s', (decision, nameStatus, expected) => {
    expect(explains(told(decision), nameStatus === undefined ? {} : { nameStatus })).toBe(expected);
  });

  it.each([
    ['DEFERRED', 'Meta has put the decision off and looks again later.'],
    ['PENDING', ''],
    ['APPROVED', ''],
    ['A_NEW_WORD', ''],
  ])('%s says "%s"', (decision, text) => {
    expect(decisionText(told(decision))).toBe(text);
  });
});

describe('the advice about a name', () => {
  it.each([
    ['name_in_review', true, 'It does: usable, review open.'],
    ['name_in_review', false, ''],
    ['name_declined', true, ''],
    ['not_verified', true, ''],
    [undefined, true, ''],
  ])('for %s of a number that can send (%s) adds "%s"', (cause, isUsable, text) => {
    expect(nameAdviceOf(cause, { isUsable })).toBe(text);
  });

  it('adds the reason of a rejection, and that a review was put off', () => {
    const nameDecision = told('REJECTED', 'NAME_FORMAT_UNACCEPTABLE');
    expect(nameAdviceOf('name_declined', { nameDecision })).toMatch(/Write it plainly\.$/);
    expect(nameAdviceOf('name_in_review', { isUsable: true, nameDecision: told('DEFERRED') })).toBe(
      'It does: usable, review open. Meta has put the decision off and looks again later.',
    );
    expect(nameAdviceOf('not_verified', { nameDecision })).toBe('');
  });
});
