import type { OnboardingInput } from '../../src/contract/onboarding.ts';
import type { PhoneNumberId } from '../../src/domain/phone-number.ts';
import { createRandom, type Random } from '../domain/simulation/random.ts';
import type { LedgerEntry } from '../support/fake-meta.ts';
import { DAY_MS, HOUR_MS } from '../support/spans.ts';
import type { Handle, World } from '../support/world.ts';

/** From here on nothing fails and people do what they are asked: now the number must come to its end. */
const HEALED_DAY = 10;
/** Deadline, grace for the certificate and a day more. */
const LONGEST_DAYS = 20;

export interface Life {
  readonly input: OnboardingInput;
  /** `undefined`: it has not ended. */
  readonly outcome: string | undefined;
  readonly endedAtMs: number;
  readonly ledger: readonly LedgerEntry[];
  readonly storedOutcome: string | undefined;
  readonly plan: string;
}

/** One onboarding on the real parts; the seed decides the number, the faults and what people do. */
export async function live(world: World, seed: number): Promise<Life> {
  const random = createRandom(seed);
  const number = numberOf(random, world.nowMs());
  const input = await world.signUp({ number });
  const { phoneNumberId } = input;
  const faults = faultsOf(random, phoneNumberId, seed);
  for (const fault of faults) await world.meta.post('/faults', fault);
  const handle = await world.start(input);
  const outcome = await untilEnd(world, handle, { phoneNumberId, random });
  const row = await world.store.numbers.byId(phoneNumberId);
  return {
    input,
    outcome,
    endedAtMs: row?.updatedAtMs ?? 0,
    ledger: await world.meta.ledgerOf(phoneNumberId),
    storedOutcome: row?.outcome,
    plan: JSON.stringify({ number, faults: faults.map(({ kind, match }) => ({ kind, match })) }),
  };
}

/** What stands in the number's way at Meta. */
function numberOf(random: Random, nowMs: number): object {
  const maybe = (probability: number, settings: object): object =>
    random.chance(probability) ? settings : {};
  return {
    name_status: 'PENDING_REVIEW',
    review: { decision: 'APPROVED', after_ms: random.between(0, 6 * DAY_MS) },
    ...maybe(0.15, { pin: '271828' }),
    ...maybe(0.15, { on_handset: true }),
    ...maybe(0.1, { half_deregistered: true }),
    ...maybe(0.1, { name_ready_at: nowMs + random.between(0, 4 * DAY_MS) }),
    ...maybe(0.1, { otp_verified_at: null }),
    ...maybe(0.05, { is_on_biz_app: true }),
  };
}

interface Fault {
  readonly kind: string;
  readonly match: object;
}

const REGISTER_FAULTS = ['drop_before', 'drop_after', 'http_500_after', 'html', 'success_false'];
const READ_FAULTS = ['drop_after', 'html', 'truncated', 'throttle'];

/** In two phases: each fault is armed or not, and an armed one strikes now and then. */
function faultsOf(random: Random, number: PhoneNumberId, seed: number): readonly Fault[] {
  const armed = (kind: string, match: object): Fault[] =>
    random.chance(0.25)
      ? [{ kind, match: { ...match, number, times: 'always' }, ...{ probability: 0.25, seed } }]
      : [];
  return [
    ...REGISTER_FAULTS.flatMap((kind) => armed(kind, { path: '/register$' })),
    ...READ_FAULTS.flatMap((kind) => armed(kind, { method: 'GET' })),
    ...armed('drop_before', { path: '/deregister$' }),
  ];
}

interface Living {
  readonly phoneNumberId: PhoneNumberId;
  readonly random: Random;
}

/** Lets days pass. People look in once a day; until the world has healed they do not always help. */
async function untilEnd(world: World, handle: Handle, living: Living): Promise<string | undefined> {
  for (let day = 1; day <= LONGEST_DAYS; day += 1) {
    await world.sleep(DAY_MS - HOUR_MS);
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') return await outcomeOf(handle);
    const isHealed = day >= HEALED_DAY;
    if (isHealed) await heal(world, living);
    if (isHealed || living.random.chance(0.3)) await help(world, handle, living);
    await world.sleep(HOUR_MS);
  }
  return undefined;
}

async function outcomeOf(handle: Handle): Promise<string> {
  try {
    return (await handle.result()).outcome;
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    return cause instanceof Error && 'type' in cause ? String(cause.type) : String(error);
  }
}

async function heal(world: World, { phoneNumberId }: Living): Promise<void> {
  await world.meta.remove('/faults');
  await world.meta.patch(`/numbers/${phoneNumberId}`, { half_deregistered: false, pin: null });
}

async function help(world: World, handle: Handle, { phoneNumberId }: Living): Promise<void> {
  const { waiting } = await world.progressOf(phoneNumberId);
  if (waiting.for !== 'operator' && waiting.for !== 'customer') return;
  await world.meta.patch(`/numbers/${phoneNumberId}`, {
    on_handset: false,
    otp_verified_at: world.nowMs(),
  });
  await handle.signal('retry', { actor: 'Ada' });
}
