import type { NameChangeInput } from '../contract/name-change.ts';
import { budgetUnder, NAME_CHANGE_BUDGET } from '../domain/attempt-budget.ts';
import { namingProblem } from '../domain/naming.ts';
import { isLiveOutcome } from '../domain/outcome.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { NumberRow, Store } from '../store/store.ts';
import { DeskError } from './errors.ts';

export interface NameOrder {
  readonly phoneNumberId: PhoneNumberId;
  readonly name: string;
  readonly actor: string;
  /** A repeat under the same one has no second effect. */
  readonly requestId: string;
}

/** What an order for a name goes to. Both throw what the door they belong to throws when it cannot be taken now. */
export interface NameFollowers {
  /** Gives the name to the running onboarding, or change, of the number. */
  readonly wish: (order: NameOrder) => Promise<void>;
  /** Starts a change of the name of a number that is done. */
  readonly start: (input: NameChangeInput) => Promise<void>;
}

interface ChangeNameDeps {
  readonly store: Pick<Store, 'numbers' | 'nameChanges'>;
  readonly nowMs: () => number;
}

/**
 * Asks for another display name: of a number that waits for one, or of one that is done. Nobody is asked what would come to
 * nothing. @throws DeskError invalid_input, unknown_number, not_now, attempts_spent
 */
export async function changeName(
  deps: ChangeNameDeps,
  order: NameOrder,
  asked: (ask: (followers: NameFollowers) => Promise<void>) => Promise<void>,
): Promise<void> {
  const problem = namingProblem(order.name);
  if (problem !== undefined) throw new DeskError('invalid_input', problem);
  const number = await deps.store.numbers.byId(order.phoneNumberId);
  if (number === undefined) {
    throw new DeskError('unknown_number', 'No number with this id is known here');
  }
  refuseUnlessLive(number);
  await refuseIfSpent(deps, order.phoneNumberId);
  const { phoneNumberId, name, actor } = order;
  const { wabaId, outcome } = number;
  await asked(({ wish, start }) =>
    outcome === undefined
      ? wish(order)
      : start({ phoneNumberId, wabaId, name, actor, requestedAtMs: deps.nowMs() }),
  );
}

function refuseUnlessLive({ outcome }: NumberRow): void {
  if (outcome === undefined || isLiveOutcome(outcome)) return;
  const message = `The onboarding has ended: ${outcome}. The customer must do Embedded Signup again`;
  throw new DeskError('not_now', message);
}

async function refuseIfSpent(
  { store, nowMs }: ChangeNameDeps,
  phoneNumberId: PhoneNumberId,
): Promise<void> {
  const attempts = await store.nameChanges.of(phoneNumberId);
  const sentAtMs = attempts
    .filter(({ state }) => state !== 'not_sent' && state !== 'refused')
    .map(({ openedAtMs }) => openedAtMs);
  const budget = budgetUnder(NAME_CHANGE_BUDGET, sentAtMs, { kind: 'operator', nowMs: nowMs() });
  if (budget.kind === 'allowed') return;
  const message = 'Meta allows 10 name changes in 30 days, and they are used up';
  throw new DeskError('attempts_spent', message, { untilMs: budget.nextAtMs });
}
