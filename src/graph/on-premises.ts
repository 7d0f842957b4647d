import { X509Certificate } from 'node:crypto';

import { Agent } from 'undici';

import { Secret } from '../domain/secret.ts';
import { isLoopbackHost, mayBeCalled, safeLookup, type Resolve } from './addresses.ts';
import {
  checkedCertificate,
  checkedCode,
  checkedCountryCode,
  checkedDigits,
  checkedPin,
  checkedToken,
  checkedUserName,
  checkedWireMethod,
} from './checks.ts';
import { InvalidArgument } from './errors.ts';
import {
  accountStatusOf,
  confirmStatus,
  loginOf,
  type OnPremisesCall,
} from './on-premises-answers.ts';
import { jsonOf } from './request.ts';
import { exchange, within, type RawAnswer } from './wire.ts';

const CONNECT_TIMEOUT_MS = 3000;
const MAX_BYTES = 256 * 1024;

interface TokenArgs {
  readonly token: Secret;
  readonly signal?: AbortSignal;
}

interface AccountArgs extends TokenArgs {
  /** Digits, without the `+`: `1`. */
  readonly cc: string;
  /** Digits, without the country code. */
  readonly phoneNumber: string;
  readonly codeMethod: 'sms' | 'voice';
  /** The number's certificate; after a change of its name, the new one. */
  readonly cert: Secret;
  /** Only of a number with two-step verification. */
  readonly pin?: Secret;
}

/**
 * A customer's own On-Premises client. Every call throws GraphUnreachable, GraphOutcomeUnknown or OnPremisesRefused, and
 * InvalidArgument before anything is sent; `logIn` also GraphMalformed. No error holds a secret or an address. Meta has retired
 * the product: today `registerAccount` is refused with code 1005. Source: Meta, On-Premises API reference, Account.
 */
export interface OnPremisesClient {
  /** A token for the other calls, which lives 7 days. */
  logIn(args: {
    readonly userName: string;
    readonly password: Secret;
    readonly signal?: AbortSignal;
  }): Promise<{ readonly token: Secret; readonly expiresAtMs?: number }>;
  /** After Embedded Signup no code is needed: `registered`. If one was sent all the same, `verifyAccount` takes it. */
  registerAccount(args: AccountArgs): Promise<'registered' | 'code-sent'>;
  verifyAccount(args: TokenArgs & { readonly code: Secret }): Promise<void>;
}

export interface OnPremisesOptions {
  /** `https://wa.example.com:9090`; http only to this machine. Names are checked again at each connection. */
  readonly baseUrl: string;
  /** PEM: the only issuers to trust, for a client that signs its own certificate. Without it, the public ones. */
  readonly ca?: string;
  /** Of one call, from the first byte sent to the last one read. */
  readonly timeoutMs: number;
  readonly resolve?: Resolve;
}

/** @throws InvalidArgument if the base URL may not be called, or the CA is not one */
export function createOnPremisesClient(
  options: OnPremisesOptions,
): OnPremisesClient & { close(): Promise<void> } {
  const origin = originOf(options.baseUrl);
  const dispatcher = createAgent(options);
  let closing: Promise<void> | undefined;
  const post = async (call: OnPremisesCall, signal: AbortSignal | undefined): Promise<RawAnswer> =>
    exchange({
      ...{ attempted: call.attempted, peer: 'The On-Premises client', method: 'POST' },
      url: new URL(`/v1/${call.path}`, origin),
      headers: headersOf(call),
      body: jsonOf(call.json),
      maxBytes: MAX_BYTES,
      signal: within(options.timeoutMs, signal),
      dispatcher,
    });
  return {
    logIn: async ({ userName, password, signal }) => {
      const call = loginCall(userName, password);
      return loginOf(call, await post(call, signal));
    },
    registerAccount: async (args) => {
      const call = accountCall(args);
      return accountStatusOf(call, await post(call, args.signal));
    },
    verifyAccount: async ({ token, code, signal }) => {
      const call = {
        attempted: 'verify the code of the On-Premises account',
        ...{ path: 'account/verify', authorization: bearer(token) },
        json: { code: checkedCode(code) },
      };
      confirmStatus(call, await post(call, signal), [200, 201]);
    },
    close: () => (closing ??= dispatcher.close()),
  };
}

function originOf(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  const isPlain = url !== null && `${url.origin}/` === url.href;
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname));
  if (!isPlain || !isSafe)
    throw new InvalidArgument('On-Premises base URL must be like https://wa.example.com:9090');
  if (!mayBeCalled(url.hostname))
    throw new InvalidArgument('On-Premises base URL must not be a link-local or special address');
  return url.origin;
}

function createAgent({ ca, timeoutMs, resolve }: OnPremisesOptions): Agent {
  // undici's own limits stay above the call's deadline, so that one clock decides.
  const limitMs = 2 * timeoutMs;
  return new Agent({
    allowH2: false,
    connect: {
      timeout: CONNECT_TIMEOUT_MS,
      lookup: safeLookup(resolve),
      // Said aloud, so that no variable of the environment can switch the check off.
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca: certificatesIn(ca) }),
    },
    headersTimeout: limitMs,
    bodyTimeout: limitMs,
  });
}

/** An empty CA would quietly mean the public ones, and of a broken one Node would trust what is left. */
function certificatesIn(ca: string): string[] {
  const found = ca.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0 || !found.every((pem) => isCertificate(pem)))
    throw new InvalidArgument('CA must be certificates in PEM');
  return found;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).validTo !== '';
  } catch {
    return false;
  }
}

function loginCall(userName: string, password: Secret): OnPremisesCall {
  const pair = `${checkedUserName(userName)}:${password.reveal()}`;
  const basic = Buffer.from(pair).toString('base64');
  return {
    attempted: 'log in to the On-Premises client',
    path: 'users/login',
    authorization: { scheme: 'Basic', secret: new Secret(basic) },
    json: {},
    alsoSecret: password,
  };
}

function accountCall(args: AccountArgs): OnPremisesCall {
  return {
    attempted: 'register the On-Premises account',
    path: 'account',
    authorization: bearer(args.token),
    json: {
      cc: checkedCountryCode(args.cc),
      phone_number: checkedDigits(args.phoneNumber),
      method: checkedWireMethod(args.codeMethod),
      cert: checkedCertificate(args.cert),
      ...(args.pin === undefined ? {} : { pin: checkedPin(args.pin) }),
    },
  };
}

const bearer = (token: Secret): OnPremisesCall['authorization'] => ({
  scheme: 'Bearer',
  secret: checkedToken(token),
});

const headersOf = ({ authorization }: OnPremisesCall): Record<string, string> => ({
  accept: 'application/json',
  'accept-encoding': 'identity',
  'content-type': 'application/json',
  authorization: `${authorization.scheme} ${authorization.secret.reveal()}`,
});
