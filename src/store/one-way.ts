import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Random text for a URL or a header. */
export function drawWord(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}

/** In hex. What is hashed here is random enough that no list of guesses undoes it. */
export function hashOf(word: string): string {
  return createHash('sha256').update(word).digest('hex');
}

/** Takes the same time for every hash. */
export function isSameHash(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, 'hex'), Buffer.from(other, 'hex'));
}
