import { describe, expect, it } from 'vitest';
import { namingProblem } from '../../src/domain/naming.ts';

describe('a display name', () => {
  it.each([
    'Lucky Shrub',
    'John’s Cake Shop',
    'Blumen Müller',
    '花屋さん',
    'KT 7',
    'ABC',
    'A'.repeat(75),
    // A brand may be written in capitals, and with signs.
    'IKEA',
    'P&C!',
  ])('of which only Meta can tell more is sent: %s', (name) => {
    expect(namingProblem(name)).toBeUndefined();
  });

  it.each([
    ['KT', /3-75 characters/],
    ['A'.repeat(76), /3-75 characters/],
    ['Lucky\nShrub', /one line/],
    ['Lucky\u{1F338}Shrub', /no emoji/],
    ['Lucky Shrub ™', /trade mark/],
    [' Lucky Shrub', /single spaces/],
    ['Lucky  Shrub', /single spaces/],
    ['www.lucky-shrub.com', /no web address/],
    ['https://lucky', /no web address/],
    ['12345', /has letters/],
    ['!!!', /has letters/],
  ])('that Meta declines for its form is not sent: %j', (name, advice) => {
    expect(namingProblem(name)).toMatch(advice);
  });
});
