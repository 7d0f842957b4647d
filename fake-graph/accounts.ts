import { success } from './call.ts';
import { showWaba } from './fields.ts';
import { GraphRefusal, invalidParameter } from './graph-errors.ts';
import { shakeHands } from './deliveries.ts';
import type { Call, Plan, WabaCall } from './call.ts';

export function readWaba(call: WabaCall): Plan {
  return { body: showWaba(call.waba, call) };
}

export function readSubscription(call: WabaCall): Plan {
  const { app } = call.fake.world;
  const { subscribed } = call.waba;
  if (subscribed === undefined) return { body: { data: [] } };
  const link = `https://www.facebook.com/games/?app_id=${app.id}`;
  const entry = {
    whatsapp_business_api_data: { id: app.id, link, name: app.name },
    override_callback_uri: subscribed.override_callback_uri,
  };
  return { body: { data: [entry] } };
}

/** `POST /{WABA}/subscribed_apps`. Without an override it also removes an existing one. */
export async function subscribe(call: WabaCall): Promise<Plan> {
  const { waba, params } = call;
  const url = params.get('override_callback_uri');
  if (url !== undefined) await checkOverride(call, url);
  const changes = waba.subscribed === undefined || waba.subscribed.override_callback_uri !== url;
  return {
    body: success(call),
    effect: changes
      ? () => {
          waba.subscribed = { override_callback_uri: url };
        }
      : undefined,
  };
}

async function checkOverride(call: WabaCall, url: string): Promise<void> {
  if (call.waba.subscribed === undefined)
    throw new GraphRefusal(100, {
      title:
        'Before override the current callback uri, your app must be subscribed to receive messages ' +
        'for WhatsApp Business Account',
    });
  await checkCallback(call, { url, verifyToken: call.params.get('verify_token') ?? '' });
}

/** Meta's check of an override. @throws GraphRefusal 100 for too long a URL or a failing handshake */
export async function checkCallback(
  { fake }: Call,
  { url, verifyToken }: { url: string; verifyToken: string },
): Promise<void> {
  if (url.length > 200) throw invalidParameter('override_callback_uri is too long.');
  const { accepted } = await shakeHands(fake.world, { url, verifyToken });
  if (!accepted)
    throw new GraphRefusal(100, {
      details: 'The callback URL or verify token could not be validated.',
    });
}

export function unsubscribe(call: WabaCall): Plan {
  const { waba } = call;
  return {
    body: success(call),
    effect:
      waba.subscribed === undefined
        ? undefined
        : () => {
            waba.subscribed = undefined;
          },
  };
}
