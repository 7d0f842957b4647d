export { onboardPhoneNumber } from './onboard-phone-number.ts';
