import { createHash } from 'node:crypto';
import type { NumberFacts } from '../domain/number-facts.ts';
import type { Secret } from '../domain/secret.ts';
import type { PhoneNumber } from '../graph/client.ts';
import type { Store } from '../store/store.ts';

interface FactsDeps {
  readonly store: Pick<Store, 'credentials'>;
  readonly nowMs: () => number;
}

/** What a read said, fit for Temporal. A certificate on it is sealed at once, as Meta shows it for seven days only. */
export async function factsOf(
  { store, nowMs }: FactsDeps,
  number: PhoneNumber,
): Promise<NumberFacts> {
  const { phoneNumberId, certificate } = number;
  const facts = passingFactsOf(number, nowMs());
  if (certificate === undefined) return facts;
  const certificateSha256 = await store.credentials.keepCertificate(phoneNumberId, certificate);
  return { ...facts, certificateSha256 };
}

/** The same of a number that is none of ours: nothing of it is kept, and its certificate is nobody's business. */
export function passingFactsOf(number: PhoneNumber, readAtMs: number): NumberFacts {
  const { newCertificate } = number;
  const { status, platformType, throughputLevel, nameStatus, newNameStatus } = number;
  const { canSendMessage, lastOnboardedAtMs } = number;
  return {
    readAtMs,
    codeVerificationStatus: number.codeVerificationStatus,
    isOnBizApp: number.isOnBizApp ?? false,
    isPreverified: number.isPreverified ?? false,
    ...present({ status, platformType, throughputLevel, nameStatus, newNameStatus }),
    ...present({ canSendMessage }),
    ...present({ lastOnboardedAtMs }),
    ...(newCertificate === undefined ? {} : { newCertificateSha256: sha256Of(newCertificate) }),
  };
}

function sha256Of(secret: Secret): string {
  return createHash('sha256').update(secret.reveal()).digest('hex');
}

/** The fields that have a value. */
function present<T>(fields: Readonly<Record<string, T | undefined>>): Record<string, T> {
  const entries = Object.entries(fields).flatMap(([name, value]): [string, T][] =>
    value === undefined ? [] : [[name, value]],
  );
  return Object.fromEntries(entries);
}
