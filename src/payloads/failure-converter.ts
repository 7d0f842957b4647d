import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Moves message and stack trace of a failure into a payload, which the codec then encrypts. A bundle made without it sends the
 * failures of workflows in clear, whatever converter the worker has.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
