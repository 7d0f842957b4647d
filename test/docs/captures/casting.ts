import { request } from 'undici';
import { z } from 'zod';
import { Secret } from '../../../src/domain/secret.ts';
import { DAY_MS } from '../../support/spans.ts';
import type { NewHint } from '../../../src/store/hints.ts';
import { happens, hasEnded, isStuck, types, type Act, type Story } from './story.ts';
import type { Ids, Stage } from './stage.ts';

/** A name that needs no wait, so that a registered number is ready at once. */
export const APPROVED = { name_status: 'APPROVED' };
/** A name that Meta decides a day later. */
export const IN_REVIEW = {
  name_status: 'PENDING_REVIEW',
  review: { decision: 'APPROVED', after_ms: DAY_MS },
};

export const RETRY = types('retry # --actor Ada');
export const REQUEST = types('code request # --method SMS');
/** The six digits that Meta has sent to the phone. */
export const SUBMIT = types('code submit #', { file: 'code.txt', read: otpOf });

async function otpOf({ world }: Stage, { id }: Ids): Promise<string> {
  const answer = await request(`${world.meta.url}/_fake/numbers/${id}/otp`);
  return z.object({ code: z.string() }).parse(await answer.body.json()).code;
}

export const READ_OUT = happens(
  'the customer reads the code to you, and you write it into code.txt',
);

/** The customer goes through Embedded Signup once more, for the same number. */
export const SIGN_UP_AGAIN = types('start @ #', {
  file: 'code.txt',
  read: async (stage, { id, account }) => {
    const { code } = await stage.finishSignup({ number: id, waba: account });
    return code;
  },
});

/** The customer runs a client of his own, to which we have access. */
export const WITH_CLIENT: Act = ({ world }, { account }) =>
  world.store.credentials.keepOnPremises(account, {
    ...{ baseUrl: world.meta.url, userName: 'admin' },
    password: new Secret('fake-onprem-password'),
  });

export function patched(settings: object): Act {
  return ({ world }, { id }) => world.meta.patch(`/numbers/${id}`, settings);
}

/** Meta refuses the next request of this kind about the number. */
export function refused(path: string, answer: object): Act {
  return ({ world }, { id }) =>
    world.meta.post('/faults', {
      match: { method: 'POST', number: id, path, times: 1 },
      kind: 'error',
      ...answer,
    });
}

const ids = new Map<string, string>();

/** Whatever is asked about the number. */
export function refusedAlways(answer: object): Act {
  return async ({ world }, { id }) => {
    const match = { number: id, times: 'always' };
    const armed = await world.meta.post('/faults', { match, kind: 'error', ...answer });
    ids.set(id, z.object({ id: z.string() }).parse(armed).id);
  };
}

/** Meta answers about the number as it should again. */
export const mended: Act = ({ world }, { id }) =>
  world.meta.remove(`/faults?id=${ids.get(id) ?? ''}`);

/** Refused once, mended by somebody, and ready after a retry. */
export function refusedOnce(cause: Story['cause'], answer: object, mend: string): Story {
  return {
    cause,
    signup: { number: APPROVED },
    before: refused('/register', answer),
    steps: [isStuck(), happens(mend), RETRY, hasEnded('ready')],
  };
}

let told = 0;

/** Meta's webhook about the account, or about the number where it names one. */
export function toldOf(field: string, event: string, more: Partial<NewHint> = {}): Act {
  return async ({ world: { store } }, { account }) => {
    told += 1;
    await store.inbox.keep([{ digest: `told ${told}`, wabaId: account, field, event, ...more }]);
  };
}

/** The review of the account, with its webhook. */
export function reviewed(status: string): Act {
  return async (stage, ids) => {
    await stage.world.meta.patch(`/wabas/${ids.account}`, { account_review_status: status });
    await toldOf('account_review_update', status)(stage, ids);
  };
}
