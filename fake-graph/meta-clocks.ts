// Meta's own spans of time. Each boundary is exact: at the length minus 1 ms a thing still holds, at the length it does not.

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Life of the code that ends Embedded Signup. Source: Meta, Embedded Signup, "30 seconds". */
export const SIGNUP_CODE_LIFE_MS = 30 * SECOND_MS;
/** A number is registered within 14 days of its signup, or the customer signs up again. Source: Meta, Managing phone numbers. */
export const SIGNUP_WINDOW_MS = 14 * DAY_MS;
/** A proof of ownership by one-time code lives as long as the signup it belongs to. */
export const OTP_LIFE_MS = 14 * DAY_MS;
/** A pre-verified number, once claimed, has 90 days for both. Source: Meta, Pre-verified numbers. */
export const PREVERIFIED_LIFE_MS = 90 * DAY_MS;
/** One nobody has claimed is verified again in the last 45 of its 90 days, not before. Source: Meta, Pre-verified numbers. */
export const PREVERIFIED_AGAIN_MS = 45 * DAY_MS;
/** Source: Meta, On-Premises API, Users. */
export const ONPREM_TOKEN_LIFE_MS = 7 * DAY_MS;
/** Source: Meta's guide to certificates, "valid for 7 days". */
export const CERTIFICATE_LIFE_MS = 7 * DAY_MS;
/** An approved new name is dropped if no registration applies it in time. Source: Meta, Display names. */
export const RENAME_WINDOW_MS = 14 * DAY_MS;

/** 10 requests to register, and 10 to deregister, per number in a moving 72 hours. Source: Meta, error 133016. */
export const ATTEMPT_LIMIT = 10;
export const ATTEMPT_WINDOW_MS = 72 * HOUR_MS;
/** Source: Meta, error 133015: "wait 5 minutes". */
export const DELETED_LATELY_MS = 5 * MINUTE_MS;
/** 10 name changes in 30 days. Source: Meta, Display names. */
export const NAME_CHANGE_LIMIT = 10;
export const NAME_CHANGE_WINDOW_MS = 30 * DAY_MS;

// Meta publishes no figures for guessing; these are this emulator's.
export const PIN_GUESS_LIMIT = 3;
export const PIN_GUESS_WINDOW_MS = HOUR_MS;
export const PIN_GUESS_GAP_MS = 5 * SECOND_MS;
export const PIN_LOCK_MS = 12 * HOUR_MS;
export const CODE_GUESS_LIMIT = 5;
export const CODE_LOCK_MS = 12 * HOUR_MS;

/** Calls to manage an account, per app and account in a rolling hour. Source: Meta, Rate limits of the Business Management API. */
export const USAGE_WINDOW_MS = HOUR_MS;
export const USAGE_LIMIT = 200;
export const USAGE_LIMIT_REGISTERED = 5000;
/** Calls of the app itself in a rolling hour, for each of its users. Source: Meta, Graph API rate limits. */
export const APP_CALLS_PER_USER = 200;

/** An event that is not answered with 200 is repeated for 7 days. Source: Meta, Webhooks. The steps are this emulator's. */
export const WEBHOOK_LIFE_MS = 7 * DAY_MS;
export const WEBHOOK_FIRST_RETRY_MS = MINUTE_MS;
export const WEBHOOK_LAST_RETRY_MS = 6 * HOUR_MS;
