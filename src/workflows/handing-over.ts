import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { announce } from './progress.ts';
import { knownTo, type Carried } from './known.ts';
import type { Run } from './run.ts';

type Continued = (order: Run['order'], carried: Carried) => Promise<unknown>;

/**
 * The history has grown long: Temporal says so, at 4,096 events unless the server is set otherwise, or the input does, which
 * lets each run have a wait at least. Every wait ends then, as a hint ends it, and where waits begin the run hands over.
 */
export function isTimeToHandOver({ input, waits }: Run): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  const { handOverAfterEvents = Infinity } = input;
  return continueAsNewSuggested || (waits > 0 && historyLength >= handOverAfterEvents);
}

/**
 * Goes on in a new run with all that this one knows. Only called where a wait begins: nothing is under way then that the new run
 * could not read from what it is handed.
 */
export async function handOver(run: Run): Promise<never> {
  if (run.news.length > 0) announce(run, run.progress);
  await run.announced;
  // Handlers run before the story goes on, so from here to the command no message comes in between.
  return await continueAsNew<Continued>(run.order, knownTo(run));
}

/** Begins anew for a signup that reached a run in the moment of its end. */
export async function startAfresh({ input, messages, news }: Run): Promise<never> {
  const { signedUpAtMs } = messages;
  return await continueAsNew<Continued>({ ...input, signedUpAtMs }, { news });
}
