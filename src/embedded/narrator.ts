import { styleText } from 'node:util';
import { workflowIdOf } from '../contract/onboarding.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { EventRow, NumberRow } from '../store/store.ts';
import type { Ports } from './options.ts';

type Style = Parameters<typeof styleText>[0];

const STYLES: Readonly<Record<string, Style>> = {
  registered: 'green',
  'certificate-collected': 'green',
  ready: 'green',
  'needs-action': 'yellow',
  'signup-expired': 'red',
  abandoned: 'red',
};

/** One readable line for one change of a number. The phone number itself is never in it. */
export function lineOf(event: EventRow, number: NumberRow | undefined): string {
  const time = new Date(event.atMs).toTimeString().slice(0, 8);
  const name = (number?.verifiedName ?? 'a number').padEnd(18);
  const kind = styleText(STYLES[event.kind] ?? 'reset', event.kind.padEnd(21));
  return `${time}  ${name} ${kind} ${event.text}`;
}

/** What a person at the demo can do for a number that waits for one; undefined when there is nothing. */
export function whatToTry(number: NumberRow, ports: Ports): string | undefined {
  const { phoneNumberId, cause } = number;
  if (cause === 'number_in_use') return freeAndRetry(phoneNumberId, ports);
  if (cause === 'name_declined') return submitName(phoneNumberId, ports);
  return undefined;
}

function freeAndRetry(id: PhoneNumberId, ports: Ports): string {
  return [
    'To try: let the customer free the number,',
    `  curl -sX PATCH http://127.0.0.1:${ports.fakeGraph}/_fake/numbers/${id} -d '{"on_handset":false}'`,
    'then retry, on its page in the console',
    `  ${pageOf(id, ports)}`,
    'or by HTTP',
    `  curl -sX POST http://127.0.0.1:${ports.http}/v1/numbers/${id}/retry`,
    'or in the Temporal UI: More actions, Send a Signal, name "retry", at',
    `  ${workflowLink(id, ports)}`,
  ].join('\n');
}

function submitName(id: PhoneNumberId, ports: Ports): string {
  return [
    'To try: submit another name, which Meta approves five seconds later, on its page in the console',
    `  ${pageOf(id, ports)}`,
    'or by HTTP',
    `  curl -sX POST http://127.0.0.1:${ports.http}/v1/numbers/${id}/name \\`,
    `    -H 'content-type: application/json' -d '{"name":"Blue Door"}'`,
  ].join('\n');
}

/** For a browser that the link of the start has logged in. */
function pageOf(id: PhoneNumberId, { http }: Ports): string {
  return `http://127.0.0.1:${http}/numbers/${id}`;
}

function workflowLink(id: PhoneNumberId, { temporalUi }: Ports): string {
  const workflow = encodeURIComponent(workflowIdOf(id));
  return `http://127.0.0.1:${temporalUi}/namespaces/default/workflows/${workflow}`;
}
