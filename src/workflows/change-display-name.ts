import type { NameChangeInput, NameChangeResult } from '../contract/name-change.ts';
import { needsRegistration, type NumberFacts } from '../domain/number-facts.ts';
import { isChangeApproved, isChangeDeclined, isChangeShown } from '../domain/renaming.ts';
import { applyName, askAgain } from './applying-name.ts';
import { fail, finish } from './ending.ts';
import { adviceOf } from './current-details.ts';
import { declinedText } from './following-name.ts';
import type { Carried } from './known.ts';
import { handleMessages } from './messages.ts';
import { openRun, tell, type Run } from './run.ts';
import { submitName, submitWish } from './submitting-name.ts';
import { look, waitForName } from './waiting.ts';

/**
 * Another display name for a number that is done: asked for, followed through Meta's review, and applied by registering the
 * number again. Whatever becomes of it the number keeps working, so it ends `ready`.
 */
export async function changeDisplayName(
  input: NameChangeInput,
  carried?: Carried,
): Promise<NameChangeResult> {
  const run = openNameChange(input, carried);
  handleMessages(run);
  const isFollowed = run.reviewSinceMs !== undefined;
  const asked = isFollowed ? run.facts : await askFor(run, input);
  if (asked === undefined) return await end(run, 'refused');
  return await end(run, await follow(run, asked));
}

function openNameChange(order: NameChangeInput, carried?: Carried): Run {
  const { phoneNumberId, wabaId, requestedAtMs: signedUpAtMs, timing, handOverAfterEvents } = order;
  const run = openRun(
    {
      ...{ phoneNumberId, wabaId, signedUpAtMs, platform: 'cloud', source: 'api' },
      ...(timing === undefined ? {} : { timing }),
      ...(handOverAfterEvents === undefined ? {} : { handOverAfterEvents }),
    },
    carried,
    order,
  );
  run.isBoundByDeadline = false;
  if (carried === undefined)
    run.progress = { ...run.progress, task: 'change-display-name', stage: 'following-name' };
  return run;
}

/** Undefined: Meta does not take the name. A change that was asked for elsewhere is only followed. */
async function askFor(
  run: Run,
  { name, actor }: NameChangeInput,
): Promise<NumberFacts | undefined> {
  const facts = await look(run);
  if (needsRegistration(facts))
    return await fail(run, 'abandoned', { cause: 'deregistered_elsewhere' });
  if (name === undefined) return facts;
  const submission = await submitName(run, { name, actor });
  if (submission.kind === 'submitted') return submission.facts;
  const { refusal } = submission;
  tell(run, 'needs-action', [`Meta did not take the name. ${adviceOf(refusal, run.progress)}`]);
  return undefined;
}

/** The review, and every other name that is asked for while it lasts. */
async function follow(run: Run, asked: NumberFacts): Promise<NameChangeResult['name']> {
  run.reviewSinceMs ??= Date.now();
  const sinceMs = run.reviewSinceMs;
  let facts = asked;
  for (;;) {
    if (isChangeDeclined(facts)) {
      tell(run, 'name-decided', [declinedText(run), 'Meta']);
      return 'declined';
    }
    const isGone = !isChangeShown(facts);
    if (run.hasMissedRename) facts = await askAgain(run);
    else if (isToApply(run, facts)) {
      facts = await applyName(run, facts);
      if (!isChangeShown(facts)) return 'applied';
    } else if (isGone) return 'withdrawn';
    else if (facts.readAtMs - sinceMs >= run.timing.nameUndecidedAfterMs) return 'undecided';
    else facts = await waitForDecision(run, facts, sinceMs);
  }
}

/** Also where nothing of the change is left to see, but the name that was asked for. */
function isToApply({ renameDueAtMs }: Run, facts: NumberFacts): boolean {
  if (renameDueAtMs !== undefined || isChangeApproved(facts)) return true;
  return !isChangeShown(facts) && facts.isWantedName === true;
}

async function waitForDecision(
  run: Run,
  { readAtMs }: NumberFacts,
  sinceMs: number,
): Promise<NumberFacts> {
  const { pollMs, nameUndecidedAfterMs: giveUpAfterMs } = run.timing;
  const facts = await waitForName(
    run,
    {
      ...{ goal: 'change-decided', pace: 'poll', sinceMs, giveUpAfterMs },
      notBeforeMs: readAtMs + pollMs,
    },
    { for: 'meta', refusal: { cause: 'name_in_review' } },
  );
  if (facts !== undefined) return facts;
  const submission = await submitWish(run);
  return submission?.kind === 'submitted' ? submission.facts : await look(run);
}

async function end(run: Run, name: NameChangeResult['name']): Promise<NameChangeResult> {
  if (name === 'applied' && run.facts?.certificateSha256 !== undefined) {
    tell(run, 'certificate-collected', ["The new name's certificate is collected and sealed."]);
  }
  const { outcome } = await finish(run, 'ready');
  return { outcome, name };
}
