import {
  ApplicationFailure,
  defineQuery,
  defineSignal,
  defineUpdate,
  log,
  setHandler,
} from '@temporalio/workflow';
import { isEncrypted } from '../contract/encrypted.ts';
import { failureTypes } from '../contract/failures.ts';
import type { NameWish } from '../contract/name-change.ts';
import {
  queryNames,
  signalNames,
  updateNames,
  type OrderName,
  type Progress,
  type SentBy,
  type SignedUpAgain,
} from '../contract/onboarding.ts';
import { carryOut, ORDERS, whyNotName, whyNotNow } from './orders.ts';
import { tell, type Run } from './run.ts';

const UNKNOWN_ACTOR = 'Temporal UI';
const IN_CLEAR = 'its input was not encrypted';

const numberChanged = defineSignal(signalNames.numberChanged);
const changeName = defineUpdate<Progress, [NameWish]>(updateNames.changeName);
const signedUpAgain = defineSignal<[SignedUpAgain]>(signalNames.signedUpAgain);
const progress = defineQuery<Progress>(queryNames.progress);

/** Handlers only change state; the story acts on it. */
export function handleMessages(run: Run): void {
  setHandler(progress, () => run.progress, {
    description: 'Stage, whose move it is, the three tracks, deadline, attempts left',
  });
  setHandler(
    numberChanged,
    () => {
      run.messages.hints += 1;
    },
    { description: 'A hint that something changed at Meta: the number is read now' },
  );
  setHandler(
    signedUpAgain,
    (signup) => {
      if (!isInClear(run, signup)) noteSignup(run, signup);
    },
    { description: 'From the service: the customer went through Embedded Signup again' },
  );
  handleOrder(run, 'retryNow');
  handleOrder(run, 'numberFreed');
  handleOrder(run, 'pause');
  handleOrder(run, 'resume');
  handleOrder(run, 'abandon');
  handleName(run);
  handleSignal(run, signalNames.retry, {
    name: 'retryNow',
    description: 'Try again now. No input needed; {"actor": "your name"} records who you are',
  });
  for (const name of ['pause', 'resume', 'abandon'] as const) {
    handleSignal(run, signalNames[name], {
      name,
      description: `${ORDERS[name].description}. No input needed; the history tells what came of it`,
    });
  }
}

/** A repeat, or an older one, says nothing new. */
function noteSignup(run: Run, signup: unknown): void {
  const { messages, progress } = run;
  // Another name of a number that is done has no deadline.
  if (progress.task !== undefined) return;
  const toldMs = signedUpAtMsIn(signup) ?? 0;
  // The clock of who tells may be ahead of ours.
  const atMs = toldMs < Date.now() ? toldMs : Date.now();
  if (atMs <= messages.signedUpAtMs) return;
  messages.signedUpAtMs = atMs;
  messages.hints += 1;
  tell(run, 'signed-up-again', ['The customer went through Embedded Signup again.', 'signup']);
}

function signedUpAtMsIn(signup: unknown): number | undefined {
  const isOne = typeof signup === 'object' && signup !== null && 'signedUpAtMs' in signup;
  return isOne && typeof signup.signedUpAtMs === 'number' ? signup.signedUpAtMs : undefined;
}

function handleOrder(run: Run, name: OrderName): void {
  const order = defineUpdate<Progress, [SentBy]>(updateNames[name]);
  setHandler<Progress, [SentBy], typeof order>(
    order,
    (by) => {
      carryOut(run, name, actorOf(by));
      return run.progress;
    },
    {
      validator: (by) => {
        const refusal = isInClear(run, by) ? IN_CLEAR : whyNotNow(run, name);
        if (refusal !== undefined)
          throw ApplicationFailure.nonRetryable(refusal, failureTypes.notNow);
      },
      description: ORDERS[name].description,
    },
  );
}

function handleName(run: Run): void {
  setHandler<Progress, [NameWish], typeof changeName>(
    changeName,
    (wish) => {
      run.messages.name = { name: wish.name, actor: actorOf(wish) };
      return run.progress;
    },
    {
      validator: (wish) => {
        const refusal = isInClear(run, wish) ? IN_CLEAR : whyNotName(run, wish);
        if (refusal !== undefined)
          throw ApplicationFailure.nonRetryable(refusal, failureTypes.notNow);
      },
      description: 'Asks Meta for another display name: {"name": "…", "actor": "your name"}',
    },
  );
}

/** A signal has no answer: the number's history tells why it had no effect. */
function handleSignal(
  run: Run,
  signalName: string,
  { name, description }: { readonly name: OrderName; readonly description: string },
): void {
  setHandler(
    defineSignal<[SentBy?]>(signalName),
    (by) => {
      const isPlain = isInClear(run, by);
      const actor = isPlain ? UNKNOWN_ACTOR : actorOf(by);
      const refusal = isPlain ? IN_CLEAR : whyNotNow(run, name);
      if (isPlain) log.warn('message in clear refused');
      if (refusal === undefined) carryOut(run, name, actor);
      else tell(run, ORDERS[name].kind, [`${ORDERS[name].name} had no effect: ${refusal}`, actor]);
    },
    { description },
  );
}

/**
 * Whoever starts a run encrypted also sends so: what comes in clear is from somebody without the keys, or from a page that has
 * none, whose button may then send no input at all. The codec lets it pass, as refusing it there would stop the run.
 */
function isInClear({ input }: Run, by: unknown): boolean {
  return by !== undefined && isEncrypted(input) && !isEncrypted(by);
}

/** Signals from the Temporal UI may carry any payload, so nothing about it is believed. */
function actorOf(by: unknown): string {
  const isNamed = typeof by === 'object' && by !== null && 'actor' in by;
  return isNamed && typeof by.actor === 'string' ? by.actor.slice(0, 80) : UNKNOWN_ACTOR;
}
