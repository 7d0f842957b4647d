/**
 * The `type` of every ApplicationFailure. Temporal stores it in clear and shows it in its UI, so these are the only words.
 */
export const failureTypes = {
  /** Not an error: Meta does not show yet what the number waits for. The server's retry is the poll. */
  stillWaiting: 'StillWaiting',
  /** Meta asks for a pause, or did not answer; the activity is retried after it. */
  metaUnavailable: 'MetaUnavailable',
  /** Meta refuses in a way that time does not mend. Details carry the refusal. */
  refused: 'Refused',
  /** Our own database did not answer; the activity is retried, and nothing was sent to Meta before it. */
  storeUnavailable: 'StoreUnavailable',
  /** A defect of this service. The activity is retried, the worker's log says more. */
  bug: 'Bug',
  /** The run ended at its deadline: the customer must do Embedded Signup again. */
  signupExpired: 'SignupExpired',
  /** The run ended because the number is banned, gone, or was given up by a person. */
  abandoned: 'Abandoned',
  /** The partner's receiver did not take an event: the attempt is repeated, and after three days the run ends with it. */
  notDelivered: 'NotDelivered',
  /** An operator's message that makes no sense now. */
  notNow: 'NotNow',
} as const;
