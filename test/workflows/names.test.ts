import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OnboardingInput } from '../../src/contract/onboarding.ts';
import { detailsOf, type NumberDetails } from '../../src/desk/number-view.ts';
import { digitsOf } from '../../src/domain/phone-number.ts';
import { currentDetailsOf } from '../../src/workflows/current-details.ts';
import { providedGround } from '../support/bundle.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../support/spans.ts';
import { createWorld, type Handle, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld(providedGround());
});
afterEach(async () => {
  await world.close();
});

const REJECTED = { decision: 'REJECTED', reason: 'NAME_FORMAT_UNACCEPTABLE' };

const PLAINLY = /Write it plainly\.$/;

/** As `numbers show` and `GET /v1/numbers/{id}` show it. */
async function shownOf({ phoneNumberId }: OnboardingInput): Promise<NumberDetails> {
  const row = await world.store.numbers.byId(phoneNumberId);
  if (row === undefined) throw new Error('no row');
  const nameDecision = await world.store.inbox.nameDecisionOf(phoneNumberId);
  const known = { events: [], attempts: [], nameDecision, temporal: undefined };
  return detailsOf(row, { ...known, nowMs: world.nowMs() });
}

/** What the HTTP edge and its drain do with a webhook about a name. */
async function tellDecision(
  { phoneNumberId, wabaId }: OnboardingInput,
  nameDecision: { readonly decision: string; readonly reason?: string },
  handle?: Handle,
): Promise<void> {
  const number = await world.store.numbers.byId(phoneNumberId);
  const digits = digitsOf(number?.displayPhoneNumber ?? '');
  const hint = { digest: world.nowMs().toString(), wabaId, field: 'phone_number_name_update' };
  await world.store.inbox.keep([{ ...hint, digits, nameDecision }]);
  await handle?.signal('numberChanged');
}

async function eventsOf({ phoneNumberId }: OnboardingInput, kind: string): Promise<string[]> {
  const events = await world.store.numbers.eventsOf(phoneNumberId);
  return events.filter((event) => event.kind === kind).map(({ text }) => text);
}

const inReview = (change: object = {}): unknown => ({
  number: { name_status: 'PENDING_REVIEW', review: null, ...change },
});
const declined = (): unknown => inReview({ name_status: 'DECLINED' });
const decide = (input: OnboardingInput, name_status: string): Promise<unknown> =>
  world.meta.patch(`/numbers/${input.phoneNumberId}`, { name_status, review: null });

describe('a declined name', () => {
  it("is shown with the webhook's reason, what it means and what to do", async () => {
    const input = await world.signUp(inReview());
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await decide(input, 'DECLINED');
      await tellDecision(input, REJECTED, handle);
      await world.sleep(MINUTE_MS);
      expect(await world.progressOf(input.phoneNumberId)).toMatchObject({
        waiting: { for: 'customer', refusal: { cause: 'name_declined' } },
        nameDecision: REJECTED,
      });
      const { advice, refusal, name_decision: told } = await shownOf(input);
      expect(told).toMatchObject(REJECTED);
      for (const text of [advice, refusal?.advice, told?.meaning]) expect(text).toMatch(PLAINLY);
      expect(currentDetailsOf(await world.progressOf(input.phoneNumberId))).toMatch(
        /^### following-name: the customer's move\n\n\*\*name_declined\*\*: .*Write it plainly\.\n/,
      );
      await decide(input, 'APPROVED');
      await handle.signal('numberChanged');
      expect((await handle.result()).outcome).toBe('ready');
    });
    expect(await eventsOf(input, 'name-decided')).toEqual([
      expect.stringMatching(/^Meta declined the display name\. .*Write it plainly\.$/),
      'Meta approved the display name.',
    ]);
    expect(await eventsOf(input, 'needs-action')).toEqual([
      expect.stringMatching(
        /Submit another name, here or in WhatsApp Manager.*Write it plainly\.$/,
      ),
    ]);
  });

  it('is told why when the webhook comes after the poll that saw it', async () => {
    const input = await world.signUp(declined());
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      expect(await eventsOf(input, 'name-decided')).toEqual(['Meta declined the display name.']);
      await tellDecision(input, REJECTED, handle);
      await world.sleep(MINUTE_MS);
      expect(await eventsOf(input, 'name-decided')).toHaveLength(2);
      // The same again, as Meta repeats what it told, is no news.
      await tellDecision(input, { ...REJECTED, decision: 'PENDING' }, handle);
      await world.sleep(DAY_MS);
      expect(await eventsOf(input, 'name-decided')).toHaveLength(2);
      await handle.terminate();
    });
  });

  it('a second time is not explained by the reason of the first', async () => {
    const input = await world.signUp(declined());
    await world.play(async () => {
      const handle = await world.start(input);
      await tellDecision(input, REJECTED, handle);
      await world.sleep(HOUR_MS);
      await decide(input, 'PENDING_REVIEW');
      await handle.signal('numberChanged');
      await world.sleep(HOUR_MS);
      await decide(input, 'DECLINED');
      await handle.signal('numberChanged');
      await world.sleep(HOUR_MS);
      expect(await world.progressOf(input.phoneNumberId)).not.toHaveProperty('nameDecision');
      expect((await eventsOf(input, 'name-decided')).at(-1)).toBe(
        'Meta declined the display name.',
      );
      await handle.terminate();
    });
  });

  it('is believed of no webhook: without a read that says so the review goes on', async () => {
    const input = await world.signUp(inReview());
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await tellDecision(input, REJECTED, handle);
      await world.sleep(HOUR_MS);
      const progress = await world.progressOf(input.phoneNumberId);
      expect(progress).toMatchObject({ waiting: { for: 'meta' }, isUsable: true });
      expect(progress).not.toHaveProperty('nameDecision');
      await handle.terminate();
    });
  });
});

