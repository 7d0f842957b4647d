import { faultsIn, isOrder } from './contract.ts';
import type { DescribedRoute } from './described.ts';
import type { ErrorCode } from './errors.ts';

interface CommonErrors {
  /** Which calls have them, in words. */
  readonly of: string;
  readonly codes: readonly ErrorCode[];
  readonly isOf: (route: DescribedRoute) => boolean;
}

const isOwnOrder = ({ method, contract }: DescribedRoute): boolean =>
  isOrder(method) && contract.isRaw !== true;

/** What no route declares for itself. */
export const COMMON_ERRORS: readonly CommonErrors[] = [
  {
    of: 'every call',
    codes: ['bad_request_target', 'internal_error'],
    isOf: () => true,
  },
  {
    of: 'calls that need a role',
    codes: [
      ...(['origin_not_allowed', 'unauthenticated', 'forbidden', 'store_unavailable'] as const),
      ...(['too_many_requests', 'identity_provider_unavailable'] as const),
    ],
    isOf: ({ role }) => role !== 'anyone',
  },
  {
    // A dot in front, or what is no letter there, makes another path of it.
    of: 'calls with an id in their path',
    codes: ['not_found'],
    isOf: ({ contract }) => contract.params !== undefined,
  },
  {
    of: 'calls under `/v1`, but for the webhook of Meta',
    codes: ['unknown_parameter'],
    isOf: ({ contract }) => contract.isRaw !== true,
  },
  {
    of: 'orders, for their body',
    codes: [
      ...(['unsupported_media_type', 'unsupported_content_encoding', 'body_too_large'] as const),
      ...(['body_incomplete', 'empty_body', 'invalid_json', 'duplicate_key'] as const),
      ...(['invalid_body', 'unknown_field', 'invalid_csrf_token'] as const),
    ],
    isOf: isOwnOrder,
  },
  {
    of: 'orders, for their `idempotency-key`',
    codes: [
      ...(['invalid_idempotency_key', 'idempotency_key_reused', 'order_in_progress'] as const),
      'outcome_unknown',
    ],
    isOf: isOwnOrder,
  },
];

/** Every code that the route may answer with, each once. */
export function errorsOf(route: DescribedRoute): readonly ErrorCode[] {
  const common = COMMON_ERRORS.filter(({ isOf }) => isOf(route)).flatMap(({ codes }) => codes);
  return [...new Set([...common, ...declaredOf(route)])];
}

/** Those that calls like it do not all have. */
export function ownErrorsOf(route: DescribedRoute): readonly ErrorCode[] {
  const common = COMMON_ERRORS.filter(({ isOf }) => isOf(route)).flatMap(({ codes }) => codes);
  return [...new Set(declaredOf(route))].filter((code) => !common.includes(code));
}

function declaredOf({ contract }: DescribedRoute): readonly ErrorCode[] {
  const { params, query, headers, body, errors = [] } = contract;
  return [...[params, query, headers, body].flatMap(faultsIn), ...errors];
}
