import { causeOf } from '../domain/refusals.ts';
import type { Secret } from '../domain/secret.ts';
import { OnPremisesRefused } from '../graph/errors.ts';
import {
  NotReady,
  registerOnPremises as registerWithClient,
  withOnPremises,
  type OnPremisesOrder,
} from '../steps/on-premises.ts';
import type { OnPremisesAccess, Store } from '../store/store.ts';
import { DeskError, meaningOf, refusedByMeta } from './errors.ts';
import { askMeta, type AccountTarget, type MetaDeps, type NumberTarget } from './meta.ts';

export type { OnPremisesOrder } from '../steps/on-premises.ts';

export interface OnPremisesDeps extends MetaDeps {
  readonly store: Store;
  readonly graphTimeoutMs: number;
}

/** Keeps, sealed, how an account's own client is reached, once it has let us in. @throws DeskError */
export async function connectOnPremises(
  deps: OnPremisesDeps,
  { wabaId }: AccountTarget,
  access: OnPremisesAccess,
): Promise<void> {
  await meant(withOnPremises(deps, access, () => Promise.resolve()));
  await deps.store.credentials.keepOnPremises(wabaId, access);
}

/** Registers the number on the account's own client. Meta has retired the product, and says so by refusing. @throws DeskError */
export async function registerOnPremises(
  deps: OnPremisesDeps,
  target: NumberTarget,
  order: OnPremisesOrder,
): Promise<'registered' | 'code-sent'> {
  const { phoneNumberId } = target;
  const access = await accessOf(deps, target);
  const number = await askMeta(deps, target, {
    isRead: true,
    ask: (token) => deps.graph.readPhoneNumber({ token, phoneNumberId }),
  });
  return await meant(registerWithClient(deps, { access, number, ...order }));
}

/** Gives the client the code that was sent. @throws DeskError */
export async function verifyOnPremises(
  deps: OnPremisesDeps,
  target: AccountTarget,
  code: Secret,
): Promise<void> {
  const access = await accessOf(deps, target);
  await meant(
    withOnPremises(deps, access, (client, token) => client.verifyAccount({ token, code })),
  );
}

async function accessOf(
  { store }: OnPremisesDeps,
  { wabaId }: AccountTarget,
): Promise<OnPremisesAccess> {
  const access = await store.credentials.onPremisesOf(wabaId);
  if (access !== undefined) return access;
  const message = "The account's On-Premises client is not known; connect it first";
  throw new DeskError('not_configured', message);
}

async function meant<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw refusalIn(error) ?? meaningOf(error) ?? error;
  }
}

function refusalIn(error: unknown): DeskError | undefined {
  if (error instanceof NotReady) {
    const code = error.missing === 'certificate' ? 'not_now' : 'invalid_input';
    return new DeskError(code, error.message);
  }
  if (!(error instanceof OnPremisesRefused)) return undefined;
  const { code } = error.answer;
  return refusedByMeta({ cause: causeOf(error.answer, 'on-premises'), code });
}
