import { z } from 'zod';
import { isPort } from './config-rules.ts';
import { readDatabaseUrl } from './database-url.ts';
import { parseDuration } from './duration.ts';
import type { PostgresAddress } from './store/place.ts';
import { isOrigin } from './web-address.ts';

export const text = z.string({ error: 'missing' });
export const word = text.regex(/^\S+$/, { error: 'has white space', abort: true });
export const port = text
  .regex(/^[0-9]{1,5}$/, 'must be 1-65535')
  .transform(Number)
  .refine(isPort, 'must be 1-65535');
export const durationMs = text.transform((value, context): number => {
  const parsed = parseDuration(value);
  if (typeof parsed === 'number') return parsed;
  context.addIssue(parsed);
  return z.NEVER;
});

export const databaseUrl = text.transform((value, context): PostgresAddress => {
  const parsed = readDatabaseUrl(value);
  if (typeof parsed !== 'string') return parsed;
  context.addIssue(parsed);
  return z.NEVER;
});

export const origins = text
  .transform((list) => list.split(',').map((origin) => origin.trim()))
  .refine((all) => all.every(isOrigin), 'must be origins such as https://partner.example');
