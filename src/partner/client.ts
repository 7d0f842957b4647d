import { Webhook } from 'standardwebhooks';
import { Agent, request } from 'undici';
import type { Secret } from '../domain/secret.ts';
import { safeLookup, type Resolve } from '../graph/addresses.ts';
import { faultWord } from '../graph/transport-faults.ts';
import { bodyOf, type PartnerEvent } from './event.ts';

const CONNECT_TIMEOUT_MS = 3000;
/** Read so that the connection can be used again; a longer answer ends it. */
const MOST_ANSWER_BYTES = 4096;

/** What became of one attempt. Nothing of the receiver's answer is kept but its status. */
export type Delivery =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly status: number }
  /** No answer: it may have arrived all the same. `fault` is the transport's own word, or `timeout`. */
  | { readonly kind: 'no-answer'; readonly fault: string };

export interface PartnerClient {
  /** Sends the event once, signed. Follows no redirect. */
  deliver(event: PartnerEvent): Promise<Delivery>;
}

export interface PartnerClientOptions {
  /** Passed `isReceiverUrl`. Its name is checked again at each connection. */
  readonly url: string;
  /** Passed `isSigningSecret`. */
  readonly secret: Secret;
  /** Of one attempt, from the connection to the last byte of the answer. */
  readonly timeoutMs: number;
  /** The receiver refuses what was signed long ago, by its own clock. */
  readonly nowMs: () => number;
  readonly resolve?: Resolve;
}

/** The partner's receiver of events, by the scheme of Standard Webhooks. */
export function createPartnerClient(
  options: PartnerClientOptions,
): PartnerClient & { close(): Promise<void> } {
  const { url, timeoutMs, nowMs, resolve } = options;
  const signer = new Webhook(options.secret.reveal());
  const dispatcher = new Agent({
    allowH2: false,
    connect: {
      timeout: CONNECT_TIMEOUT_MS,
      lookup: safeLookup(resolve),
      // Said aloud, so that no variable of the environment can switch the check off.
      rejectUnauthorized: true,
    },
    // Above the attempt's own deadline, so that one clock decides.
    headersTimeout: 2 * timeoutMs,
    bodyTimeout: 2 * timeoutMs,
  });
  return {
    deliver: async (event) => {
      const body = bodyOf(event);
      const headers = headersOf(signer, { id: event.id, body, at: new Date(nowMs()) });
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const answer = await request(url, { method: 'POST', dispatcher, headers, body, signal });
        // The status is the whole answer, whatever becomes of the rest.
        await answer.body.dump({ limit: MOST_ANSWER_BYTES, signal }).catch(() => undefined);
        return verdictOn(answer.statusCode);
      } catch (error) {
        return { kind: 'no-answer', fault: signal.aborted ? 'timeout' : faultWord(error) };
      }
    },
    close: () => dispatcher.close(),
  };
}

function headersOf(
  signer: Webhook,
  { id, body, at }: { readonly id: string; readonly body: string; readonly at: Date },
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'whatsapp-number-onboarding',
    'webhook-id': id,
    'webhook-timestamp': Math.floor(at.getTime() / 1000).toString(),
    'webhook-signature': signer.sign(id, at, body),
  };
}

function verdictOn(status: number): Delivery {
  return status >= 200 && status <= 299 ? { kind: 'accepted' } : { kind: 'refused', status };
}
