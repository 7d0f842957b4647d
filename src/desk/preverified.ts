import { daysLeftOf, preverifiedWaitOf, type PreverifiedWait } from '../domain/preverified.ts';
import type { Secret } from '../domain/secret.ts';
import type { GraphClient } from '../graph/client.ts';
import type { CodeMethod } from '../graph/checks.ts';
import type { PreverifiedNumber } from '../graph/facts.ts';
import type { BusinessId, PreverifiedId } from '../graph/ids.ts';
import type { PreverifiedNotice } from '../store/preverified.ts';
import type { Store } from '../store/store.ts';
import { DeskError, meaningOf, meaningOfRead } from './errors.ts';

/** The partner's own business portfolio at Meta, and the system token that may change it. */
export interface Partner {
  readonly businessId: BusinessId;
  readonly token: Secret;
}

export interface PreverifiedDeps {
  readonly graph: GraphClient;
  readonly partner?: Partner;
  readonly nowMs: () => number;
  /** Absent: nobody watches the pool, and there are no notices. */
  readonly store?: Pick<Store, 'preverified'>;
}

/** A pre-verified number as people and programs see it. */
export interface PreverifiedView {
  readonly preverified_id: string;
  readonly phone_number: string | undefined;
  readonly code_verification_status: string | undefined;
  readonly verified_at: string | undefined;
  readonly verification_expires_at: string | undefined;
  /** Whole days until the proof is over. */
  readonly days_left: number | undefined;
  /** `code`: yours. `customer`: to claim it. `code-or-customer`: in the last 45 days. */
  readonly waits_for: PreverifiedWait;
  /** The last that was told of it ahead of its end. */
  readonly notice: { readonly at: string; readonly text: string } | undefined;
}

export interface PreverifiedQuery {
  readonly status?: 'VERIFIED' | 'NOT_VERIFIED' | 'EXPIRED';
  /** Digits with the country code. */
  readonly phoneNumber?: string;
}

/** All of the partner's pre-verified numbers, or those that fit. */
export async function listPreverified(
  deps: PreverifiedDeps,
  { status, phoneNumber }: PreverifiedQuery = {},
): Promise<readonly PreverifiedView[]> {
  return asPartner(deps, meaningOfRead, async (partner) => {
    const views: PreverifiedView[] = [];
    const notices = await deps.store?.preverified.notices();
    const numbers = deps.graph.listPreverifiedNumbers({
      ...partner,
      ...(status === undefined ? {} : { codeVerificationStatus: status }),
      ...(phoneNumber === undefined ? {} : { phoneNumber }),
    });
    for await (const number of numbers) views.push(viewOf(number, deps.nowMs(), notices));
    return views;
  });
}

export async function readPreverified(
  deps: PreverifiedDeps,
  preverifiedId: PreverifiedId,
): Promise<PreverifiedView> {
  const notices = await deps.store?.preverified.notices();
  return asPartner(deps, meaningOfRead, async ({ token }) =>
    viewOf(await deps.graph.readPreverifiedNumber({ token, preverifiedId }), deps.nowMs(), notices),
  );
}

/** `phoneNumber` is digits with the country code. It must then be verified by a code within 90 days. */
export async function addPreverified(
  deps: PreverifiedDeps,
  phoneNumber: string,
): Promise<PreverifiedId> {
  const id = await asPartner(deps, meaningOf, (partner) =>
    deps.graph.addPreverifiedNumber({ ...partner, phoneNumber }),
  );
  await deps.store?.preverified.touch(id);
  return id;
}

export async function deletePreverified(
  deps: PreverifiedDeps,
  preverifiedId: PreverifiedId,
): Promise<void> {
  await asPartner(deps, meaningOf, ({ token }) =>
    deps.graph.deletePreverifiedNumber({ token, preverifiedId }),
  );
  await deps.store?.preverified.markDeleted(preverifiedId);
}

export async function requestPreverifiedCode(
  deps: PreverifiedDeps,
  preverifiedId: PreverifiedId,
  how: { readonly method: CodeMethod; readonly language: string },
): Promise<void> {
  await asPartner(deps, meaningOf, ({ token }) =>
    deps.graph.requestCode({ token, preverifiedId, ...how }),
  );
}

/** Verified for 90 days then. */
export async function submitPreverifiedCode(
  deps: PreverifiedDeps,
  preverifiedId: PreverifiedId,
  code: Secret,
): Promise<void> {
  await asPartner(deps, meaningOf, ({ token }) =>
    deps.graph.verifyCode({ token, preverifiedId, code }),
  );
  await deps.store?.preverified.touch(preverifiedId);
}

/** @throws DeskError */
async function asPartner<Answer>(
  { partner }: PreverifiedDeps,
  meaning: typeof meaningOf,
  ask: (partner: Partner) => Promise<Answer>,
): Promise<Answer> {
  if (partner === undefined) {
    const message = 'Pre-verified numbers need META_BUSINESS_ID and META_SYSTEM_TOKEN';
    throw new DeskError('not_configured', message);
  }
  try {
    return await ask(partner);
  } catch (error) {
    throw meaning(error, 'code') ?? error;
  }
}

function viewOf(
  number: PreverifiedNumber,
  nowMs: number,
  notices?: ReadonlyMap<string, PreverifiedNotice>,
): PreverifiedView {
  const { codeVerificationStatus: status, verificationExpiresAtMs: expiresAtMs } = number;
  const notice = notices?.get(number.preverifiedId);
  const known = { status: status ?? '', ...(expiresAtMs === undefined ? {} : { expiresAtMs }) };
  return {
    preverified_id: number.preverifiedId,
    phone_number: number.phoneNumber,
    code_verification_status: status,
    verified_at: timeOf(number.verifiedAtMs),
    verification_expires_at: timeOf(expiresAtMs),
    days_left: daysLeftOf(expiresAtMs, nowMs),
    waits_for: preverifiedWaitOf(known, nowMs),
    notice: notice && { at: new Date(notice.atMs).toISOString(), text: notice.text },
  };
}

function timeOf(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString();
}
