/** What operators filter by in the Temporal UI. Stored in clear whatever codec is on: no phone number, no name. */
export const searchAttributeKinds = {
  OnboardingStage: 'Keyword',
  WaitingFor: 'Keyword',
  DeadlineAt: 'Datetime',
  WabaId: 'Keyword',
  LastErrorCode: 'Keyword',
  NeedsAttention: 'Bool',
} as const;
