import { signalNames, type OnboardingInput } from '../../src/contract/onboarding.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Timing } from '../../src/domain/timing.ts';
import { HOUR_MS } from '../support/spans.ts';
import type { RealEngine } from '../support/real-engine.ts';
import type { Life } from './judge.ts';
import { until } from './lives.ts';

type Act = (engine: RealEngine, life: Life) => Promise<unknown>;

interface Shown {
  readonly stage: string;
  readonly waitingFor: string;
  readonly cause?: string;
}

/** A place where a number can stand for days: how it comes there, what is shown of it then, and what moves it on to its end. */
export interface Standing {
  readonly order: object;
  readonly timing?: Partial<Timing>;
  /** Between the signup and the run. */
  readonly before?: (
    engine: RealEngine,
    input: OnboardingInput,
  ) => Promise<Partial<OnboardingInput>>;
  /** What brings it there from where it stands first. */
  readonly then?: { readonly from: Shown; readonly act: Act };
  readonly shown: Shown;
  /** Does the story follow its name already? */
  readonly following: 'ahead' | 'begun' | 'never';
  readonly release: Act;
  /** How many requests Meta has refused by then. */
  readonly refusals?: number;
  /** Where Cloud API registers nothing. All others end ready, registered once. */
  readonly end?: 'abandoned' | 'ready';
}

const APPROVED = { name_status: 'APPROVED' };
const IN_REVIEW = { scenario: 'review_forever' };
const ADA = { actor: 'Ada' };

const patch =
  (settings: object): Act =>
  ({ meta }, { input }) =>
    meta.patch(`/numbers/${input.phoneNumberId}`, settings);
const hint: Act = (_, { handle }) => handle.signal(signalNames.numberChanged);
const retry: Act = (_, { handle }) => handle.signal(signalNames.retry, ADA);
const approve: Act = ({ meta }, { input }) => meta.decideName(input.phoneNumberId, 'APPROVED');
const inTurn =
  (...acts: readonly Act[]): Act =>
  async (engine, life) => {
    for (const act of acts) await act(engine, life);
  };

const access =
  (revoked: boolean): Act =>
  async ({ meta, store }, { input }) => {
    const token = await store.credentials.tokenOf(input.wabaId);
    await meta.patch('/tokens', { value: token?.reveal(), revoked });
  };

const ON_HANDSET = { stage: 'registering', waitingFor: 'operator', cause: 'number_in_use' };

const REVIEWED = { stage: 'following-name', waitingFor: 'meta', cause: 'name_in_review' };

const ANSWER_LOST: Pick<Standing, 'timing' | 'before'> = {
  timing: { outcomeWaitMs: HOUR_MS, lostAnswerWindowMs: HOUR_MS },
  before: async ({ meta }, { phoneNumberId }) => {
    const match = { path: 'register', number: phoneNumberId, times: 1 };
    await meta.post('/faults', { match, kind: 'drop_after' });
    return {};
  },
};

