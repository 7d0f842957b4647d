export { onboardPhoneNumber } from './onboard-phone-number.ts';
export { watchAccount } from './watch-account.ts';
