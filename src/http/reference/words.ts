// What no contract tells, of each group of routes.
import { text, type Block } from './blocks.ts';

export const SIGNUPS: readonly Block[] = [
  text(
    'The answer of your signup page. 202 means that the onboarding is written down, and `status_url` leads to it.',
    "[Run it against Meta](../how-to/run-against-meta.md) tells how a page calls it. A browser's session also sends the `state` that its page was given.",
  ),
];

export const ONBOARDINGS: readonly Block[] = [
  text(
    'The fleet comes with the least time left first, then what is registered, then what has ended. Its first page has `counts`: how many',
    'numbers there are in all (`total`) and in each group, and how many must register within how many whole days (`days_left`). A group',
    'leaves its own filter aside, so that the other choices are seen. A number that moves in the order between two pages may come twice or',
    "not at all; none that stays is missed. In CSV, a cell that a spreadsheet would take for a formula begins with `'`.",
  ),
  text(
    'No answer holds a token, a PIN or a code. A certificate is shown by its SHA-256, as `sha256:…`; one route answers the certificate',
    "itself, and the number's history keeps who asked.",
  ),
];

export const EVENTS: readonly Block[] = [
  text(
    'A page has the oldest first. With `accept: text/event-stream` events come as server-sent events `number` while they happen, from now on',
    'or after `last-event-id` (or `after`), with a line every 15 seconds in between. A stream ends after 15 minutes, at the end of the',
    'service, or when its reader falls far behind: browsers then come again by themselves, and nothing is missed. More than 100 streams are',
    'refused: `too_many_streams`.',
  ),
];

export const ACCOUNTS: readonly Block[] = [
  text(
    'What Meta says now, with the token from a signup in that account. Without one the account is `unknown_account`. Meta may give fewer',
    'numbers than `limit`, though there are more: only a missing `paging.after` means the last page. Meta takes no number away by a call.',
    'Of numbers that are to be adopted, `left` has those that are not, each with a `reason`: `not_in_account` or `known_or_forgotten`.',
  ),
];

export const PHONE_NUMBERS: readonly Block[] = [
  text(
    'Any number of an account we have a token for. Answers have',
    "Meta's field names; `code_verification_status` is the OTP status.",
  ),
  text(
    'Registering and deregistering answer how the number stands, as a read after the order says. `is_sent` is false where nothing had to be',
    'sent. `unclear` means: read again. Meta counts each request, good or bad, 10 in 72 hours, so each is counted here first, and none is',
    "sent where a read says that it would be in vain. A number whose onboarding runs is left to it: `not_now`. How the customer's client is",
    'reached is told on the machine of the service only, never through HTTP.',
  ),
];

export const PREVERIFIED: readonly Block[] = [
  text(
    "The partner's own numbers, proved before a customer picks one in Embedded Signup. They need `META_BUSINESS_ID` and `META_SYSTEM_TOKEN`.",
  ),
];

export const AUDIT: readonly Block[] = [
  text(
    'A line is written before the order is carried out; `result` is the status of the answer or the code of its error, and is missing while',
    'the order is under way or where it was cut off. Orders of the command line are in it too, with `administrator` as their role. So are logins, those that were',
    'refused too: then `actor` is the address they came from, `role` is `none` and `result` is `unauthenticated`. What is refused for coming',
    'too often has no line.',
  ),
];

export const HEALTH: readonly Block[] = [
  text(
    'These need no token: Meta signs what it sends, and health says nothing of a number. In the example `SIGNATURE` is the HMAC of the body as it is sent.',
  ),
];
