import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';
import { markEncrypted } from '../contract/encrypted.ts';
import { isMarked } from './metadata.ts';

/** Temporal's own, and lets a workflow know what came to it encrypted. It is part of the workflow bundle. */
export const payloadConverter: PayloadConverter = {
  toPayload: (value, context) => defaultPayloadConverter.toPayload(value, context),
  fromPayload: (payload, context) =>
    marked(defaultPayloadConverter.fromPayload(payload, context), payload),
};

function marked<Value>(value: Value, payload: Payload): Value {
  return isMarked(payload) ? markEncrypted(value) : value;
}