describe('a number that registers On-Premises', () => {
  it('is told once why its name was declined, as its certificate waits for another', async () => {
    const order = { number: { name_status: 'DECLINED', review: null, on_premise: true } };
    const input = { ...(await world.signUp(order)), platform: 'on-premises' as const };
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await tellDecision(input, REJECTED, handle);
      await world.sleep(DAY_MS);
      await handle.terminate();
    });
    expect(await eventsOf(input, 'needs-action')).toEqual([
      expect.stringMatching(/we follow it\.$/),
      expect.stringMatching(PLAINLY),
    ]);
  });
});

describe('a review', () => {
  it('is shown as usable, review open, where Meta lets the number send, and tells that it was put off', async () => {
    const input = await world.signUp(inReview());
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await tellDecision(input, { decision: 'DEFERRED' }, handle);
      await world.sleep(MINUTE_MS);
      await handle.terminate();
    });
    expect(await eventsOf(input, 'waiting')).toEqual([
      expect.stringMatching(/It does: usable, review open\.$/),
      expect.stringMatching(/usable, review open\. Meta has put the decision off/),
    ]);
  });

  it('without an end ends after 90 days, with an event, and the watch counts the number no more', async () => {
    const input = await world.signUp(inReview());
    const { wabaId, phoneNumberId } = input;
    await world.play(async () => {
      const handle = await world.start(input);
      await world.watch(wabaId);
      await world.sleep(89 * DAY_MS);
      expect(await world.progressOf(phoneNumberId)).toMatchObject({ stage: 'following-name' });
      // A person who looks does not begin the 90 days anew.
      await handle.signal('retry', { actor: 'Ada' });
      expect((await handle.result()).outcome).toBe('registered-name-undecided');
      expect(world.nowMs() - input.signedUpAtMs).toBeLessThan(91 * DAY_MS);
      const reads = await world.meta.ledgerOf(phoneNumberId);
      await world.sleep(3 * DAY_MS);
      expect(await world.meta.ledgerOf(phoneNumberId)).toHaveLength(reads.length);
    });
    expect(await eventsOf(input, 'name-undecided')).toEqual([
      'Meta has not decided on the display name in 90 days, and we stop asking. The number can be used.',
    ]);
    expect(await world.store.numbers.byId(phoneNumberId)).toMatchObject({
      ...{ stage: 'done', waitingFor: 'nobody', outcome: 'registered-name-undecided' },
    });
    await tellDecision(input, REJECTED);
    // Nothing runs that could be woken: what Meta told is kept, and shown with the number.
    expect(await shownOf(input)).toMatchObject({
      ...{ outcome: 'registered-name-undecided', usable: true, name_decision: REJECTED },
    });
  });

  it('of another name after a declined one has its own 90 days', async () => {
    const input = await world.signUp(declined());
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(60 * DAY_MS);
      await decide(input, 'PENDING_REVIEW');
      await handle.signal('numberChanged');
      await world.sleep(89 * DAY_MS);
      expect(await world.progressOf(input.phoneNumberId)).toMatchObject({
        stage: 'following-name',
      });
      expect((await handle.result()).outcome).toBe('registered-name-undecided');
    });
    expect(world.nowMs() - input.signedUpAtMs).toBeGreaterThanOrEqual(150 * DAY_MS);
  });
});
