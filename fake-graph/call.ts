import type { Fault } from './fault-kinds.ts';
import type { PhoneNumber } from './phone-number.ts';
import type { Fake, LedgerRow, Preverified, Token, Waba } from './world.ts';

/** One request to Graph, as its rules see it. */
export interface Call {
  fake: Fake;
  /** Virtual. */
  nowMs: number;
  /** Where this emulator listens, without a trailing slash. */
  origin: string;
  method: string;
  /** Without the query. */
  path: string;
  /** `v25.0` */
  version: string;
  /** What follows the version. */
  segments: string[];
  /** Query and body together, as Graph takes either; a value that is no text is kept as JSON. */
  params: Map<string, string>;
  token: string | undefined;
  /** User and password, joined by a colon. */
  basic: string | undefined;
  /** Its line in the ledger. */
  row: LedgerRow;
  /** What strikes it. */
  fault: Fault | undefined;
}

/** What a request leads to. The effect is separate from the answer, so that a fault can come between. */
export interface Plan {
  body: unknown;
  /** 200 unless said otherwise. */
  status?: number;
  /** Changes the world as the request asked; absent where nothing would change. */
  effect?: (() => void) | undefined;
}

export type TokenScope =
  'whatsapp_business_management' | 'whatsapp_business_messaging' | 'business_management';

export interface NumberCall extends Call {
  number: PhoneNumber;
  waba: Waba;
  grant: Token;
}

export interface WabaCall extends Call {
  waba: Waba;
  grant: Token;
}

export interface BusinessCall extends Call {
  /** Id of a business portfolio. */
  business: string;
  grant: Token;
}

export interface PreverifiedCall extends Call {
  preverified: Preverified;
  grant: Token;
}

/** `{"success": true}`; some of Meta's samples write the word as a string. */
export function success(call: Call): { success: boolean | string } {
  return { success: call.fake.world.switches.successType === 'boolean' ? true : 'true' };
}
