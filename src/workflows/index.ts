export { deliverEvent } from './deliver-event.ts';
export { preverifyPhoneNumber } from './preverify-phone-number.ts';
export { onboardPhoneNumber } from './onboard-phone-number.ts';
export { watchAccount } from './watch-account.ts';
export { changeDisplayName } from './change-display-name.ts';
