import { z } from 'zod';
import { workflowIdOf } from '../contract/onboarding.ts';
import { budgetOf, type AttemptsLeft } from '../domain/attempt-budget.ts';
import { CAUSES } from '../domain/causes.ts';
import { BOUND_STAGES } from '../domain/onboarding.ts';
import { decisionText, nameAdviceOf, type NameDecision } from '../domain/name-decision.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { AttemptRow, EventRow, NumberRow } from '../store/store.ts';

const track = z.string();

/** What is shown of the contract's Progress. */
const progressSchema = z.object({
  waiting: z.object({
    for: z.string(),
    refusal: z
      .object({
        cause: z.string(),
        code: z.number().optional(),
        subcode: z.number().optional(),
        traceId: z.string().optional(),
      })
      .optional(),
    untilMs: z.number().optional(),
  }),
  tracks: z.object({ ownership: track, registration: track, name: track, certificate: track }),
  certificateSha256: z.string().optional(),
  pausedBy: z.string().optional(),
  isUsable: z.boolean().exactOptional(),
  nameDecision: z
    .object({ decision: z.string(), reason: z.string().exactOptional(), toldAtMs: z.number() })
    .exactOptional(),
});

type ShownProgress = z.output<typeof progressSchema>;

export interface TemporalLink {
  /** Absent: there are no links. */
  readonly uiUrl?: string;
  readonly namespace: string;
}

/** A number in the fleet's list, as `GET /v1/numbers` and `--json` show it. */
export interface NumberSummary {
  readonly phone_number_id: PhoneNumberId;
  readonly waba_id: string;
  readonly display_phone_number: string;
  readonly verified_name: string | undefined;
  readonly stage: string;
  readonly waiting_for: string;
  readonly cause: string | undefined;
  readonly advice: string | undefined;
  readonly outcome: string | undefined;
  /** Absent for a number that came without Embedded Signup: nothing ends by a date. */
  readonly deadline_at: string | undefined;
  readonly seconds_left: number | undefined;
  readonly updated_at: string;
}

/** One number with everything known of it. */
export interface NumberDetails extends NumberSummary {
  readonly waiting_until?: string | undefined;
  readonly refusal?: RefusalView | undefined;
  /** Who has paused the number. */
  readonly paused_by?: string | undefined;
  readonly tracks?: ShownProgress['tracks'];
  readonly certificate_sha256?: string | undefined;
  /** Meta lets the number send. */
  readonly usable?: boolean | undefined;
  /** What a webhook told of the name last, also after the onboarding has ended. */
  readonly name_decision?: NameDecisionView | undefined;
  readonly attempts_left: AttemptsLeft;
  readonly attempts: readonly object[];
  readonly events: readonly EventView[];
  readonly temporal_url: string | undefined;
}

interface RefusalView {
  readonly cause: string;
  readonly advice: string | undefined;
  readonly code: number | undefined;
  readonly subcode: number | undefined;
  readonly trace_id: string | undefined;
}

interface NameDecisionView {
  readonly decision: string;
  readonly reason: string | undefined;
  readonly meaning: string | undefined;
  readonly told_at: string;
}

export interface EventView {
  readonly at: string;
  readonly kind: string;
  readonly text: string;
  readonly actor: string;
}

export function summaryOf(row: NumberRow, nowMs: number): NumberSummary {
  const { deadlineAtMs } = row;
  return {
    phone_number_id: row.phoneNumberId,
    waba_id: row.wabaId,
    display_phone_number: row.displayPhoneNumber,
    verified_name: row.verifiedName,
    stage: row.stage,
    waiting_for: row.waitingFor,
    cause: row.cause,
    advice: adviceOf(row.cause, parseProgress(row.progressJson)),
    outcome: row.outcome,
    deadline_at: deadlineAtMs === undefined ? undefined : isoOf(deadlineAtMs),
    seconds_left: secondsLeftOf(row, nowMs),
    updated_at: isoOf(row.updatedAtMs),
  };
}

function secondsLeftOf({ stage, deadlineAtMs }: NumberRow, nowMs: number): number | undefined {
  if (deadlineAtMs === undefined || !BOUND_STAGES.includes(stage)) return undefined;
  return Math.max(0, Math.floor((deadlineAtMs - nowMs) / 1000));
}

export function detailsOf(
  row: NumberRow,
  more: {
    readonly events: readonly EventRow[];
    readonly attempts: readonly AttemptRow[];
    readonly nameDecision: NameDecision | undefined;
    readonly nowMs: number;
    readonly temporal: TemporalLink | undefined;
  },
): NumberDetails {
  const { events, attempts, nameDecision, nowMs, temporal } = more;
  return {
    ...summaryOf(row, nowMs),
    ...progressView(parseProgress(row.progressJson)),
    name_decision: nameDecision && decisionView(nameDecision),
    attempts_left: budgetOf(sentAtMs(attempts), 'automatic', nowMs).left,
    attempts: attempts.map(({ openedAtMs, n, kind, state, code, cause }) => ({
      at: isoOf(openedAtMs),
      ...{ n, kind, state, code, cause },
    })),
    events: events.map(eventView),
    temporal_url: temporal && linkOf(row, temporal),
  };
}

export function eventView({ atMs, kind, text, actor }: EventRow): EventView {
  return { at: isoOf(atMs), kind, text, actor };
}

/** The attempts that Meta counts. */
export function sentAtMs(attempts: readonly AttemptRow[]): readonly number[] {
  return attempts.filter(({ state }) => state !== 'not_sent').map(({ openedAtMs }) => openedAtMs);
}

export function progressView(progress: ShownProgress | undefined): Partial<NumberDetails> {
  if (progress === undefined) return {};
  const { waiting, tracks, certificateSha256 } = progress;
  const { refusal, untilMs } = waiting;
  return {
    waiting_for: waiting.for,
    waiting_until: untilMs === undefined ? undefined : isoOf(untilMs),
    refusal: refusal && {
      cause: refusal.cause,
      advice: adviceOf(refusal.cause, progress),
      code: refusal.code,
      subcode: refusal.subcode,
      trace_id: refusal.traceId,
    },
    paused_by: progress.pausedBy,
    tracks,
    certificate_sha256: certificateSha256,
    usable: progress.isUsable,
  };
}

/** An older release may have written it, so an unknown form is no error: the row says enough. */
function parseProgress(json: string | undefined): ShownProgress | undefined {
  return json === undefined ? undefined : progressSchema.safeParse(JSON.parse(json)).data;
}

function adviceOf(cause: string | undefined, progress?: ShownProgress): string | undefined {
  const known = Object.entries(CAUSES).find(([name]) => name === cause);
  return known && `${known[1].advice} ${nameAdviceOf(cause, progress ?? {})}`.trimEnd();
}

function decisionView(told: NameDecision): NameDecisionView {
  const { decision, reason, toldAtMs } = told;
  const meaning = decisionText(told);
  return {
    ...{ decision, reason, told_at: isoOf(toldAtMs) },
    meaning: meaning === '' ? undefined : meaning,
  };
}

function linkOf(
  { phoneNumberId }: NumberRow,
  { uiUrl, namespace }: TemporalLink,
): string | undefined {
  if (uiUrl === undefined) return undefined;
  const id = encodeURIComponent(workflowIdOf(phoneNumberId));
  return `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${id}`;
}

function isoOf(atMs: number): string {
  return new Date(atMs).toISOString();
}
