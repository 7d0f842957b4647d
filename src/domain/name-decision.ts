import { nameMeaningOf } from './name-status.ts';

/** What Meta's webhook told of a name. The reason of a rejection is in no field of a number: it comes only there. */
export interface NameDecision {
  /** `APPROVED`, `DEFERRED`, `PENDING`, `REJECTED`, or a word we do not know. */
  readonly decision: string;
  /** Only of a rejection. */
  readonly reason?: string;
  readonly toldAtMs: number;
}

/** What is known of a number's name beside its `name_status`. */
interface NameKnown {
  readonly isUsable?: boolean;
  readonly nameDecision?: NameDecision;
}

/** Source: Meta, webhook `phone_number_name_update`, `rejection_reason`. What it means, and what the customer does. */
export const REJECTION_REASONS: Readonly<Record<string, string>> = {
  NAME_EMPLOYEE_ISSUE: "The name holds a person's name or staff identifier. Use the business name.",
  NAME_INDIVIDUAL_ISSUE:
    "The name holds a person's name or staff identifier. Use the business name.",
  NAME_ENDCLIENT_NOTRELATED:
    'The name belongs to another business. Use the name of the business that owns the account.',
  NAME_FORMAT_UNACCEPTABLE:
    'The spelling or format breaks the rules (symbols, capitals, filler words). Write it plainly.',
  NAME_NOT_CONSISTENT:
    'The name does not match the brand on the website or profile. Align one with the other.',
};

const NO_REASON = 'Meta gave no usable reason. Try a plainer name or contact Meta support.';

/** What a read says of the name, and of a change of it. */
interface NameRead {
  readonly nameStatus?: string;
  readonly newNameStatus?: string;
}

/** Does the webhook explain what a read shows? It never decides: without a read that agrees it says nothing. */
export function explains(
  { decision }: NameDecision,
  { nameStatus, newNameStatus = nameStatus }: NameRead,
): boolean {
  const meaning = nameMeaningOf(newNameStatus);
  if (decision === 'REJECTED') return meaning === 'declined';
  return decision === 'DEFERRED' && meaning === 'in-review';
}

/** A decision in plain words: what it means, and what to do. Empty where a read tells it better. */
export function decisionText({ decision, reason }: NameDecision): string {
  if (decision === 'DEFERRED') return 'Meta has put the decision off and looks again later.';
  if (decision !== 'REJECTED') return '';
  if (reason === undefined || reason === 'UNKNOWN') return NO_REASON;
  const known = Object.hasOwn(REJECTION_REASONS, reason) ? REJECTION_REASONS[reason] : undefined;
  return known ?? `${reason}: ${NO_REASON}`;
}

/** What to add to the advice of a cause that is about the name; empty for every other. */
export function nameAdviceOf(cause: string | undefined, known: NameKnown): string {
  const { isUsable = false, nameDecision } = known;
  if (cause !== 'name_declined' && cause !== 'name_in_review') return '';
  const why = nameDecision === undefined ? '' : decisionText(nameDecision);
  const use = isUsable && cause === 'name_in_review' ? 'It does: usable, review open.' : '';
  return [use, why].filter((part) => part !== '').join(' ');
}
