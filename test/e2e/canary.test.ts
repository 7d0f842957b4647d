import { describe, expect, it } from 'vitest';
import { canariesIn } from '../support/canary.ts';

const TOKEN = { name: 'token', value: 'EAAGcanary/token+1' };
const PIN = { name: 'PIN', value: '150954' };
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('the search for a secret of a number', () => {
  it.each([
    ['as it is', (value: string) => `"${value}"`],
    ['in base64 from the start', base64],
    ['in base64 one byte later', (value: string) => base64(`"${value}"}`)],
    ['in base64 two bytes later', (value: string) => base64(`[ ${value} ]`)],
    ['in hex', (value: string) => Buffer.from(value).toString('hex')],
    ['URL-encoded', (value: string) => `?x=${encodeURIComponent(value)}&y`],
  ])('finds it %s', (_case, spell) => {
    for (const canary of [TOKEN, PIN]) {
      const bytes = Buffer.from(`before ${spell(canary.value)} after`);
      expect(canariesIn(bytes, [TOKEN, PIN])).toEqual([canary.name]);
    }
  });

  it('does not take six digits inside a timestamp for a PIN', () => {
    expect(canariesIn(Buffer.from('{"atMs":1715095412345}'), [PIN])).toEqual([]);
  });
});
