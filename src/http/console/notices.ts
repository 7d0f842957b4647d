import { html } from 'hono/html';
import { isMoveKind, type MoveKind } from '../../desk/moves.ts';
import type { Html } from './page.ts';
import { inTable, sentenceOf } from './words.ts';

/** What stands at the top of a page after a form was sent. */
export interface Notice {
  readonly kind: 'done' | 'failed';
  readonly text: string;
}

/** What is said of a move once it is made. */
const DONE: Readonly<Record<MoveKind, string>> = {
  retry: 'Trying again now. What Meta answers shows below in a moment.',
  'number-freed': 'Trying again now. What Meta answers shows below in a moment.',
  pause: 'Paused: nothing is asked of Meta until somebody resumes it.',
  resume: 'The number is read now, and goes on.',
  abandon: 'The number is given up.',
  'request-code': 'Meta sends the code. Enter it below once it has come.',
  'submit-code': 'Meta took the code. The number goes on by itself.',
  'tell-pin': 'The PIN is kept, and the registration is tried with it.',
  'set-pin': 'The new PIN is set at Meta and sealed here.',
  deregister: 'The number is off Cloud API. Press "retry" to register it again.',
  'change-name': 'Meta is asked for the name. Its review shows below in a moment.',
  'reveal-certificate': 'The certificate was shown.',
  'reveal-pin': 'The PIN was shown.',
};

/** And of what is no move of a number. */
const DONE_ELSEWHERE: Readonly<Record<string, string>> = {
  signup: 'The customer has signed up, and the onboarding of the number runs.',
  'account-signup': 'The customer has signed up, and numbers of the account are taken up.',
  'empty-signup':
    'The customer has signed up without a number: add one below, or take up one that is there.',
  adopt: 'Taken up: the onboarding begins.',
  add: 'Added to the account.',
};

export function noticePart({ kind, text }: Notice): Html {
  const isDone = kind === 'done';
  return html`<div class="notice ${kind}" role="${isDone ? 'status' : 'alert'}">
    <p><strong>${isDone ? 'Done.' : 'Not done.'}</strong> ${text}</p>
  </div>`;
}

/** Only our own sentences: a link to a page must not be able to put words into it. */
export function noticeAfter(done: string | undefined): Notice | undefined {
  const other = inTable(DONE_ELSEWHERE, done ?? '');
  if (other !== undefined) return { kind: 'done', text: other };
  if (done === undefined || !isMoveKind(done)) return undefined;
  return { kind: 'done', text: DONE[done] };
}

export function failedNotice(message: string): Notice {
  return { kind: 'failed', text: sentenceOf(message) };
}
