/** What a `name_status` means to an onboarding. An unknown value is a review that goes on, never an end. */
export type NameMeaning = 'approved' | 'declined' | 'in-review' | 'expired' | 'unknown';

const MEANINGS: Readonly<Record<string, NameMeaning>> = {
  APPROVED: 'approved',
  AVAILABLE_WITHOUT_REVIEW: 'approved',
  PENDING_REVIEW: 'in-review',
  DECLINED: 'declined',
  EXPIRED: 'expired',
  NONE: 'in-review',
  NON_EXISTS: 'in-review',
};

/** Source: Meta, "Display names", the values of `name_status`. */
export function nameMeaningOf(nameStatus: string | undefined): NameMeaning {
  if (nameStatus === undefined) return 'unknown';
  return MEANINGS[nameStatus] ?? 'unknown';
}
