import type { OrderName } from '../../contract/onboarding.ts';
import { changeName } from '../../desk/change-name.ts';
import { DeskError } from '../../desk/errors.ts';
import { keepPin } from '../../desk/known-pin.ts';
import type { NumberTarget } from '../../desk/meta.ts';
import type { Move, MoveKind } from '../../desk/moves.ts';
import { requestCode, submitCode } from '../../desk/ownership.ts';
import { deregisterNumber, setPin, type RegistrationDeps } from '../../desk/registration.ts';
import { revealCertificate, revealPin } from '../../desk/reveal.ts';
import { Secret } from '../../domain/secret.ts';
import type { KeyedHash } from '../keyed-hash.ts';
import type { Onboardings } from '../onboardings.ts';
import type { Form } from './form.ts';

export interface MoveDeps extends RegistrationDeps {
  readonly onboardings: Pick<Onboardings, 'order' | 'names'>;
  readonly hash: KeyedHash;
  /** Lets the drain look at what is new. */
  readonly wake: () => void;
}

export interface Order {
  readonly target: NumberTarget;
  readonly actor: string;
  readonly form: Form;
}

/** What came of it: a secret is to be shown, and nothing else is to be said but that it is done. */
export type Made =
  { readonly kind: 'done' } | { readonly kind: 'revealed'; readonly secret: Secret };

type Maker = (deps: MoveDeps, order: Order) => Promise<Secret | undefined>;

const MAKERS: Readonly<Record<MoveKind, Maker>> = {
  retry: (deps, order) => give(deps, order, 'retryNow'),
  'number-freed': (deps, order) => give(deps, order, 'numberFreed'),
  pause: (deps, order) => give(deps, order, 'pause'),
  resume: (deps, order) => give(deps, order, 'resume'),
  abandon: (deps, order) => give(deps, order, 'abandon'),
  'request-code': async (deps, { target, form }) => {
    const method = form.get('method') === 'VOICE' ? 'VOICE' : 'SMS';
    await requestCode(deps, target, { method, language: textOf(form, 'language') });
    return undefined;
  },
  'submit-code': async (deps, { target, form }) => {
    await submitCode(deps, target, new Secret(digitsOf(form, 'code')));
    deps.wake();
    return undefined;
  },
  'tell-pin': async (deps, order) => {
    await keepPin(deps, order.target, new Secret(digitsOf(order.form, 'pin')));
    await give(deps, order, 'retryNow');
    return undefined;
  },
  'set-pin': async (deps, { target }) => {
    await setPin(deps, target);
    return undefined;
  },
  deregister: async (deps, { target }) => {
    await deregisterNumber(deps, target);
    return undefined;
  },
  'change-name': async (deps, { target: { phoneNumberId }, actor, form }) => {
    const requestId = deps.hash('name', phoneNumberId, textOf(form, 'request_id'));
    const order = { phoneNumberId, name: textOf(form, 'name'), actor, requestId };
    await changeName(deps, order, (ask) => ask(deps.onboardings.names));
    return undefined;
  },
  'reveal-certificate': (deps, { target, actor }) =>
    revealCertificate(deps, { phoneNumberId: target.phoneNumberId, actor }),
  'reveal-pin': (deps, { target, actor }) =>
    revealPin(deps, { phoneNumberId: target.phoneNumberId, actor }),
};

/** Gives the order that the form stands for. @throws DeskError, or what the onboarding refuses with */
export async function makeMove(
  deps: MoveDeps,
  { kind, confirm }: Pick<Move, 'kind' | 'confirm'>,
  order: Order,
): Promise<Made> {
  if (confirm !== undefined && order.form.get('confirmed') !== 'yes') {
    throw new DeskError('invalid_input', `Tick the box first: ${confirm.toLowerCase()}`);
  }
  const secret = await MAKERS[kind](deps, order);
  return secret === undefined ? { kind: 'done' } : { kind: 'revealed', secret };
}

/** The same form, sent twice, is one order. */
async function give(
  { onboardings, hash }: MoveDeps,
  { target: { phoneNumberId }, actor, form }: Order,
  name: OrderName,
): Promise<undefined> {
  const requestId = hash(name, phoneNumberId, textOf(form, 'request_id'));
  await onboardings.order(phoneNumberId, name, { actor, requestId });
  return undefined;
}

function textOf(form: Form, name: string): string {
  return (form.get(name) ?? '').trim();
}

/** The message with a code reads `123-830`. */
function digitsOf(form: Form, name: string): string {
  return textOf(form, name).replaceAll(/[\s-]/g, '');
}
