import { readBody } from '../body.ts';
import { HttpError } from '../errors.ts';

/** Far above any form of ours. */
export const MAX_FORM_BYTES = 16_384;
export const FORM_TYPE = /^application\/x-www-form-urlencoded(\s*;\s*charset=utf-8)?$/i;

/** What stands in the fields of a form of ours. */
export type Form = ReadonlyMap<string, string>;

/** @throws HttpError unsupported_media_type, body_too_large or body_incomplete */
export async function readForm(request: Request): Promise<Form> {
  if (!FORM_TYPE.test(request.headers.get('content-type') ?? '')) {
    throw new HttpError('unsupported_media_type');
  }
  const body = await readBody(request, MAX_FORM_BYTES);
  return new Map(new URLSearchParams(body.toString('utf8')));
}
