import {
  condition,
  defineSignal,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow';
import type { BareActivities, BarePlan } from './bare-plan.ts';

const { call, quiet } = proxyActivities<BareActivities>({ startToCloseTimeout: 30_000 });
const { note } = proxyLocalActivities<BareActivities>({ startToCloseTimeout: 30_000 });

const go = defineSignal('go');

/** As many activities and waits as an onboarding has, and nothing in them: what the engine itself costs. */
export async function bare(name: string, plan: BarePlan): Promise<void> {
  let isGone = false;
  setHandler(go, () => {
    isGone = true;
  });
  await work(name, plan.before);
  await condition(() => isGone);
  await work(name, plan.after);
}

async function work(name: string, { calls, quiet: silent, notes }: BarePlan['before']) {
  for (let n = 0; n < calls; n += 1) await call(name);
  for (let n = 0; n < silent; n += 1) await quiet();
  for (let n = 0; n < notes; n += 1) await note();
}
