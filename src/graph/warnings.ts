import type { PhoneNumber } from './facts.ts';
import { ENUMS } from './number-schemas.ts';
import type { AnswerHeaders } from './usage.ts';

/** Beyond this many different warnings somebody makes them up, and remembering them would fill the memory. */
const MAX_WARNINGS = 200;

/** What an operator should know and no caller can act on, each said once. */
export interface Warnings {
  newValuesIn(number: PhoneNumber): void;
  otherVersion(headers: AnswerHeaders): void;
}

/** A call to an ended version is answered by the oldest live one, without an error. */
export function createWarnings(version: string, onWarning: (text: string) => void): Warnings {
  const said = new Set<string>();
  const sayOnce = (text: string): void => {
    if (said.has(text) || said.size >= MAX_WARNINGS) return;
    said.add(text);
    onWarning(text);
  };
  return {
    newValuesIn: (number) => {
      for (const { field, of, known } of ENUMS) {
        const value = of(number);
        if (value !== undefined && !known.includes(value))
          sayOnce(
            `Meta answered ${wordOf(value)} for ${field}: a value this service does not know.`,
          );
      }
    },
    otherVersion: (headers) => {
      const answered = headers['facebook-api-version'];
      if (answered !== undefined && answered !== version)
        sayOnce(`Meta answered with another Graph version than ${version}, which may have ended.`);
    },
  };
}

const wordOf = (value: string): string =>
  /^[A-Z_]{1,40}$/.test(value) ? value : 'something that is not a word';
