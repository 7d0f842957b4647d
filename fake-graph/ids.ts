import { createHash } from 'node:crypto';

import type { World } from './world.ts';

/** 1, 2, 3 and so on, for each kind. */
export function nextCount(world: World, kind: string): number {
  const nth = (world.drawn[kind] ?? 0) + 1;
  world.drawn[kind] = nth;
  return nth;
}

/** The next 32 bytes of a kind's own sequence: the same seed and the same acts give the same world, byte for byte. */
function draw(world: World, kind: string): Buffer {
  const nth = nextCount(world, kind);
  return createHash('sha256').update(`${world.seed}/${kind}/${nth}`).digest();
}

/** A node id as Graph gives them: 15 or more digits, never to be taken for a number. */
export function nextId(world: World, kind: string): string {
  return (10n ** 14n + (draw(world, kind).readBigUInt64BE() % (9n * 10n ** 14n))).toString();
}

/** A one-time code: six digits, leading zeros included. */
export function nextOtp(world: World): string {
  return (draw(world, 'otp').readUInt32BE() % 1_000_000).toString().padStart(6, '0');
}

/** A fictitious number of its own for each caller, in the range Meta's samples use. */
export function nextDigits(world: World): { cc: string; digits: string } {
  return { cc: '1', digits: (16_315_550_000 + nextCount(world, 'digits')).toString() };
}

export function nextTraceId(world: World): string {
  return `A${draw(world, 'trace').toString('base64url').slice(0, 22)}`;
}

export function nextSecret(world: World, kind: 'token' | 'code'): string {
  const text = Buffer.concat([draw(world, kind), draw(world, kind)]).toString('base64url');
  return kind === 'token' ? `EAAJ${text}` : `AQ${text}`;
}

/** Base64 of a few hundred bytes, as long as Meta's certificates are. */
export function nextCertificate(world: World, name: string): string {
  const parts = Array.from({ length: 8 }, () => draw(world, 'certificate'));
  return Buffer.concat([Buffer.from(`\n\u0010${name}`), ...parts]).toString('base64');
}

export function nextName(world: World, kind: string): string {
  return `${kind}-${draw(world, kind).toString('hex').slice(0, 12)}`;
}
