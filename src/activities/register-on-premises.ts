import { cancellationSignal } from '@temporalio/activity';
import type { OnboardingActivities } from '../contract/activities.ts';
import { registerOnPremises } from '../steps/on-premises.ts';
import { tokenOf, type ActivityDeps } from './deps.ts';
import { paced } from './pacing.ts';
import { refused } from './translate-failures.ts';

/** With the certificate as Meta shows it now: one that we keep may have run out. */
export function createRegisterOnPremises(
  deps: ActivityDeps,
): OnboardingActivities['registerOnPremises'] {
  return async ({ phoneNumberId, wabaId, codeMethod, urgencyMs }) => {
    const access = await deps.store.credentials.onPremisesOf(wabaId);
    // Nobody has let us in: as with a token that is gone, the customer must.
    if (access === undefined) throw refused({ cause: 'token_invalid' });
    const token = await tokenOf(deps, wabaId);
    const signal = cancellationSignal();
    const number = await paced(deps, { wabaId, who: phoneNumberId, urgencyMs, calls: 1 }, () =>
      deps.graph.readPhoneNumber({ token, phoneNumberId, signal }),
    );
    // Somebody has registered it by hand meanwhile, with a country code that Meta does not show apart.
    if (number.platformType === 'ON_PREMISE') return 'registered';
    return await registerOnPremises(deps, { access, number, codeMethod });
  };
}
