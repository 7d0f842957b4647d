import type { ErrorCode } from './errors.ts';

/** Of a read at Meta, for an account that a signup has brought. */
export const OF_META: readonly ErrorCode[] = [
  ...(['unknown_account', 'meta_unavailable', 'throttled', 'refused_by_meta'] as const),
  ...(['invalid_input', 'store_unavailable'] as const),
];

/** Of an order at Meta. */
export const OF_META_ORDERS: readonly ErrorCode[] = [...OF_META, 'outcome_unknown'];
