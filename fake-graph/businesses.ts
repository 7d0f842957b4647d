import { GraphRefusal, invalidParameter, missingObject, unknownPath } from './graph-errors.ts';
import { addPreverified, listPreverified, sharePreverified } from './preverified.ts';
import { issueToken } from './tokens.ts';
import type { BusinessCall, Plan } from './call.ts';
import type { World } from './world.ts';

type Route = (call: BusinessCall) => Plan;

/** Of the partner's own portfolio. */
const OWN: Record<string, Route> = {
  'POST add_phone_numbers': addPreverified,
  'GET preverified_numbers': listPreverified,
  'POST share_preverified_numbers': sharePreverified,
  'DELETE share_preverified_numbers': sharePreverified,
};

/** Of a customer's portfolio. */
const CUSTOMERS: Record<string, Route> = {
  'POST system_user_access_tokens': fetchToken,
};

/** Is the id that of a business portfolio, the partner's or a customer's? */
export function isBusiness({ app, wabas }: World, id: string): boolean {
  return id === app.business_id || Object.values(wabas).some((w) => w.owner_business_id === id);
}

/** @throws GraphRefusal 100/33 unless the token is the partner's own */
export function businessPlan(call: BusinessCall, key: string): Plan {
  const { business, fake, grant, method } = call;
  if (grant.kind !== 'system') throw missingObject(business, method);
  const routes = business === fake.world.app.business_id ? OWN : CUSTOMERS;
  const route = routes[key];
  if (route !== undefined) return route(call);
  if (key in OWN || key in CUSTOMERS) throw missingObject(business, method);
  throw unknownPath(`/${call.segments.slice(1).join('/')}`);
}

/** `POST /{BUSINESS_ID}/system_user_access_tokens`: the token of a customer whose signup the partner hosts. */
function fetchToken({ business, fake, nowMs, params }: BusinessCall): Plan {
  const { world } = fake;
  if (params.get('appsecret_proof') === undefined)
    throw new GraphRefusal(100, {
      message: 'API calls from the server require an appsecret_proof argument',
    });
  if (params.get('fetch_only') !== 'true') throw invalidParameter('fetch_only must be true.');
  const owned = Object.values(world.wabas).filter((waba) => waba.owner_business_id === business);
  const wabas = owned.map(({ id }) => id).reverse();
  const known = Object.values(world.tokens).find(
    (token) => token.kind === 'business' && !token.revoked && token.business_id === business,
  );
  const token = known ?? issueToken(world, nowMs, { wabas, business_id: business });
  return { body: { access_token: token.value } };
}
