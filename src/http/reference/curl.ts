import type { z } from 'zod';
import { examplesIn, isOrder } from '../contract.ts';
import type { DescribedRoute } from '../described.ts';
import { nodeOf } from './schema.ts';

/** A call that may be typed as it is, in a shell where `BASE` and `TOKEN` are set. */
export function curlOf({ method, path, role, contract }: DescribedRoute): string {
  const { params, query, headers, body } = contract;
  const ids = neededOf(params);
  const target = path.replaceAll(/:([a-z_]+)/g, (_all, name: string) => textOf(ids[name]));
  const order = isOrder(method) ? neededOf(body) : {};
  const words = Object.entries(neededOf(query)).map(([key, value]) => `${key}=${textOf(value)}`);
  const verb = method === 'GET' ? '' : `-X ${method} `;
  return [
    `curl ${verb}"$BASE${[target, ...(words.length === 0 ? [] : [words.join('&')])].join('?')}"`,
    ...(role === 'anyone' ? [] : ['-H "authorization: Bearer $TOKEN"']),
    ...Object.entries(neededOf(headers)).map(([key, value]) => `-H "${key}: ${textOf(value)}"`),
    ...(Object.keys(order).length === 0
      ? []
      : ["-H 'content-type: application/json'", `-d '${JSON.stringify(order)}'`]),
  ].join(' \\\n  ');
}

/** Of the members that must be there. */
function neededOf(schema: z.ZodObject | undefined): Readonly<Record<string, unknown>> {
  if (schema === undefined) return {};
  const { required = [] } = nodeOf(schema, 'input');
  return Object.fromEntries([...examplesIn(schema)].filter(([name]) => required.includes(name)));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}
