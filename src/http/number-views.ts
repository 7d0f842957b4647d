import { z } from 'zod';
import { workflowIdOf } from '../contract/onboarding.ts';
import { budgetOf } from '../domain/attempt-budget.ts';
import { CAUSES } from '../domain/causes.ts';
import type { AttemptRow, EventRow, NumberRow } from '../store/store.ts';
import { statusUrlOf } from './signups.ts';

const track = z.string();

/** What we show of the contract's Progress. */
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
});

type ShownProgress = z.output<typeof progressSchema>;

export interface TemporalLink {
  readonly uiUrl: string;
  readonly namespace: string;
}

/** Only registration is under the deadline: a registered number has no time to run out of. */
const BOUND_STAGES: readonly string[] = ['verifying', 'registering'];

/** A number in the fleet's list. */
export function summaryOf(row: NumberRow, nowMs: number): object {
  const isBound = BOUND_STAGES.includes(row.stage);
  return {
    phone_number_id: row.phoneNumberId,
    waba_id: row.wabaId,
    display_phone_number: row.displayPhoneNumber,
    verified_name: row.verifiedName,
    stage: row.stage,
    waiting_for: row.waitingFor,
    cause: row.cause,
    advice: adviceOf(row.cause),
    outcome: row.outcome,
    deadline_at: dateOf(row.deadlineAtMs),
    seconds_left: isBound ? Math.max(0, Math.floor((row.deadlineAtMs - nowMs) / 1000)) : undefined,
    updated_at: dateOf(row.updatedAtMs),
    status_url: statusUrlOf(row.phoneNumberId),
  };
}

/** One number with everything known of it. */
export function detailsOf(
  row: NumberRow,
  more: {
    readonly events: readonly EventRow[];
    readonly attempts: readonly AttemptRow[];
    readonly nowMs: number;
    readonly temporal: TemporalLink | undefined;
  },
): object {
  const { events, attempts, nowMs, temporal } = more;
  const counted = attempts.filter(({ state }) => state !== 'not_sent');
  const { left } = budgetOf(
    counted.map(({ openedAtMs }) => openedAtMs),
    'automatic',
    nowMs,
  );
  return {
    ...summaryOf(row, nowMs),
    ...progressView(parseProgress(row.progressJson)),
    attempts_left: left,
    attempts: attempts.map(({ openedAtMs, n, kind, state, code, cause }) => ({
      at: dateOf(openedAtMs),
      ...{ n, kind, state, code, cause },
    })),
    events: events.map(({ atMs, kind, text, actor }) => ({ at: dateOf(atMs), kind, text, actor })),
    temporal_url: temporal && linkOf(row, temporal),
  };
}

export function progressView(progress: ShownProgress | undefined): object {
  if (progress === undefined) return {};
  const { waiting, tracks, certificateSha256 } = progress;
  const { refusal, untilMs } = waiting;
  return {
    waiting_for: waiting.for,
    waiting_until: untilMs === undefined ? undefined : dateOf(untilMs),
    refusal: refusal && {
      cause: refusal.cause,
      advice: adviceOf(refusal.cause),
      code: refusal.code,
      subcode: refusal.subcode,
      trace_id: refusal.traceId,
    },
    tracks,
    certificate_sha256: certificateSha256,
  };
}

/** An older release may have written it, so an unknown form is no error: the row says enough. */
function parseProgress(json: string | undefined): ShownProgress | undefined {
  return json === undefined ? undefined : progressSchema.safeParse(JSON.parse(json)).data;
}

function adviceOf(cause: string | undefined): string | undefined {
  return Object.entries(CAUSES).find(([name]) => name === cause)?.[1].advice;
}

function linkOf({ phoneNumberId }: NumberRow, { uiUrl, namespace }: TemporalLink): string {
  const id = encodeURIComponent(workflowIdOf(phoneNumberId));
  return `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${id}`;
}

function dateOf(atMs: number): string {
  return new Date(atMs).toISOString();
}
