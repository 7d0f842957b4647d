import { Secret } from './domain/secret.ts';
import type { BusinessId } from './graph/ids.ts';
import { VARIABLES } from './variables.ts';

const META_SDK = 'https://connect.facebook.net/en_US/sdk.js';

/** How the console's own page starts Embedded Signup. */
export interface SignupSettings {
  readonly appId: string;
  readonly configId: string;
  readonly graphVersion: string;
  /** Of Meta's JavaScript SDK, or of the emulator's where that plays Meta. */
  readonly sdkUrl: string;
}

export function signupSettingsOf(env: {
  readonly META_APP_ID: string;
  readonly META_SIGNUP_CONFIG_ID?: string | undefined;
  readonly GRAPH_BASE_URL: string;
  readonly GRAPH_VERSION: string;
}): { readonly embeddedSignup?: SignupSettings } {
  const { META_SIGNUP_CONFIG_ID: configId, GRAPH_BASE_URL: graph } = env;
  if (configId === undefined) return {};
  const sdkUrl = graph === VARIABLES.GRAPH_BASE_URL.fallback ? META_SDK : `${graph}/_fake/sdk.js`;
  const { META_APP_ID: appId, GRAPH_VERSION: graphVersion } = env;
  return { embeddedSignup: { appId, configId, graphVersion, sdkUrl } };
}

/** The partner's own portfolio at Meta. */
export interface Partner {
  readonly businessId: BusinessId;
  readonly token: Secret;
}

export function partnerOf(env: {
  readonly META_BUSINESS_ID?: BusinessId | undefined;
  readonly META_SYSTEM_TOKEN?: string | undefined;
}): Partner | undefined {
  const { META_BUSINESS_ID: businessId, META_SYSTEM_TOKEN: token } = env;
  if (businessId === undefined || token === undefined) return undefined;
  return { businessId, token: new Secret(token) };
}