/** Every stage, and every wait in it. */
export const STANDINGS: Readonly<Record<string, Standing>> = {
  'waits for its proof of ownership': {
    order: { ...IN_REVIEW, number: { ...APPROVED, otp_verified_at: null } },
    shown: { stage: 'verifying', waitingFor: 'customer' },
    following: 'ahead',
    release: inTurn((engine, life) => patch({ otp_verified_at: Date.now() })(engine, life), hint),
  },
  'waits for the PIN of the provider before': {
    order: { scenario: 'old_two_step', number: APPROVED },
    shown: { stage: 'registering', waitingFor: 'operator', cause: 'old_two_step' },
    refusals: 1,
    following: 'ahead',
    release: inTurn(patch({ old_two_step: false }), retry),
  },
  'is on a handset': {
    order: { scenario: 'on_handset', number: APPROVED },
    shown: ON_HANDSET,
    refusals: 1,
    following: 'ahead',
    release: inTurn(patch({ on_handset: false }), retry),
  },
  'is locked by Meta': {
    order: { scenario: 'attempts_locked', number: APPROVED },
    shown: { stage: 'registering', waitingFor: 'time', cause: 'attempts_locked' },
    following: 'never',
    release: (_, { handle }) => handle.signal(signalNames.abandon, ADA),
    end: 'abandoned',
  },
  'looks for a registration whose answer was lost': {
    order: { ...IN_REVIEW, number: APPROVED },
    ...ANSWER_LOST,
    shown: { stage: 'registering', waitingFor: 'meta', cause: 'outcome_unknown' },
    following: 'ahead',
    release: hint,
  },
  'has lost our access before it is registered': {
    order: { scenario: 'on_handset', number: APPROVED },
    then: { from: ON_HANDSET, act: inTurn(access(true), hint) },
    shown: { stage: 'registering', waitingFor: 'operator', cause: 'token_invalid' },
    refusals: 1,
    following: 'ahead',
    release: inTurn(
      access(false),
      patch({ on_handset: false }),
      // The first opens the access, the second is for the number.
      retry,
      (engine, life) => untilStands(engine, life, ON_HANDSET),
      retry,
    ),
  },
  'waits for the review of its name': {
    order: IN_REVIEW,
    shown: REVIEWED,
    following: 'begun',
    release: inTurn(approve, hint),
  },
  'has a declined name': {
    order: { ...IN_REVIEW, number: { name_status: 'DECLINED' } },
    shown: { stage: 'following-name', waitingFor: 'customer', cause: 'name_declined' },
    following: 'begun',
    release: inTurn(approve, hint),
  },
  'has a name whose certificate has expired': {
    order: { ...IN_REVIEW, number: { name_status: 'EXPIRED' } },
    shown: { stage: 'following-name', waitingFor: 'operator', cause: 'certificate_expired' },
    following: 'begun',
    release: inTurn(approve, hint),
  },
  'looks whether its new name is applied, as that answer was lost': {
    order: { scenario: 'rename_reregister', number: { new_name_status: 'APPROVED' } },
    ...ANSWER_LOST,
    shown: { stage: 'registering', waitingFor: 'meta', cause: 'outcome_unknown' },
    following: 'begun',
    release: hint,
  },
  'waits for its certificate': {
    order: { scenario: 'no_certificate', number: APPROVED },
    shown: { stage: 'collecting-certificate', waitingFor: 'meta' },
    following: 'begun',
    release: inTurn(patch({ issues_certificate: true, ...APPROVED }), hint),
  },
  'is paused': {
    order: IN_REVIEW,
    then: { from: REVIEWED, act: (_, { handle }) => handle.signal(signalNames.pause, ADA) },
    shown: { stage: 'following-name', waitingFor: 'operator', cause: 'paused' },
    following: 'begun',
    release: inTurn(approve, (_, { handle }) => handle.signal(signalNames.resume, ADA)),
  },
  'waits for the certificate that its own client needs': {
    order: { scenario: 'onprem_working', number: { name_status: 'PENDING_REVIEW' } },
    before: async ({ meta, store }, { wabaId }) => {
      const password = new Secret('fake-onprem-password');
      const client = { baseUrl: meta.url, userName: 'admin', password };
      await store.credentials.keepOnPremises(wabaId, client);
      return { platform: 'on-premises', codeMethod: 'voice' };
    },
    shown: REVIEWED,
    following: 'never',
    release: inTurn(approve, hint),
    end: 'ready',
  },
};

/** Resolves once people are shown the number there. */
export async function untilStands(
  { store }: RealEngine,
  { input }: Life,
  { stage, waitingFor, cause }: Shown,
): Promise<void> {
  await until(
    () => store.numbers.byId(input.phoneNumberId),
    (row) =>
      row?.stage === stage &&
      row.waitingFor === waitingFor &&
      (cause === undefined || row.cause === cause),
  );
}
