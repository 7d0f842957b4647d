export interface PreverifiedNotice {
  readonly atMs: number;
  readonly text: string;
}

export interface PreverifiedRow {
  readonly preverifiedId: string;
  readonly addedAtMs: number;
}

/** The partner's pool, as far as Meta does not show it: an outbox of what its workflows must hear. No phone number. */
export interface Preverified {
  /** It was added, or something was done to it: its workflow starts, or looks. */
  touch(preverifiedId: string): Promise<void>;
  /** Deleted by an order of ours; then its workflow looks. */
  markDeleted(preverifiedId: string): Promise<void>;
  isDeleted(preverifiedId: string): Promise<boolean>;
  /** Those whose workflow has not heard of the last touch, oldest first. */
  pending(limit: number): Promise<readonly PreverifiedRow[]>;
  markHeard(preverifiedId: string): Promise<void>;
  tell(preverifiedId: string, notice: PreverifiedNotice): Promise<void>;
  /** The last notice of each number that has had one. */
  notices(): Promise<ReadonlyMap<string, PreverifiedNotice>>;
}
