import { checkedLanguage, type CodeMethod } from '../graph/checks.ts';
import { checkedText, oneOf } from './values.ts';

/** How Meta shall send a code: `method` and `language` of the body. @throws HttpError */
export function codeRequestOf(body: ReadonlyMap<string, unknown>): {
  readonly method: CodeMethod;
  readonly language: string;
} {
  return {
    method: oneOf(body.get('method'), 'invalid_method', ['SMS', 'VOICE']),
    language: checkedText(body.get('language'), 'invalid_language', checkedLanguage),
  };
}
