import { log, setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import {
  defineSearchAttributeKey,
  SearchAttributeType,
  type SearchAttributeUpdatePair,
} from '@temporalio/common';
import type { searchAttributeKinds } from '../contract/search-attributes.ts';
import type { Progress, Waiting } from '../contract/onboarding.ts';
import { deadlineOf } from '../domain/deadline.ts';
import { dueNoticeAtMs, spanText } from '../domain/notices.ts';
import { isUsable, registrationOf, type NumberFacts } from '../domain/number-facts.ts';
import { mayFollow, type Stage } from '../domain/onboarding.ts';
import { adviceOf, currentDetailsOf, MOVES } from './current-details.ts';
import { riskOf, tell, type Run } from './run.ts';
import { forgetTold, isToldBefore } from './told-waits.ts';

const keyword = (name: keyof typeof searchAttributeKinds) =>
  defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
const stageKey = keyword('OnboardingStage');
const waitingForKey = keyword('WaitingFor');
const wabaIdKey = keyword('WabaId');
const lastErrorCodeKey = keyword('LastErrorCode');
const deadlineAtKey = defineSearchAttributeKey('DeadlineAt', SearchAttributeType.DATETIME);
const needsAttentionKey = defineSearchAttributeKey('NeedsAttention', SearchAttributeType.BOOL);

export function enter(run: Run, stage: Stage): void {
  const { stage: from } = run.progress;
  if (!mayFollow(from, stage)) log.error('stage moved against the diagram', { from, stage });
  run.progress = { ...run.progress, stage, changedAtMs: Date.now() };
}

/** Takes a read into the progress: the tracks, and the deadline while one binds. */
export function takeFacts(run: Run, facts: NumberFacts): void {
  run.facts = facts;
  if (facts.nameDecision !== undefined) run.decisionToldAtMs = facts.nameDecision.toldAtMs;
  const { nameDecision: before, ...progress } = run.progress;
  // A decision explains one state of the name, and no later one.
  const isSameName = facts.nameStatus === progress.tracks.name;
  const nameDecision = facts.nameDecision ?? (isSameName ? before : undefined);
  run.progress = {
    ...progress,
    ...(run.isBoundByDeadline && { deadlineAtMs: deadlineOf(facts, run.signedUpAtMs) }),
    tracks: {
      ownership: facts.codeVerificationStatus,
      registration: registrationOf(facts),
      name: facts.nameStatus ?? 'unread',
      ...(facts.newNameStatus === undefined ? {} : { newName: facts.newNameStatus }),
      certificate:
        facts.certificateSha256 === undefined ? run.progress.tracks.certificate : 'collected',
    },
    ...certificateIn(run, facts),
    isUsable: isUsable(facts),
    ...(nameDecision === undefined ? {} : { nameDecision }),
  };
}

/** Meta does not say when it issued a certificate: its seven days count from when we saw it first. */
function certificateIn(
  { progress }: Run,
  { certificateSha256, readAtMs }: NumberFacts,
): Pick<Progress, 'certificateSha256' | 'certificateSeenAtMs'> {
  if (certificateSha256 === undefined || certificateSha256 === progress.certificateSha256)
    return {};
  return { certificateSha256, certificateSeenAtMs: readAtMs };
}

/** Says whose move it is, everywhere people look. Called when the number starts to wait, and when the run ends. */
export function announceWaiting(run: Run, waiting: Waiting): void {
  const kind = isPersonsMove(waiting) ? 'needs-action' : 'waiting';
  if (!isToldBefore(run, waiting)) tell(run, kind, [reasonOf(run, waiting)]);
  forgetTold(run, waiting);
  tellDueNotice(run, waiting);
  announce(run, { ...run.progress, waiting });
}

/** Says that the deadline is near, if it is time for that; whose move it is stays as it was. */
export function announceDueNotice(run: Run): void {
  if (tellDueNotice(run, run.progress.waiting)) announce(run, run.progress);
}

function tellDueNotice(run: Run, { for: who }: Waiting): boolean {
  const risk = riskOf(run);
  const dueAtMs = risk && dueNoticeAtMs(risk, Date.now());
  if (risk === undefined || dueAtMs === undefined) return false;
  run.noticeToldAtMs = dueAtMs;
  const left = spanText(risk.deadlineAtMs - Date.now());
  const deadline = new Date(risk.deadlineAtMs).toISOString();
  tell(run, 'deadline-at-risk', [`${left} left to register it, until ${deadline}: ${MOVES[who]}.`]);
  return true;
}

function reasonOf({ progress }: Run, { refusal, untilMs }: Waiting): string {
  const why = refusal === undefined ? 'Waiting for Meta.' : adviceOf(refusal, progress);
  return untilMs === undefined ? why : `${why} Goes on at ${new Date(untilMs).toISOString()}.`;
}

function isPersonsMove(waiting: Waiting): boolean {
  return waiting.for === 'operator' || waiting.for === 'customer';
}

/**
 * Announcements follow each other in order and never hold the number back: a store that cannot answer delays what people
 * see, not what happens.
 */
export function announce(run: Run, progress: Progress): void {
  run.progress = { ...progress, changedAtMs: Date.now() };
  upsertChanged(attributesOf(run));
  setCurrentDetails(currentDetailsOf(run.progress));
  run.announcements += 1;
  const announcement = {
    phoneNumberId: run.input.phoneNumberId,
    wabaId: run.input.wabaId,
    progress: run.progress,
    events: run.news,
    announcementKey: `${workflowInfo().runId}/${run.announcements}`,
  };
  run.news = [];
  run.announced = run.announced.then(() => run.activities.announce(announcement));
}

function attributesOf({ progress, input }: Run): SearchAttributeUpdatePair[] {
  const { waiting, deadlineAtMs } = progress;
  const code = waiting.refusal?.code;
  return [
    { key: stageKey, value: progress.stage },
    { key: waitingForKey, value: waiting.for },
    { key: wabaIdKey, value: input.wabaId },
    ...(deadlineAtMs === undefined ? [] : [{ key: deadlineAtKey, value: new Date(deadlineAtMs) }]),
    { key: needsAttentionKey, value: isPersonsMove(waiting) },
    ...(code === undefined ? [] : [{ key: lastErrorCodeKey, value: code.toString() }]),
  ];
}

/** One command for all that changed: each command is billed. */
function upsertChanged(attributes: SearchAttributeUpdatePair[]): void {
  const current = workflowInfo().typedSearchAttributes;
  const changed = attributes.filter(({ key, value }) => !isSame(current.get(key), value));
  if (changed.length > 0) upsertSearchAttributes(changed);
}

function isSame(a: unknown, b: unknown): boolean {
  return a instanceof Date && b instanceof Date ? a.getTime() === b.getTime() : a === b;
}
