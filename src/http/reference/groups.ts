import type { DescribedRoute } from '../described.ts';
import type { Block } from './blocks.ts';
import * as words from './words.ts';

/** Routes for one purpose, in the order of the reference. */
export interface Group {
  readonly title: string;
  readonly holds: (path: string) => boolean;
  /** Before its routes. */
  readonly blocks: readonly Block[];
}

const under =
  (...roots: readonly string[]) =>
  (path: string): boolean =>
    roots.some((root) => path === root || path.startsWith(`${root}/`));

const [isOfSignups, isOfEvents] = [
  under('/v1/signups', '/v1/account-signups'),
  /^\/v1\/(numbers\/:id\/)?events$/,
];
const isOfNumbers = under('/v1/numbers');

export const GROUPS: readonly Group[] = [
  { title: 'Signups', holds: isOfSignups, blocks: words.SIGNUPS },
  {
    title: 'Onboardings',
    holds: (path) => isOfNumbers(path) && !isOfEvents.test(path),
    blocks: words.ONBOARDINGS,
  },
  { title: 'Events', holds: (path) => isOfEvents.test(path), blocks: words.EVENTS },
  { title: 'Accounts', holds: under('/v1/accounts'), blocks: words.ACCOUNTS },
  { title: 'Phone numbers', holds: under('/v1/phone-numbers'), blocks: words.PHONE_NUMBERS },
  {
    title: 'Pre-verified numbers',
    holds: under('/v1/preverified-numbers'),
    blocks: words.PREVERIFIED,
  },
  { title: 'Audit trail', holds: under('/v1/audit'), blocks: words.AUDIT },
  {
    title: "Meta's webhook, and health",
    holds: under('/v1/webhooks', '/healthz', '/readyz', '/openapi.json'),
    blocks: words.HEALTH,
  },
];

/** @throws Error for a route that somebody has added without a purpose */
export function groupOf({ path }: Pick<DescribedRoute, 'path'>): Group {
  const group = GROUPS.find(({ holds }) => holds(path));
  if (group === undefined) throw new Error(`${path} is in no group of the reference`);
  return group;
}
