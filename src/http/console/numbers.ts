import { randomUUID } from 'node:crypto';
import { DeskError } from '../../desk/errors.ts';
import { isMoveKind, movesOf, type Move } from '../../desk/moves.ts';
import { detailsOf, type NumberDetails, type TemporalLink } from '../../desk/number-view.ts';
import { isPhoneNumberId } from '../../domain/phone-number.ts';
import { isAtLeast } from '../../domain/role.ts';
import type { NumberRow } from '../../store/store.ts';
import { httpErrorOf } from '../answers.ts';
import { entryOf, HttpError } from '../errors.ts';
import type { Call } from '../routes.ts';
import type { Assets } from './assets.ts';
import { secretPage } from './error-page.ts';
import { readForm } from './form.ts';
import { makeMove, type MoveDeps } from './make-move.ts';
import { failedNotice, noticeAfter, type Notice } from './notices.ts';
import { numberPage } from './number-page.ts';
import { answerPage, seeOther } from './page.ts';

export interface NumberPagesDeps extends MoveDeps {
  readonly temporal?: TemporalLink;
  readonly assets: Assets;
}

export async function showNumberPage(call: Call, deps: NumberPagesDeps): Promise<Response> {
  const number = await readDetails(await rowOf(call, deps), deps);
  const done = new URL(call.request.url).searchParams.get('done') ?? undefined;
  return await answerNumber(call, deps, { number, notice: noticeAfter(done), status: 200 });
}

/** The move of a form. What it comes to shows on the number's page, as does why it could not be made. */
export async function postMove(call: Call, deps: NumberPagesDeps): Promise<Response> {
  const row = await rowOf(call, deps);
  const form = await readForm(call.request);
  const path = `/numbers/${row.phoneNumberId}`;
  try {
    const move = moveOf(call.params['move'] ?? '', await readDetails(row, deps));
    if (!isAtLeast(call.role, move.role)) throw new HttpError('forbidden');
    const made = await makeMove(deps, move, { target: row, actor: call.actor, form });
    if (made.kind === 'done') return seeOther(`${path}?done=${move.kind}`);
    const what = move.kind === 'reveal-pin' ? 'PIN' : 'Certificate';
    const page = secretPage({ what, secret: made.secret.reveal(), back: path });
    return await answerPage(page, deps.assets, { caller: call });
  } catch (error) {
    const known = httpErrorOf(error, deps.nowMs());
    if (known === undefined) throw error;
    const notice = failedNotice(known.message);
    const number = await readDetails(await rowOf(call, deps), deps);
    return await answerNumber(call, deps, {
      ...{ number, notice },
      status: entryOf(known.code).status,
    });
  }
}

interface Shown {
  readonly number: NumberDetails;
  readonly notice: Notice | undefined;
  readonly status: number;
}

async function answerNumber(
  caller: Call,
  deps: NumberPagesDeps,
  { number, notice, status }: Shown,
): Promise<Response> {
  const { session, role } = caller;
  const keys = { requestId: randomUUID(), csrfToken: session?.csrfToken ?? '' };
  const nowMs = deps.nowMs();
  const moves = movesOf(number).filter((move) => isAtLeast(role, move.role));
  const page = numberPage({ number, moves, keys, nowMs, notice });
  return await answerPage(page, deps.assets, { status, caller });
}

/** @throws DeskError not_now: the number has gone on since the page was shown */
function moveOf(word: string, number: NumberDetails): Move {
  if (!isMoveKind(word)) throw new HttpError('not_found');
  const move = movesOf(number).find(({ kind }) => kind === word);
  if (move !== undefined) return move;
  throw new DeskError('not_now', 'The number has gone on meanwhile, and this makes no sense now');
}

async function rowOf({ params }: Call, { store }: NumberPagesDeps): Promise<NumberRow> {
  const { id } = params;
  const row = isPhoneNumberId(id) ? await store.numbers.byId(id) : undefined;
  if (row === undefined) throw new HttpError('unknown_number');
  return row;
}

async function readDetails(row: NumberRow, deps: NumberPagesDeps): Promise<NumberDetails> {
  const { store, temporal, nowMs } = deps;
  const { phoneNumberId } = row;
  const [events, attempts, nameDecision] = await Promise.all([
    store.numbers.eventsOf(phoneNumberId),
    store.attempts.of(phoneNumberId),
    store.inbox.nameDecisionOf(phoneNumberId),
  ]);
  return detailsOf(row, { events, attempts, nameDecision, nowMs: nowMs(), temporal });
}
