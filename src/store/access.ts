import type { Role } from '../domain/role.ts';
import type { Secret } from '../domain/secret.ts';

/** What a credential lets its owner do, and until when. */
export interface Grant {
  readonly role: Role;
  /** A person or a program, by a name that people know. */
  readonly owner: string;
  readonly expiresAtMs?: number;
}

export interface TokenRow extends Grant {
  /** Public: it tells tokens apart, and opens nothing. */
  readonly prefix: string;
  readonly createdAtMs: number;
  readonly revokedAtMs?: number;
  /** To within five minutes. */
  readonly lastUsedAtMs?: number;
}

/** API tokens: 256 random bits, of which only the SHA-256 is kept. */
export interface Tokens {
  /** The only time that the token is told. */
  issue(grant: Grant): Promise<{ readonly prefix: string; readonly token: Secret }>;
  /** Undefined for one that is unknown, revoked or too old, after the same work. */
  grantOf(token: Secret): Promise<TokenRow | undefined>;
  /** Every token there ever was, oldest first. */
  list(): Promise<readonly TokenRow[]>;
  /** Also ends the sessions that were opened with it. False: there is none with this prefix that still works. */
  revoke(prefix: string): Promise<boolean>;
  /** Was there ever one? */
  any(): Promise<boolean>;
}

export interface SessionRow extends Grant {
  /** What its secret hashes to. */
  readonly id: string;
  readonly expiresAtMs: number;
}

/** Browsers that have logged in, and words that count once. Only hashes are kept. */
export interface Sessions {
  /** Lasts 12 hours, and no longer than the grant. `tokenPrefix`: of the API token that was shown. */
  open(grant: Grant & { readonly tokenPrefix?: string }): Promise<Secret>;
  /** Undefined: it has ended, or never was. */
  byKey(key: Secret): Promise<SessionRow | undefined>;
  end(id: string): Promise<void>;
  /** A word that opens one session within ten minutes. */
  offerLogin(grant: Grant): Promise<Secret>;
  takeLogin(word: Secret): Promise<Grant | undefined>;
  /** 128 random bits for one signup from this browser, within ten minutes: a foreign page cannot know them. */
  newState(sessionId: string): Promise<string>;
  /** False: unknown, used, too old, or of another session. */
  useState(sessionId: string, state: string): Promise<boolean>;
}

/** Who ordered what. No secret, no free text. */
export interface NewAuditLine {
  readonly requestId: string;
  readonly actor: string;
  readonly role: string;
  /** The route or the command. */
  readonly action: string;
  /** The number or account it is about, as far as the address tells. */
  readonly subject?: string;
}

export interface AuditLine extends NewAuditLine {
  readonly id: number;
  readonly atMs: number;
  /** Absent: under way, or cut off. */
  readonly result?: string;
}

/** Every change, written down before it is made. Lines are added, never changed. */
export interface Audit {
  begin(line: NewAuditLine): Promise<void>;
  /** `subject`: what the change itself has told. */
  end(
    requestId: string,
    end: { readonly result: string; readonly subject?: string },
  ): Promise<void>;
  /** The newest first: those before `beforeId`, or all. */
  list(page: { readonly limit: number; readonly beforeId?: number }): Promise<readonly AuditLine[]>;
}
