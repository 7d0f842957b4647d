import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { Secret } from '../../src/domain/secret.ts';
import { createPartnerClient, type PartnerClientOptions } from '../../src/partner/client.ts';

export const SECRET = new Secret(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);

const eventSchema = z.strictObject({
  type: z.string(),
  timestamp: z.string(),
  data: z.strictObject({
    phone_number_id: z.string(),
    waba_id: z.string(),
    message: z.string(),
  }),
});

export interface Arrived {
  readonly id: string;
  readonly event: z.output<typeof eventSchema>;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What it was answered with. */
  readonly status: number;
}

export interface Receiver {
  readonly url: string;
  readonly arrived: readonly Arrived[];
  /** The next answers: `hang` is none. */
  mood: number | 'hang';
  readonly answer: { body: string | Buffer; headers: Record<string, string> };
  readonly close: () => void;
}

/** A partner's own server, which takes only what the library's verifier takes. */
export async function startReceiver(): Promise<Receiver> {
  const arrived: Arrived[] = [];
  const verifier = new Webhook(SECRET.reveal());
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { headers } = request;
      const id = String(headers['webhook-id']);
      const signed = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, String(value)]),
      );
      const event = eventSchema.parse(verifier.verify(body, signed));
      const { mood } = receiver;
      arrived.push({ id, event, headers, body, status: mood === 'hang' ? 0 : mood });
      if (mood === 'hang') return;
      response.writeHead(mood, receiver.answer.headers).end(receiver.answer.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${address.port}/whatsapp?tenant=1`,
    arrived,
    mood: 204,
    answer: { body: '', headers: {} },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}

export function clientTo(
  url: string,
  changes: Partial<PartnerClientOptions> = {},
): ReturnType<typeof createPartnerClient> {
  return createPartnerClient({ url, secret: SECRET, timeoutMs: 2000, nowMs: Date.now, ...changes });
}
