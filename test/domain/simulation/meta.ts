import type { NumberFacts } from '../../../src/domain/number-facts.ts';
import type { AttemptOutcome } from '../../../src/domain/register-protocol.ts';
import type { Cause } from '../../../src/domain/causes.ts';
import { factsOf } from '../facts.ts';
import type { Random } from './random.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
const WINDOW_MS = 72 * HOUR_MS;

/** One request that reached Meta, or should have. */
export interface Sent {
  readonly atMs: number;
  readonly call: 'register' | 'read' | 'set-pin' | 'deregister';
  readonly pin?: string;
  readonly isRegistered: boolean;
  readonly hadEffect: boolean;
}

/** What keeps a number from being registered, and until when. */
interface Obstacles {
  onHandset: boolean;
  nameReadyAtMs: number;
  halfDeregistered: boolean;
  banned: boolean;
  verifiedUntilMs: number;
  deletedUntilMs: number;
}

/** Meta as far as one number sees it: a model, so that ten thousand lives take seconds. */
export class ModelMeta {
  nowMs = 0;
  /** False: nothing is lost any more. */
  hasFaults = true;
  readonly log: Sent[] = [];
  pin: string | undefined;
  readonly obstacles: Obstacles;
  registeredAtMs: number | undefined;
  private visibleAtMs = 0;
  private lockedUntilMs = 0;
  private readonly attemptsAtMs: number[] = [];
  private readonly random: Random;
  private readonly armed: ReadonlySet<Fault>;

  constructor(random: Random) {
    this.random = random;
    this.armed = new Set(FAULTS.filter(() => random.chance(0.25)));
    this.pin = random.chance(0.2) ? '271828' : undefined;
    this.obstacles = {
      onHandset: random.chance(0.2),
      nameReadyAtMs: random.chance(0.2) ? random.between(0, 5 * DAY_MS) : 0,
      halfDeregistered: random.chance(0.15),
      banned: random.chance(0.02),
      verifiedUntilMs: random.chance(0.1) ? random.between(0, 20 * DAY_MS) : 90 * DAY_MS,
      deletedUntilMs: random.chance(0.1) ? 5 * MINUTE_MS : 0,
    };
  }

  /** Undefined: the read failed. */
  read(): NumberFacts | undefined {
    if (this.fires('read-lost')) return undefined;
    this.note('read');
    const isOdd = this.fires('read-odd');
    return factsOf({
      readAtMs: this.nowMs,
      ...(isOdd ? { status: 'CONNECTED', platformType: 'NOT_APPLICABLE' } : this.statusNow()),
      codeVerificationStatus: this.nowMs < this.obstacles.verifiedUntilMs ? 'VERIFIED' : 'EXPIRED',
    });
  }

  register(pin: string): AttemptOutcome {
    if (this.fires('unreached')) return { kind: 'not-sent' };
    if (this.fires('lost-before')) return this.unknown('register', pin);
    const refusal = this.refusalOf(pin);
    if (refusal === undefined) {
      this.pin ??= pin;
      this.registeredAtMs ??= this.nowMs;
      const isLate = this.fires('effect-late');
      this.visibleAtMs = this.nowMs + (isLate ? this.random.between(0, 20) * MINUTE_MS : 0);
    }
    this.note('register', { pin, hadEffect: refusal === undefined });
    if (this.fires('lost-after')) return { kind: 'unknown' };
    return refusal === undefined
      ? { kind: 'ok' }
      : { kind: 'refused', refusal: { cause: refusal } };
  }

  setPin(pin: string): AttemptOutcome {
    if (this.fires('unreached')) return { kind: 'not-sent' };
    if (this.fires('pin-refused')) return { kind: 'refused', refusal: { cause: 'bad_request' } };
    this.pin = pin;
    this.note('set-pin', { pin, hadEffect: true });
    return { kind: 'ok' };
  }

  deregister(): AttemptOutcome {
    if (this.fires('unreached')) return { kind: 'not-sent' };
    this.obstacles.halfDeregistered = false;
    this.note('deregister', { hadEffect: true });
    return this.fires('lost-after') ? { kind: 'unknown' } : { kind: 'ok' };
  }

  /** Somebody sees to whatever stands in the way. */
  clearTheWay(): void {
    this.obstacles.onHandset = false;
    this.obstacles.halfDeregistered = false;
    this.obstacles.verifiedUntilMs = Infinity;
  }

  private statusNow(): Partial<NumberFacts> {
    if (this.obstacles.banned) return { status: 'BANNED' };
    const isVisible = this.registeredAtMs !== undefined && this.nowMs >= this.visibleAtMs;
    return isVisible
      ? { status: 'CONNECTED', platformType: 'CLOUD_API' }
      : { status: 'PENDING', platformType: 'NOT_APPLICABLE' };
  }

  private refusalOf(pin: string): Cause | undefined {
    if (this.isLocked()) return 'attempts_locked';
    if (this.registeredAtMs !== undefined) return undefined;
    return this.reasons(pin).find(([, isReason]) => isReason)?.[0];
  }

  private reasons(pin: string): readonly (readonly [Cause, boolean])[] {
    const { obstacles, nowMs } = this;
    return [
      ['unknown_refusal', this.fires('refused-oddly')],
      ['throttled', this.fires('throttled')],
      ['banned', obstacles.banned],
      ['half_deregistered', obstacles.halfDeregistered],
      ['recently_deleted', nowMs < obstacles.deletedUntilMs],
      ['not_verified', nowMs >= obstacles.verifiedUntilMs],
      ['number_in_use', obstacles.onHandset],
      ['name_not_ready', nowMs < obstacles.nameReadyAtMs],
      ['pin_mismatch', this.pin !== undefined && this.pin !== pin],
    ];
  }

  /** Meta's own count: ten in a moving 72 hours, then locked for as long. */
  private isLocked(): boolean {
    if (this.nowMs < this.lockedUntilMs) return true;
    this.attemptsAtMs.push(this.nowMs);
    const counted = this.attemptsAtMs.filter((atMs) => this.nowMs - atMs < WINDOW_MS);
    if (counted.length <= 10) return false;
    this.lockedUntilMs = this.nowMs + WINDOW_MS;
    return true;
  }

  private unknown(call: Sent['call'], pin: string): AttemptOutcome {
    this.note(call, { pin });
    return { kind: 'unknown' };
  }

  private note(call: Sent['call'], more: { pin?: string; hadEffect?: boolean } = {}): void {
    const { hadEffect = false } = more;
    const isRegistered = this.registeredAtMs !== undefined;
    const pin = more.pin === undefined ? {} : { pin: more.pin };
    this.log.push({ atMs: this.nowMs, call, isRegistered, hadEffect, ...pin });
  }

  private fires(fault: Fault): boolean {
    return this.hasFaults && this.armed.has(fault) && this.random.chance(0.25);
  }
}

const FAULTS = [
  'read-lost',
  'read-odd',
  'unreached',
  'lost-before',
  'lost-after',
  'effect-late',
  'refused-oddly',
  'throttled',
  'pin-refused',
] as const;

type Fault = (typeof FAULTS)[number];
