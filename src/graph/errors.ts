import type { RefusalAnswer } from '../domain/refusals.ts';

/** Meta's error envelope, with every secret of the request taken out of its texts. */
export interface GraphRefusal {
  readonly http: number;
  readonly answer: RefusalAnswer;
  /** Meta's `fbtrace_id`. */
  readonly traceId?: string;
  /** How long Meta asks us to stay away, more than 0 and not clamped. Only where the cause passes by itself. */
  readonly toldWaitMs?: number;
}

/**
 * Why no usable answer came. `http_5xx`: HTTP 500 or higher, or a write refused with a code that means the same.
 * `not_json`: compressed, undecodable, too deep, or not of Graph's form. `odd_success`: a 2xx that does not say success.
 */
export type WhyUnknown =
  | 'timeout'
  | 'reset'
  | 'http_5xx'
  | 'not_json'
  | 'odd_success'
  | 'redirect'
  | 'too_big'
  | 'aborted';

/** What a caller handed over cannot be right; nothing was sent. The message tells the form, and never the value. */
export class InvalidArgument extends TypeError {
  override readonly name = 'InvalidArgument';
}

/** Nothing was sent: the call may be repeated. `attempted` completes "Could not …", in our words. */
export class GraphUnreachable extends Error {
  override readonly name = 'GraphUnreachable';

  constructor(attempted: string, fault: string, peer = 'Graph') {
    super(`Could not ${attempted}: ${peer} was not reached (${fault}). Nothing was sent.`);
  }
}

/** The request may have arrived and no usable answer came. After a write, read before writing again. */
export class GraphOutcomeUnknown extends Error {
  override readonly name = 'GraphOutcomeUnknown';
  readonly why: WhyUnknown;
  readonly #refusal: GraphRefusal | undefined;

  constructor(attempted: string, why: WhyUnknown, refusal?: GraphRefusal) {
    const said = refusal === undefined ? '' : `, ${namesOf(refusal)}`;
    super(`Could not ${attempted} for certain: ${why}${said}. Read before writing again.`);
    this.why = why;
    this.#refusal = refusal;
  }

  /** A getter, as is `GraphRefused.answer`: Meta's texts stay out of logs, which print the fields of an error. */
  get refusal(): GraphRefusal | undefined {
    return this.#refusal;
  }
}

/** Graph answered with an error of its own. */
export class GraphRefused extends Error implements GraphRefusal {
  override readonly name = 'GraphRefused';
  readonly http: number;
  // Declared only: a field of a class would be there as undefined.
  declare readonly traceId?: string;
  declare readonly toldWaitMs?: number;
  readonly #answer: RefusalAnswer;

  constructor(attempted: string, refusal: GraphRefusal) {
    super(
      `Could not ${attempted}: Meta refused with ${namesOf(refusal)}. The code decides what follows.`,
    );
    this.http = refusal.http;
    if (refusal.traceId !== undefined) this.traceId = refusal.traceId;
    if (refusal.toldWaitMs !== undefined) this.toldWaitMs = refusal.toldWaitMs;
    this.#answer = refusal.answer;
  }

  get answer(): RefusalAnswer {
    return this.#answer;
  }
}

/** A customer's On-Premises client answered with an error of its own: `message` is its title. */
export class OnPremisesRefused extends Error {
  override readonly name = 'OnPremisesRefused';
  readonly http: number;
  readonly #answer: RefusalAnswer;

  constructor(attempted: string, { http, answer }: GraphRefusal) {
    super(
      `Could not ${attempted}: refused with code ${answer.code}, HTTP ${http}. The code decides what follows.`,
    );
    this.http = http;
    this.#answer = answer;
  }

  /** A getter, as is `GraphRefused.answer`. */
  get answer(): RefusalAnswer {
    return this.#answer;
  }
}

/** A read was answered in a form we do not know, or without end. `path` names the first such field, never its value. */
export class GraphMalformed extends Error {
  override readonly name = 'GraphMalformed';
  readonly path: string;

  constructor(attempted: string, path: string, fault = 'the answer is not of the known form') {
    super(`Could not ${attempted}: ${fault} at "${path}". Nothing is concluded from it.`);
    this.path = path;
  }
}

function namesOf({ http, answer, traceId }: GraphRefusal): string {
  const subcode = answer.subcode === undefined ? '' : `/${answer.subcode}`;
  return `code ${answer.code}${subcode}, HTTP ${http}, trace ${traceId ?? 'not given'}`;
}
