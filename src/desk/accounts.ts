import { addRestrictedUntilMs } from '../domain/account-events.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import { tokenWarningOf } from '../domain/token-life.ts';
import type { Account, SubscribedApp, TokenFacts } from '../graph/facts.ts';
import type { PreverifiedId } from '../graph/ids.ts';
import type { WebhookOverride } from '../graph/number-writes.ts';
import type { Store } from '../store/store.ts';
import { DeskError, refusedByMeta } from './errors.ts';
import { askMeta, type AccountTarget, type MetaDeps } from './meta.ts';

/** An account as people and programs see it. */
export interface AccountView {
  readonly waba_id: string;
  readonly name: string | undefined;
  readonly account_review_status: string | undefined;
  readonly business_verification_status: string | undefined;
  readonly token: {
    readonly is_valid: boolean;
    readonly app_id: string;
    /** Absent means never. */
    readonly expires_at: string | undefined;
    /** Absent means never. */
    readonly data_access_expires_at: string | undefined;
    /** From 30 days before the end on: what to do about it. */
    readonly warning: string | undefined;
    readonly scopes: readonly string[];
  };
  readonly subscribed_apps: readonly {
    readonly app_id: string;
    readonly name: string | undefined;
    readonly is_ours: boolean;
    readonly override_callback_url: string | undefined;
  }[];
}

/** The account's review, what our token for it may do, and who gets its webhooks. */
export async function readAccount(
  deps: MetaDeps & { readonly appId: string },
  target: AccountTarget,
): Promise<AccountView> {
  const { wabaId } = target;
  const { graph, appId } = deps;
  const account = await askMeta(deps, target, {
    isRead: true,
    ask: (token) => graph.readAccount({ wabaId, token }),
  });
  const facts = await askMeta(deps, target, {
    calls: 0,
    isRead: true,
    ask: (token) => graph.debugToken({ token }),
  });
  const apps = await askMeta(deps, target, {
    isRead: true,
    ask: (token) => graph.subscribedApps({ wabaId, token }),
  });
  return {
    ...accountPart(account),
    token: tokenPart(facts, deps.nowMs()),
    subscribed_apps: apps.map((app) => appPart(app, appId)),
  };
}

function accountPart({ wabaId, ...account }: Account) {
  return {
    waba_id: wabaId,
    name: account.name,
    account_review_status: account.accountReviewStatus,
    business_verification_status: account.businessVerificationStatus,
  };
}

function tokenPart(facts: TokenFacts, nowMs: number): AccountView['token'] {
  return {
    is_valid: facts.isValid,
    app_id: facts.appId,
    expires_at: timeOf(facts.expiresAtMs),
    data_access_expires_at: timeOf(facts.dataAccessExpiresAtMs),
    warning: facts.isValid ? tokenWarningOf(facts, nowMs) : undefined,
    scopes: facts.scopes,
  };
}

function timeOf(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString();
}

function appPart(app: SubscribedApp, ownAppId: string): AccountView['subscribed_apps'][number] {
  return {
    app_id: app.appId,
    name: app.name,
    is_ours: app.appId === ownAppId,
    override_callback_url: app.overrideCallbackUrl,
  };
}

export interface NewNumber {
  /** Country code in digits: `1`. */
  readonly cc: string;
  /** Digits, with or without the country code. */
  readonly phoneNumber: string;
  /** The display name, which Meta then reviews. */
  readonly verifiedName: string;
  /** One of the partner's pre-verified numbers: it needs no code any more. */
  readonly preverifiedId?: PreverifiedId;
  /** The number comes from another account. */
  readonly isMigrated?: boolean;
}

interface AddDeps extends MetaDeps {
  readonly store?: NonNullable<MetaDeps['store']> & Pick<Store, 'inbox'>;
}

/** Adds a number, which is then verified by a code. No call of Meta's takes it away again. */
export async function addNumber(
  deps: AddDeps,
  target: AccountTarget,
  { isMigrated, ...number }: NewNumber,
): Promise<PhoneNumberId> {
  const { wabaId } = target;
  const migration = isMigrated === true ? { migrate: true } : {};
  return await askMeta(deps, target, {
    call: 'add-number',
    calls: 0,
    ask: (token) => deps.graph.addPhoneNumber({ token, wabaId, ...number, ...migration }),
  }).catch(async (error: unknown) => {
    throw (await restrictionIn(deps, wabaId, error)) ?? error;
  });
}

/** Meta refuses alike for a full account and for a restricted one; until when, only its webhook told. */
async function restrictionIn(
  { store, nowMs }: AddDeps,
  wabaId: WabaId,
  error: unknown,
): Promise<DeskError | undefined> {
  const refusal = error instanceof DeskError ? error.refusal : undefined;
  const isOfAccount = refusal?.cause === 'number_cap' || refusal?.cause === 'account_locked';
  if (refusal === undefined || !isOfAccount || store === undefined) return undefined;
  const untilMs = addRestrictedUntilMs(await store.inbox.accountEventsOf(wabaId), nowMs());
  if (untilMs === undefined) return undefined;
  const known = { ...refusal, cause: 'add_restricted' } as const;
  const { code, message } = refusedByMeta(known);
  return new DeskError(code, message, { refusal: known, untilMs });
}

/**
 * Subscribes our app to the account's webhooks. A plain subscription would remove an override that is there, so it is made only
 * where none is; with `override` the account's messages go there.
 */
export async function subscribe(
  deps: MetaDeps & { readonly appId: string },
  target: AccountTarget,
  override?: WebhookOverride,
): Promise<void> {
  const { graph, appId } = deps;
  const { wabaId } = target;
  await askMeta(deps, target, {
    calls: 3,
    ask: async (token) => {
      if (override !== undefined) {
        await graph.subscribeApp({ wabaId, token, override });
        return;
      }
      const apps = await graph.subscribedAppIds({ wabaId, token });
      if (!apps.includes(appId)) await graph.subscribeApp({ wabaId, token });
    },
  });
}

export async function unsubscribe(deps: MetaDeps, target: AccountTarget): Promise<void> {
  const { wabaId } = target;
  await askMeta(deps, target, {
    ask: (token) => deps.graph.unsubscribeApp({ wabaId, token }),
  });
}
