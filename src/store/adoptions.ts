import type { Source } from '../domain/onboarding.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';

/** A number that came without a signup, in an account of which we have the token. */
export interface NewAdoption {
  readonly phoneNumberId: PhoneNumberId;
  readonly wabaId: WabaId;
  readonly displayPhoneNumber: string;
  readonly verifiedName?: string;
  readonly source: Exclude<Source, 'embedded-signup'>;
  /** For its history: who began its onboarding. */
  readonly actor: string;
  /** A person names it: then also a number whose onboarding a person had abandoned. */
  readonly isAgain?: true;
}

/** Onboardings without a signup; they go the way of the outbox of signups. */
export interface Adoptions {
  /** Those of the numbers that are not known here, and that we were not told to forget, however long ago. */
  unknownOf(ids: readonly PhoneNumberId[]): Promise<ReadonlySet<PhoneNumberId>>;
  /** One transaction: the number's first row, its event and the outbox's row. False: it is known, or was forgotten. */
  adopt(adoption: NewAdoption): Promise<boolean>;
}
