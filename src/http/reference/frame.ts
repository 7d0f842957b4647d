import { COMMON_ERRORS } from '../route-errors.ts';
import { ADDRESS_LIMITS } from '../limits.ts';
import { json, table, text, type Block } from './blocks.ts';

export const INTRODUCTION: readonly Block[] = [
  text(
    'JSON in, JSON out, under `/v1`. A body is `application/json` and has the listed keys only; a query has the listed parameters only, each',
    'once. Ids are strings of 1-20 digits. Answers are never cached and carry `x-request-id`, which stands in the log too.',
  ),
  text(
    'Callers send `authorization: Bearer …` with the `API_TOKEN` of the environment, a token that an administrator made, or a JWT of your',
    'identity provider ([give people access](../how-to/give-people-access.md)). Until there is any, the service listens on this machine only',
    'and serves programs that call it by a loopback name. Pages of other origins are refused unless `ALLOWED_ORIGINS` lists them.',
  ),
  text(
    'A `viewer` reads. An `operator`, as `API_TOKEN` and this machine are, also gives orders. An `admin` also sees certificates, subscribes an',
    'account, and gives every order whose method is `DELETE`. Who is not known is answered with 401 `unauthenticated`, whose role is too little',
    'with 403 `forbidden`.',
  ),
  text(
    "A browser's session lasts 12 hours. Its changes need the session's word as `x-csrf-token` or in the form as `csrf_token`, and an `origin` of",
    'ours; else they are answered with 403 `invalid_csrf_token`.',
  ),
  text(
    'The examples are for a shell in which `BASE` is the address of the service, as `http://127.0.0.1:3000`, and `TOKEN` a token of yours.',
    'The same is told to programs by `/openapi.json`, and to people with a browser by `/docs`.',
  ),
];

interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** Behind the routes. */
export const SECTIONS: readonly Section[] = [
  {
    title: 'Errors',
    blocks: [
      text(
        'Errors have one shape, with the codes of [HTTP errors](http-errors.md). Where Meta refused, a member `refusal` tells the',
        "[cause](causes.md) and Meta's own code:",
      ),
      json({
        error: {
          code: 'refused_by_meta',
          message:
            "The code was wrong or too old. Request a new one and enter all six digits. (Meta's code 136025, trace AbC)",
          request_id: '0b0f3a5e-8d0c-4b0e-9d3a-6f1c2b7a9e10',
          refusal: { cause: 'code_wrong', code: 136025, trace_id: 'AbC' },
        },
      }),
      text(
        '`throttled`, `attempts_spent` and an order that another one is ahead of carry the seconds to wait in `retry-after`. `throttled` is',
        'answered without a call to Meta once a limit is known: all callers and all onboardings share one pace for each account.',
      ),
      text('A route lists its own errors only. Beside them there are these:'),
      table(
        ['errors of', 'codes'],
        COMMON_ERRORS.map(({ of, codes }) => [of, codes.map((code) => `\`${code}\``).join(', ')]),
      ),
    ],
  },
  {
    title: 'Limits',
    blocks: [
      text(
        'Beyond them the answer is 429 `too_many_requests`, with the seconds to wait in `retry-after`. Each starter counts for itself: with N of them, up to N times as much is let through.',
      ),
      table(
        ['what', 'a minute'],
        [
          [
            "signups of one caller, or of one browser's session, by `POST /v1/signups`, `POST /v1/account-signups` and the console together",
            '`SIGNUPS_PER_MINUTE` (10)',
          ],
          ['signups from one address', `${ADDRESS_LIMITS.signupsOfCallers} times as many`],
          [
            'credentials that do not work, from one address; then none is looked at',
            `${ADDRESS_LIMITS.failures}`,
          ],
          [
            'other requests from one address, logins included',
            ADDRESS_LIMITS.requests.toLocaleString('en-US'),
          ],
        ],
      ),
      text(
        'The address is the one that is connected, unless that is one of `TRUSTED_PROXIES`: then it is the one that the proxy names in',
        '`x-forwarded-for`.',
      ),
    ],
  },
  {
    title: 'Repeating an order',
    blocks: [
      text(
        'Every order takes a header `idempotency-key` of 1-255 printable characters, which names the order for a day, for its caller alone. A',
        'repeat under the same key has the answer of the first, with the header `idempotent-replayed: true`, and no second effect; one that comes',
        'meanwhile waits for it, at most 6 seconds (`order_in_progress`). Another path or body under the key is refused: `idempotency_key_reused`.',
        'Kept are answers of orders that were carried out, and `refused_by_meta` and `outcome_unknown`. All other refusals came before anything was',
        'done: the same key may be sent again. A key whose order was cut off by the end of the service is answered `outcome_unknown` from then on.',
      ),
      text(
        'A signup is known by its key, or by its code, for as long as its number is. What protects a repeat without a key:',
      ),
      table(
        ['order', 'a repeat'],
        [
          [
            'add a number',
            'is refused by Meta, which knows the number by then (cause `migration_needed`); the list shows its id',
          ],
          ['subscribe, unsubscribe', 'has no second effect'],
          ['request a code', 'sends another code. Look first: Meta locks a number after too many'],
          [
            'give a code',
            'is refused once it was taken, and guesses are counted: read `code_verification_status` first',
          ],
          [
            'register, deregister',
            'reads first, and sends nothing if the number stands as wanted: `is_sent` is false',
          ],
          ['retry', 'asks once more'],
          ['set a PIN', 'sends the same one again after a lost answer, if none is given'],
          ['add a pre-verified number', 'is up to Meta: list it by its digits first'],
          ['delete a pre-verified number', 'is refused, as it is gone'],
        ],
      ),
      text(
        'After `outcome_unknown` an order may have had its effect: look before you repeat it. After `throttled` and `meta_unavailable` it may be',
        'repeated as it is.',
      ),
    ],
  },
  {
    title: 'Pages',
    blocks: [
      text(
        'For people with a browser that has logged in: `/` is the fleet, with the filters of `GET /v1/numbers` in its address;',
        '`/numbers/{id}` shows one number with a form for each move that makes sense now. Forms go to `/numbers/{id}/moves/{move}`, which leads back',
        "to the page. `/accounts/{waba_id}` shows an account's numbers at Meta beside ours, takes them up, and adds others. An open page looks again",
        "when an event comes. `/signup` starts Embedded Signup, and is the only page that runs a script of Meta's; the others run none that is not a file of",
        "the service. A form carries the session's `csrf_token`; a signup also a `state`, which counts once and for ten minutes.",
        '`/docs` is this reference, for anyone.',
      ),
      table(
        ['route', 'does'],
        [
          ['`GET /login`', 'shows a browser where to enter an API token'],
          ['`POST /login`', 'takes the form with the `token`, and opens a session'],
          ['`GET /login/{word}`', 'opens a session by a link that works once, for ten minutes'],
          ['`POST /logout`', 'ends the session'],
          ['`GET /docs`', 'shows this reference'],
        ],
      ),
    ],
  },
];
