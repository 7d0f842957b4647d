import { graphTime } from './clock.ts';
import {
  certificateOf,
  changeIsOpen,
  displayNumber,
  isOnCloud,
  nameStatusOf,
  otpStatus,
  statusOf,
} from './derived.ts';
import { nonexistingField } from './graph-errors.ts';
import type { PhoneNumber } from './phone-number.ts';
import type { Call } from './call.ts';
import type { Switches } from './switches.ts';
import type { Waba } from './world.ts';

type Read = (number: PhoneNumber, call: Call) => unknown;

const otpWord = (number: PhoneNumber, call: Call): string => {
  const status = otpStatus(number, call.nowMs);
  if (status === 'lapsed') return call.fake.world.switches.lapsedOtpValue;
  return status === 'verified' ? 'VERIFIED' : 'NOT_VERIFIED';
};

const platform: Read = (number) => {
  if (number.on_premise) return 'ON_PREMISE';
  return isOnCloud(number) ? 'CLOUD_API' : 'NOT_APPLICABLE';
};

const duringChange =
  (read: (number: PhoneNumber) => unknown): Read =>
  (number, call) =>
    changeIsOpen(number, call.nowMs) ? read(number) : undefined;

const unlessAbsent =
  (read: Read): Read =>
  (number, call) =>
    call.fake.world.switches.certificates === 'absent' ? undefined : read(number, call);

const onboardedTime: Read = (number, call) => {
  const atMs = number.last_onboarded_at_ms;
  const { timeFormat } = call.fake.world.switches;
  if (atMs === undefined || timeFormat === 'absent') return undefined;
  return timeFormat === 'iso' ? graphTime(atMs) : Math.floor(atMs / 1000);
};

const health: Read = (number, call) => {
  const isDisabled = call.fake.world.wabas[number.waba_id]?.ban_state === 'DISABLE';
  const ofNumber = isOnCloud(number) ? 'AVAILABLE' : 'BLOCKED';
  const locked = {
    error_code: 131031,
    error_description: 'The WhatsApp Business account is disabled.',
    possible_solution: 'Appeal in Business Support Home.',
  };
  return {
    can_send_message: isDisabled ? 'BLOCKED' : ofNumber,
    entities: [
      { entity_type: 'PHONE_NUMBER', id: number.id, can_send_message: ofNumber },
      {
        entity_type: 'WABA',
        id: number.waba_id,
        can_send_message: isDisabled ? 'BLOCKED' : 'AVAILABLE',
        errors: isDisabled ? [locked] : undefined,
      },
    ],
  };
};

const webhookConfiguration: Read = (number, call) => {
  const { app, wabas } = call.fake.world;
  const override = wabas[number.waba_id]?.subscribed?.override_callback_uri;
  const configuration = {
    application: app.callback_url,
    whatsapp_business_account: override,
    phone_number: number.override_callback_uri,
  };
  return Object.values(configuration).some((url) => url !== undefined) ? configuration : undefined;
};

// Source: Meta, WhatsApp Business Phone Number node, and the captured answers of public clients.
const NUMBER_FIELDS = new Map<string, Read>([
  ['id', (number) => number.id],
  ['display_phone_number', (number, call) => displayNumber(number, call.fake.world.switches)],
  ['verified_name', (number) => number.verified_name],
  ['code_verification_status', otpWord],
  ['quality_rating', (number) => number.quality_rating],
  ['platform_type', platform],
  ['host_platform', platform],
  ['throughput', (number) => ({ level: isOnCloud(number) ? 'STANDARD' : 'NOT_APPLICABLE' })],
  ['webhook_configuration', webhookConfiguration],
  ['last_onboarded_time', onboardedTime],
  ['status', (number, call) => statusOf(number, call.fake.world.switches)],
  ['account_mode', (number) => number.account_mode],
  ['name_status', (number, call) => nameStatusOf(number, call.nowMs)],
  ['new_display_name', duringChange((number) => number.new_display_name)],
  ['new_name_status', duringChange((number) => number.new_name_status)],
  ['certificate', unlessAbsent((number, call) => certificateOf(number, call.nowMs))],
  ['new_certificate', unlessAbsent(duringChange((number) => number.new_certificate?.value))],
  ['is_pin_enabled', (number) => number.pin !== undefined],
  ['is_on_biz_app', (number) => number.is_on_biz_app],
  ['is_preverified_number', (number) => number.preverified],
  ['health_status', health],
  ['whatsapp_business_manager_messaging_limit', () => 'TIER_250'],
  ['messaging_limit_tier', () => 'TIER_250'],
  ['is_official_business_account', () => false],
  ['unified_cert_status', () => undefined],
  ['search_visibility', () => 'VISIBLE'],
  ['country_dial_code', (number) => number.cc],
  ['country_code', () => undefined],
  ['username', () => undefined],
  ['quality_score', (number) => ({ score: number.quality_rating })],
]);

