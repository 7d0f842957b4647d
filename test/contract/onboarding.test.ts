import { describe, expect, it } from 'vitest';
import { phoneNumberIdOf, workflowIdOf } from '../../src/contract/onboarding.ts';
import { isPhoneNumberId } from '../../src/domain/phone-number.ts';

describe('the workflow id of a number', () => {
  it('is made from the id of the number and leads back to it', () => {
    const id = '1972385232742141';
    if (!isPhoneNumberId(id)) throw new Error('not an id');
    expect(workflowIdOf(id)).toBe('onboard-phone-number/1972385232742141');
    expect(phoneNumberIdOf(workflowIdOf(id))).toBe(id);
  });

  it.each([
    'watch-account/1972385232742141',
    'onboard-phone-number/',
    'onboard-phone-number/+1 555',
    '',
  ])('is not what %o is', (workflowId) => {
    expect(phoneNumberIdOf(workflowId)).toBeUndefined();
  });
});
