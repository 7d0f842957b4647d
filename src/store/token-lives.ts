import type { WabaId } from '../domain/phone-number.ts';
import type { TokenLife } from '../domain/token-life.ts';

export interface KnownTokenLife extends TokenLife {
  /** When Meta was asked, or the token came. */
  readonly readAtMs: number;
  /** When the last warning was due; 0 before the first. */
  readonly toldAtMs: number;
}

/** An event as a number's history and the partner are told it. */
export interface TokenWarning {
  readonly kind: string;
  readonly atMs: number;
  readonly text: string;
  readonly actor: string;
  /** Its public type, if the partner is told. */
  readonly deliverAs?: string;
}

/** Until when the token of each account works. */
export interface TokenLives {
  of(wabaId: WabaId): Promise<KnownTokenLife | undefined>;
  /** As Meta tells it now. */
  keep(wabaId: WabaId, life: TokenLife): Promise<void>;
  /** One transaction, once for each `dueAtMs`: the event for each number of the account that is not done. */
  warn(wabaId: WabaId, dueAtMs: number, event: TokenWarning): Promise<void>;
}