const EIGHT = [
  'verified_name',
  'code_verification_status',
  'display_phone_number',
  'quality_rating',
  'platform_type',
  'throughput',
  'webhook_configuration',
  'id',
];
const FOUR = ['id', 'display_phone_number', 'verified_name', 'quality_rating'];

const WABA_FIELDS = new Map<string, (waba: Waba) => unknown>([
  ['id', (waba) => waba.id],
  ['name', (waba) => waba.name],
  ['account_review_status', (waba) => waba.account_review_status],
  ['business_verification_status', (waba) => waba.business_verification_status],
  ['owner_business_info', (waba) => ({ id: waba.owner_business_id, name: waba.name })],
  ['currency', () => 'USD'],
  ['timezone_id', () => '1'],
  ['message_template_namespace', () => undefined],
]);

/**
 * The names asked for, or the default ones. An unknown name fails the whole request.
 * @throws GraphRefusal 100, "Tried accessing nonexisting field"
 */
export function numberFields(call: Call): string[] {
  const { switches } = call.fake.world;
  const asked = askedFields(call);
  if (asked === undefined) {
    const names = switches.defaultFields === 'eight' ? EIGHT : FOUR;
    return names.filter((name) => exists(name, call.version, switches));
  }
  for (const name of asked)
    if (!exists(name, call.version, switches))
      throw nonexistingField(name, 'WhatsAppBusinessPhoneNumber');
  return [...asked, 'id'];
}

export function showNumber(
  number: PhoneNumber,
  names: string[],
  call: Call,
): Record<string, unknown> {
  return Object.fromEntries(
    names.map((name) => [name, NUMBER_FIELDS.get(name)?.(number, call)] as const),
  );
}

/** @throws GraphRefusal 100, "Tried accessing nonexisting field" */
export function showWaba(waba: Waba, call: Call): Record<string, unknown> {
  const names = askedFields(call) ?? ['id', 'name', 'timezone_id', 'message_template_namespace'];
  const entries = [...names, 'id'].map((name) => {
    const read = WABA_FIELDS.get(name);
    if (read === undefined) throw nonexistingField(name, 'WhatsAppBusinessAccount');
    return [name, read(waba)] as const;
  });
  return Object.fromEntries(entries);
}

export function askedFields(call: Call): string[] | undefined {
  const names = (call.params.get('fields') ?? '').split(',').map((name) => name.trim());
  const asked = names.filter((name) => name !== '');
  return asked.length === 0 ? undefined : asked;
}

function exists(name: string, version: string, switches: Switches): boolean {
  if (!NUMBER_FIELDS.has(name)) return false;
  // Replaced by the limit of the whole portfolio; which version dropped it is an open question.
  if (name === 'messaging_limit_tier') return Number(version.slice(1)) < 24;
  if (name === 'certificate' || name === 'new_certificate')
    return switches.certificates !== 'nonexisting';
  if (name === 'platform_type') return switches.platformField === 'platform_type';
  if (name === 'host_platform') return switches.platformField !== 'neither';
  return true;
}
