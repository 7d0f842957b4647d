import { isPhoneNumberId, type PhoneNumberId, type WabaId } from '../domain/phone-number.ts';
import type { Secret } from '../domain/secret.ts';
import {
  checkedCallbackUrl,
  checkedCode,
  checkedCodeMethod,
  checkedCountryCode,
  checkedDigits,
  checkedLanguage,
  checkedName,
  checkedPin,
  checkedRegion,
  checkedVerifyToken,
  type CodeMethod,
} from './checks.ts';
import { create, post, type Context, type TokenArgs } from './context.ts';
import { checkedId, type PreverifiedId } from './ids.ts';
import { createdSchema } from './schemas.ts';

interface NumberArgs extends TokenArgs {
  readonly phoneNumberId: PhoneNumberId;
}

/** A number of a customer, or one that a partner verifies beforehand. */
type CodeTarget =
  { readonly phoneNumberId: PhoneNumberId } | { readonly preverifiedId: PreverifiedId };

interface NewNumber {
  readonly wabaId: WabaId;
  /** Digits, without the `+`: `1`. */
  readonly cc: string;
  /** Digits, with or without the country code. */
  readonly phoneNumber: string;
  /** The display name, 2-75 characters, which Meta then reviews. */
  readonly verifiedName: string;
  readonly preverifiedId?: PreverifiedId;
  /** The number comes from another account. */
  readonly migrate?: boolean;
}

/** Where webhooks go, and the word with which Meta's handshake, made during the call, is answered. */
export interface WebhookOverride {
  /** https, at most 200 characters. */
  readonly callbackUrl: string;
  readonly verifyToken: Secret;
}

/** What changes a number. Each is one request, and returns only if Meta said success. */
export interface NumberWrites {
  /** Meta counts each request, good or bad: 10 in 72 hours. The region can be chosen only while the number is unregistered. */
  register(
    args: NumberArgs & { readonly pin: Secret; readonly dataLocalizationRegion?: string },
  ): Promise<void>;
  /** Counted as `register` is, on its own. */
  deregister(args: NumberArgs): Promise<void>;
  /** Needs no old PIN. After a lost answer it may be sent again. */
  setPin(args: NumberArgs & { readonly pin: Secret }): Promise<void>;
  /** Asks for a review of the new name; 10 in 30 days. */
  changeDisplayName(args: NumberArgs & { readonly name: string }): Promise<void>;
  overrideNumberWebhook(args: NumberArgs & WebhookOverride): Promise<void>;
  clearNumberWebhook(args: NumberArgs): Promise<void>;
  /** Adds a number that is then verified by `requestCode` and `verifyCode`. No call of Meta's takes it away again. */
  addPhoneNumber(args: TokenArgs & NewNumber): Promise<PhoneNumberId>;
  /** Has a code sent to the number; `language` is like `en_US`. */
  requestCode(
    args: TokenArgs & CodeTarget & { readonly method: CodeMethod; readonly language: string },
  ): Promise<void>;
  /** `code` is 6 digits, without the hyphen of the message. Guessing too often locks the number for hours. */
  verifyCode(args: TokenArgs & CodeTarget & { readonly code: Secret }): Promise<void>;
}

export function createNumberWrites(context: Context): NumberWrites {
  return { ...registrations(context), ...settings(context), ...ownership(context) };
}

function registrations(context: Context): Pick<NumberWrites, 'register' | 'deregister'> {
  return {
    register: async (args) => {
      const { pin, dataLocalizationRegion: region } = args;
      await post(context, args, {
        attempted: 'register the number',
        path: `${checkedId('phoneNumberId', args.phoneNumberId)}/register`,
        json: {
          messaging_product: 'whatsapp',
          pin: checkedPin(pin),
          ...(region === undefined ? {} : { data_localization_region: checkedRegion(region) }),
        },
      });
    },
    deregister: async (args) => {
      const path = `${checkedId('phoneNumberId', args.phoneNumberId)}/deregister`;
      await post(context, args, { attempted: 'deregister the number', path });
    },
  };
}

type Settings = 'setPin' | 'changeDisplayName' | 'overrideNumberWebhook' | 'clearNumberWebhook';

function settings(context: Context): Pick<NumberWrites, Settings> {
  const pathOf = ({ phoneNumberId }: NumberArgs): string =>
    checkedId('phoneNumberId', phoneNumberId);
  return {
    setPin: async (args) => {
      const json = { pin: checkedPin(args.pin) };
      await post(context, args, { attempted: 'set the PIN', path: pathOf(args), json });
    },
    changeDisplayName: async (args) => {
      const json = { new_display_name: checkedName(args.name) };
      await post(context, args, { attempted: 'change the name', path: pathOf(args), json });
    },
    overrideNumberWebhook: async (args) => {
      const json = { webhook_configuration: overrideJson(args) };
      const attempted = "override the number's webhook";
      await post(context, args, { attempted, path: pathOf(args), json });
    },
    clearNumberWebhook: async (args) => {
      const json = { webhook_configuration: { override_callback_uri: '' } };
      const attempted = "clear the number's webhook override";
      await post(context, args, { attempted, path: pathOf(args), json });
    },
  };
}

type Ownership = 'addPhoneNumber' | 'requestCode' | 'verifyCode';

function ownership(context: Context): Pick<NumberWrites, Ownership> {
  return {
    addPhoneNumber: async (args) =>
      create(context, args, {
        attempted: 'add the number to the account',
        path: `${checkedId('wabaId', args.wabaId)}/phone_numbers`,
        json: newNumberJson(args),
        schema: createdSchema(isPhoneNumberId),
      }),
    requestCode: async (args) => {
      const path = `${targetOf(args)}/request_code`;
      const json = {
        code_method: checkedCodeMethod(args.method),
        language: checkedLanguage(args.language),
      };
      await post(context, args, { attempted: 'have a code sent', path, json });
    },
    verifyCode: async (args) => {
      const path = `${targetOf(args)}/verify_code`;
      const json = { code: checkedCode(args.code) };
      await post(context, args, { attempted: 'verify the code', path, json });
    },
  };
}

/** @throws InvalidArgument */
export function overrideJson({ callbackUrl, verifyToken }: WebhookOverride): {
  readonly override_callback_uri: string;
  readonly verify_token: Secret;
} {
  return {
    override_callback_uri: checkedCallbackUrl(callbackUrl),
    verify_token: checkedVerifyToken(verifyToken),
  };
}

function newNumberJson(args: NewNumber): Readonly<Record<string, string | boolean>> {
  const { preverifiedId, migrate = false } = args;
  return {
    cc: checkedCountryCode(args.cc),
    phone_number: checkedDigits(args.phoneNumber),
    verified_name: checkedName(args.verifiedName),
    ...(preverifiedId === undefined
      ? {}
      : { preverified_id: checkedId('preverifiedId', preverifiedId) }),
    ...(migrate ? { migrate_phone_number: true } : {}),
  };
}

function targetOf(target: CodeTarget): string {
  return 'phoneNumberId' in target
    ? checkedId('phoneNumberId', target.phoneNumberId)
    : checkedId('preverifiedId', target.preverifiedId);
}
