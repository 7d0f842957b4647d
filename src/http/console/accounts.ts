import { readAccount } from '../../desk/accounts.ts';
import { addAndOnboard, adoptNumbers, type AdoptionDeps } from '../../desk/adoption.ts';
import { DeskError } from '../../desk/errors.ts';
import { summaryOf } from '../../desk/number-view.ts';
import { DEFAULT_FIELDS, pageOfNumbers } from '../../desk/phone-numbers.ts';
import { isPhoneNumberId, isWabaId, type WabaId } from '../../domain/phone-number.ts';
import type { Store } from '../../store/store.ts';
import { answerRedirect, httpErrorOf } from '../answers.ts';
import { entryOf, HttpError } from '../errors.ts';
import type { Call } from '../routes.ts';
import { accountPage, type AtMeta } from './account-page.ts';
import type { Assets } from './assets.ts';
import { readForm, type Form } from './form.ts';
import { failedNotice, noticeAfter, type Notice } from './notices.ts';
import { answerPage } from './page.ts';

export interface AccountPagesDeps extends AdoptionDeps {
  readonly store: AdoptionDeps['store'] & Pick<Store, 'numbers'>;
  readonly appId: string;
  /** Lets the drain look at what is new. */
  readonly wake: () => void;
  readonly assets: Assets;
}

/** More at once is a page of Meta's own. */
const MOST_NUMBERS = 100;

export function showAccountPage(call: Call, deps: AccountPagesDeps): Promise<Response> {
  const done = new URL(call.request.url).searchParams.get('done') ?? undefined;
  return answerAccount(call, deps, { notice: noticeAfter(done), status: 200 });
}

/** Begins the onboarding of one number of the account, or of all that are not here. */
export function postAdoption(call: Call, deps: AccountPagesDeps): Promise<Response> {
  return order(call, deps, async (wabaId, form) => {
    const id = form.get('phone_number_id');
    const ids = isPhoneNumberId(id) ? [id] : 'all';
    const { adopted } = await adoptNumbers(deps, { wabaId }, { ids, actor: call.actor });
    if (adopted.length === 0) {
      const message =
        'There was nothing to take up: it is here already, gone, or was to be forgotten';
      throw new DeskError('not_now', message);
    }
    deps.wake();
    const [only] = adopted;
    return adopted.length === 1
      ? `/numbers/${only ?? ''}?done=adopt`
      : `/accounts/${wabaId}?done=adopt`;
  });
}

export function postNewNumber(call: Call, deps: AccountPagesDeps): Promise<Response> {
  return order(call, deps, async (wabaId, form) => {
    const field = (name: string): string => (form.get(name) ?? '').trim();
    const phoneNumber = field('phone_number').replaceAll(/[\s().-]/g, '');
    const number = { cc: field('cc').replace('+', ''), phoneNumber, verifiedName: field('name') };
    const added = await addAndOnboard(deps, { wabaId }, { number, actor: call.actor });
    deps.wake();
    return added.isOnboarding
      ? `/numbers/${added.phoneNumberId}?done=add`
      : `/accounts/${wabaId}?done=add`;
  });
}

/** Answers with where the order leads to, or with the account's page and why it could not be carried out. */
async function order(
  call: Call,
  deps: AccountPagesDeps,
  carryOut: (wabaId: WabaId, form: Form) => Promise<string>,
): Promise<Response> {
  const wabaId = accountOf(call);
  const form = await readForm(call.request);
  try {
    return answerRedirect(await carryOut(wabaId, form));
  } catch (error) {
    const known = httpErrorOf(error, deps.nowMs());
    if (known === undefined) throw error;
    const { status } = entryOf(known.code);
    return await answerAccount(call, deps, { notice: failedNotice(known.message), status, form });
  }
}

async function answerAccount(
  call: Call,
  deps: AccountPagesDeps,
  shown: { readonly notice: Notice | undefined; readonly status: number; readonly form?: Form },
): Promise<Response> {
  const { notice, status, form = new Map() } = shown;
  const wabaId = accountOf(call);
  const [rows, atMeta] = await Promise.all([
    deps.store.numbers.ofAccount(wabaId),
    readAtMeta(deps, wabaId),
  ]);
  const ours = rows.map((row) => summaryOf(row, deps.nowMs()));
  const csrfToken = call.session?.csrfToken ?? '';
  const page = accountPage({ wabaId, ours, atMeta, notice, csrfToken, form });
  return await answerPage(page, deps.assets, { status, caller: call });
}

/** What Meta shows, or why it does not: what is known here is shown all the same. */
async function readAtMeta(deps: AccountPagesDeps, wabaId: WabaId): Promise<AtMeta> {
  try {
    const account = await readAccount(deps, { wabaId });
    const query = { wabaId, fields: DEFAULT_FIELDS, limit: MOST_NUMBERS };
    return { kind: 'read', account, ...(await pageOfNumbers(deps, query)) };
  } catch (error) {
    if (error instanceof DeskError) return { kind: 'unread', why: error.message };
    throw error;
  }
}

function accountOf({ params }: Call): WabaId {
  const wabaId = params['waba_id'];
  if (!isWabaId(wabaId)) throw new HttpError('not_found');
  return wabaId;
}
