import { decode, encode } from '@temporalio/common/lib/encoding.js';
import type { Payload } from '@temporalio/common';

type Metadata = NonNullable<Payload['metadata']>;

const MARK = 'decrypted';

/** For the workflow's converter, which sees payloads only after the codec: this one came encrypted. */
export function withMark(payload: Payload): Payload {
  return { ...payload, metadata: { ...payload.metadata, [MARK]: encode('true') } };
}

/** A sender without the keys may have put the mark there. */
export function withoutMark(payload: Payload): Payload {
  const { metadata } = payload;
  if (metadata?.[MARK] === undefined) return payload;
  const kept: Metadata = Object.fromEntries(
    Object.entries(metadata).filter(([name]) => name !== MARK),
  );
  return { ...payload, metadata: kept };
}

export function isMarked({ metadata }: Payload): boolean {
  return metadata?.[MARK] !== undefined;
}

export function textOf({ metadata }: Payload, name: string): string {
  const value = metadata?.[name];
  return value == null ? '' : decode(value);
}
