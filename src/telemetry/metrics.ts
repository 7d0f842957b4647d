import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import type { GraphClientOptions } from '../graph/client.ts';
import type { AnsweredRoute } from '../http/routes.ts';
import type { WebhookChanges } from '../http/webhooks.ts';
import type { PartnerClient } from '../partner/client.ts';
import { verdictOf, type CallVerdict } from './call-verdict.ts';

/** What one process counts. A label is always a word of ours from a closed list: never an id, a name or a phone number. */
export interface Metrics {
  readonly registry: Registry;
  readonly aroundCall: NonNullable<GraphClientOptions['around']>;
  readonly onAnswer: (answer: AnsweredRoute) => void;
  readonly onWebhook: (changes: WebhookChanges) => void;
  /** A webhook's number was woken so long after the webhook came. */
  readonly onSignalled: (lagMs: number) => void;
  readonly countingDeliveries: (partner: PartnerClient, nowMs: () => number) => PartnerClient;
}

const SECOND_MS = 1000;
/** The deadline of a call is 10 s. */
const CALL_BUCKETS_S = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** From at once to the three days after which an event is given up. */
const LAG_BUCKETS_S = [0.1, 0.5, 1, 5, 15, 60, 300, 1800, 3600, 21_600, 86_400, 259_200];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const webhookLag = lagOf(registry, 'onboarding_webhook_lag_seconds', WEBHOOK_LAG);
  return {
    registry,
    aroundCall: aroundCallOf(registry),
    onAnswer: onAnswerOf(registry),
    onWebhook: onWebhookOf(registry),
    onSignalled: (lagMs) => {
      webhookLag.observe(lagMs / SECOND_MS);
    },
    countingDeliveries: countingDeliveriesOf(registry),
  };
}

const WEBHOOK_LAG = 'From the receipt of a webhook to the signal to its number';

function aroundCallOf(registry: Registry): Metrics['aroundCall'] {
  const calls = new Counter({
    name: 'onboarding_graph_calls_total',
    help: "Calls to Meta's Graph API by kind and by what became of them",
    labelNames: ['call', 'verdict'] as const,
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'onboarding_graph_call_seconds',
    help: 'How long they took, answered or not',
    labelNames: ['call'] as const,
    buckets: CALL_BUCKETS_S,
    registers: [registry],
  });
  return async (call, send) => {
    const stop = seconds.startTimer({ call });
    const count = (verdict: CallVerdict): void => {
      stop();
      calls.inc({ call, verdict });
    };
    try {
      const answer = await send();
      count('ok');
      return answer;
    } catch (error) {
      count(verdictOf(error));
      throw error;
    }
  };
}

function onAnswerOf(registry: Registry): Metrics['onAnswer'] {
  const answers = new Counter({
    name: 'onboarding_http_answers_total',
    help: 'Answers of the HTTP edge by route and status',
    labelNames: ['method', 'route', 'status'] as const,
    registers: [registry],
  });
  return ({ method, route, status }) => {
    answers.inc({ method, route, status: status.toString() });
  };
}

function onWebhookOf(registry: Registry): Metrics['onWebhook'] {
  const changes = new Counter({
    name: 'onboarding_webhook_changes_total',
    help: "Changes in Meta's webhooks: kept, repeated, ignored as none of our business, odd in form",
    labelNames: ['result'] as const,
    registers: [registry],
  });
  return ({ kept, repeated, ignored, odd }) => {
    const counts: Readonly<Record<string, number>> = { kept, repeated, ignored, odd };
    for (const [result, count] of Object.entries(counts)) changes.inc({ result }, count);
  };
}

function countingDeliveriesOf(registry: Registry): Metrics['countingDeliveries'] {
  const attempts = new Counter({
    name: 'onboarding_event_attempts_total',
    help: "Attempts to hand an event to the partner's receiver",
    labelNames: ['result'] as const,
    registers: [registry],
  });
  const lag = lagOf(
    registry,
    'onboarding_event_lag_seconds',
    "From an event to the receiver's word that it has it",
  );
  return (partner, nowMs) => ({
    ...partner,
    deliver: async (event) => {
      const delivery = await partner.deliver(event);
      attempts.inc({ result: delivery.kind });
      if (delivery.kind === 'accepted') lag.observe((nowMs() - event.atMs) / SECOND_MS);
      return delivery;
    },
  });
}

function lagOf(registry: Registry, name: string, help: string): Histogram {
  return new Histogram({ name, help, buckets: LAG_BUCKETS_S, registers: [registry] });
}
