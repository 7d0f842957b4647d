import { nameMeaningOf, type NameMeaning } from './name-status.ts';
import type { NumberFacts } from './number-facts.ts';

/** Source: Meta, "Display names": register again within 14 days of a new name's approval, or submit it again. */
export const RENAME_WINDOW_MS = 14 * 86_400_000;

/** Where a number's name stands, with a change of it under way. `to-apply`: approved, and live once it is registered again. */
export type NameState = NameMeaning | 'to-apply';

type NameFacts = Pick<NumberFacts, 'nameStatus' | 'newNameStatus' | 'newCertificateSha256'>;

/** A change that Meta declined leaves the name before it as it was. */
export function nameStateOf(facts: NameFacts): NameState {
  if (isChangeApproved(facts)) return 'to-apply';
  return isChangeOpen(facts) ? 'in-review' : nameMeaningOf(facts.nameStatus);
}

/** Does Meta show a change that it has not declined? One that it has stays to be seen, until there is another. */
export function isChangeOpen(facts: NameFacts): boolean {
  return isChangeShown(facts) && !isChangeDeclined(facts);
}

/** Does Meta show a change of the name, in whatever state? */
export function isChangeShown({ newNameStatus, newCertificateSha256 }: NameFacts): boolean {
  return newNameStatus !== undefined || newCertificateSha256 !== undefined;
}

/** The certificate of a new name is there only once the name is approved. */
export function isChangeApproved({ newNameStatus, newCertificateSha256 }: NameFacts): boolean {
  if (newNameStatus === undefined) return newCertificateSha256 !== undefined;
  return nameMeaningOf(newNameStatus) === 'approved';
}

export function isChangeDeclined({ newNameStatus }: NameFacts): boolean {
  return nameMeaningOf(newNameStatus) === 'declined';
}
