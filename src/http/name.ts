import { z } from 'zod';
import { changeName } from '../desk/change-name.ts';
import type { Store } from '../store/store.ts';
import { answerJson } from './answers.ts';
import { declared, json } from './contract.ts';
import * as take from './fields.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { OnboardingUnknown, type Onboardings } from './onboardings.ts';
import { HttpError } from './errors.ts';
import { operator, type Routes } from './routes.ts';
import * as shapes from './shapes.ts';
import { statusUrlOf } from './signups.ts';

interface NameDeps {
  readonly store: Pick<Store, 'numbers' | 'nameChanges'>;
  readonly onboardings: Pick<Onboardings, 'names'>;
  readonly hash: KeyedHash;
  readonly nowMs: () => number;
}

const CHANGE_NAME = {
  summary: 'Asks Meta for another display name, follows its review and applies it',
  params: z.strictObject({ id: take.knownNumberId }),
  body: z.strictObject({ name: take.newName }),
  answers: {
    202: json('It is asked for; the status URL tells what becomes of it', shapes.signupTaken),
  },
  errors: [
    ...(['invalid_input', 'unknown_number', 'not_now', 'attempts_spent'] as const),
    'temporal_unavailable',
  ],
} as const;

export function nameRoutes(deps: NameDeps): Routes {
  const { store, onboardings, nowMs } = deps;
  const asked = { store, nowMs };
  return {
    '/v1/numbers/:id/name': {
      POST: operator(
        declared(CHANGE_NAME, async ({ params, body, actor, ...call }) => {
          const { id: phoneNumberId } = params;
          const { idempotencyKey: key } = call;
          const requestId =
            key === undefined ? call.requestId : deps.hash('name', phoneNumberId, key);
          const order = { phoneNumberId, name: body.name, actor, requestId };
          await changeName(asked, order, (ask) => ask(onboardings.names)).catch(throwNotStarted);
          const status = statusUrlOf(phoneNumberId);
          return answerJson({ phone_number_id: phoneNumberId, status_url: status }, 202);
        }),
      ),
    },
  };
}

function throwNotStarted(error: unknown): never {
  if (!(error instanceof OnboardingUnknown)) throw error;
  throw new HttpError('not_now', { message: 'The onboarding has not started yet; it will' });
}
