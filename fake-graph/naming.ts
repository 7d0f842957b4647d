import { success } from './call.ts';
import { hasApprovedChange } from './derived.ts';
import { invalidParameter, GraphRefusal } from './graph-errors.ts';
import { nextCertificate } from './ids.ts';
import { NAME_CHANGE_LIMIT, NAME_CHANGE_WINDOW_MS } from './meta-clocks.ts';
import { cancelDecision, schedule } from './schedule.ts';
import { enqueue } from './outbox.ts';
import type { NumberCall, Plan } from './call.ts';
import type { PhoneNumber, Review } from './phone-number.ts';
import type { Decision, World } from './world.ts';

const FINAL = { APPROVED: 'APPROVED', REJECTED: 'DECLINED' } as const;

export interface NameDecision {
  decision: Decision;
  reason?: string | undefined;
}

/** Asks for another display name. @throws GraphRefusal 100 for the 11th change in 30 days */
export function changeName(call: NumberCall, wanted: string): Plan {
  const { number, nowMs } = call;
  const recent = number.name_changes.filter((atMs) => nowMs - atMs < NAME_CHANGE_WINDOW_MS);
  if (wanted.length < 2 || wanted.length > 75) throw invalidParameter('new_display_name');
  if (recent.length >= NAME_CHANGE_LIMIT)
    throw new GraphRefusal(100, {
      details: 'Display name can be changed 10 times in 30 days.',
    });
  return {
    body: success(call),
    effect: () => {
      number.name_changes = [...recent, nowMs];
      number.new_display_name = wanted;
      number.new_name_status = 'PENDING_REVIEW';
      number.new_name_approved_at_ms = undefined;
      number.new_certificate = undefined;
      startReview(call.fake.world, number, { script: number.rename_review, nowMs });
    },
  };
}

/** Puts a scripted end of a review on the calendar, in place of any other for this number. */
export function startReview(
  world: World,
  number: PhoneNumber,
  { script, nowMs }: { script: Review | undefined; nowMs: number },
): void {
  cancelDecision(world, number.id);
  if (script === undefined) return;
  const { after_ms, decision, reason } = script;
  const at_ms = nowMs + after_ms;
  schedule(world, { kind: 'name_decided', at_ms, number: number.id, decision, reason });
}

/** The outcome of a review: of the change in progress if there is one, else of the number's first name. Tells the app. */
export function decideName(
  world: World,
  number: PhoneNumber,
  { decision, reason, nowMs }: NameDecision & { nowMs: number },
): void {
  cancelDecision(world, number.id);
  const isChange = number.new_name_status === 'PENDING_REVIEW';
  const requested = isChange ? number.new_display_name : number.verified_name;
  if (decision === 'APPROVED' || decision === 'REJECTED') {
    if (isChange) endChange(world, number, { status: FINAL[decision], nowMs });
    else {
      number.name_status = FINAL[decision];
      if (decision === 'APPROVED') issueCertificate(world, number, nowMs);
    }
  }
  enqueue(world, nowMs, {
    field: 'phone_number_name_update',
    waba: number.waba_id,
    number: number.id,
    value: {
      display_phone_number: number.digits,
      decision,
      requested_verified_name: requested,
      rejection_reason: decision === 'REJECTED' ? (reason ?? 'UNKNOWN') : null,
    },
  });
}

function endChange(
  world: World,
  number: PhoneNumber,
  { status, nowMs }: { status: string; nowMs: number },
): void {
  number.new_name_status = status;
  if (status !== 'APPROVED') return;
  const name = number.new_display_name ?? number.verified_name;
  number.verified_name = name;
  number.name_status = 'APPROVED';
  number.new_name_approved_at_ms = nowMs;
  if (number.issues_certificate)
    number.new_certificate = { value: nextCertificate(world, name), issued_at_ms: nowMs };
  if (world.switches.newFieldsOnApproval === 'gone') applyApprovedChange(number, nowMs);
}

/** A registration makes an approved new name final. */
export function applyApprovedChange(number: PhoneNumber, nowMs: number): void {
  if (!hasApprovedChange(number, nowMs)) return;
  number.certificate = number.new_certificate ?? number.certificate;
  number.new_certificate = undefined;
  number.new_display_name = undefined;
  number.new_name_status = undefined;
  number.new_name_approved_at_ms = undefined;
}

export function issueCertificate(world: World, number: PhoneNumber, nowMs: number): void {
  if (!number.issues_certificate) return;
  number.certificate = {
    value: nextCertificate(world, number.verified_name),
    issued_at_ms: nowMs,
  };
}
