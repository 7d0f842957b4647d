import type { AccountActivities } from '../contract/account-watch.ts';
import type { OnboardingActivities } from '../contract/activities.ts';
import type { PreverifiedActivities } from '../contract/preverified.ts';
import type { DeliveryActivities } from '../contract/partner-events.ts';
import { createAnnounce } from './announce.ts';
import { createDeliverEvent, createParkEvent } from './deliver-event.ts';
import type { ActivityDeps } from './deps.ts';
import { createObserveAccount } from './observe-account.ts';
import { createObserveNumber } from './observe-number.ts';
import { createObservePreverified, createTellPreverified } from './observe-preverified.ts';
import { createRegister } from './register.ts';
import { createRegisterOnPremises } from './register-on-premises.ts';
import { createReserveAttempt, createSettleAttempt } from './registration-ledger.ts';
import { createDeregister, createSetPin } from './repairs.ts';
import { createSubmitName } from './submit-name.ts';
import { createSubscribeApp } from './subscribe-app.ts';
import { translateFailures } from './translate-failures.ts';

/** All activities, ready for a worker. Every failure that leaves them is translated and redacted. */
export function createActivities(
  deps: ActivityDeps,
): OnboardingActivities &
  AccountActivities &
  PreverifiedActivities &
  Pick<DeliveryActivities, 'parkEvent'> {
  return {
    observeNumber: translateFailures(createObserveNumber(deps)),
    subscribeApp: translateFailures(createSubscribeApp(deps)),
    reserveAttempt: translateFailures(createReserveAttempt(deps)),
    register: translateFailures(createRegister(deps)),
    registerOnPremises: translateFailures(createRegisterOnPremises(deps)),
    submitName: translateFailures(createSubmitName(deps)),
    setPin: translateFailures(createSetPin(deps)),
    deregister: translateFailures(createDeregister(deps)),
    settleAttempt: translateFailures(createSettleAttempt(deps)),
    announce: translateFailures(createAnnounce(deps)),
    observeAccount: translateFailures(createObserveAccount(deps)),
    parkEvent: translateFailures(createParkEvent(deps)),
    observePreverified: translateFailures(createObservePreverified(deps)),
    tellPreverified: translateFailures(createTellPreverified(deps)),
  };
}

/** What calls the partner, for a worker of its own. */
export function createDeliveryActivities(
  deps: Parameters<typeof createDeliverEvent>[0],
): Pick<DeliveryActivities, 'deliverEvent'> {
  return { deliverEvent: translateFailures(createDeliverEvent(deps)) };
}
