import { createHash } from 'node:crypto';

import { faultSchema } from './fault-kinds.ts';
import { nextName } from './ids.ts';
import type { ArmedFault, Fault } from './fault-kinds.ts';
import type { World } from './world.ts';

export interface Candidate {
  method: string;
  /** Path of a request, or field of a webhook. */
  path: string;
  number: string | undefined;
}

export function armFault(world: World, fault: Fault): ArmedFault {
  const armed = { id: nextName(world, 'fault'), seen: 0, fault };
  world.faults.push(armed);
  return armed;
}

/** The first armed fault that strikes this request. Faults of webhooks and of requests do not meet. */
export function strike(
  world: World,
  candidate: Candidate,
  kinds: (kind: Fault['kind']) => boolean,
): Fault | undefined {
  for (const armed of world.faults) {
    if (!kinds(armed.fault.kind) || !matches(armed.fault, candidate)) continue;
    armed.seen += 1;
    if (isTurn(armed)) return drawn(armed);
  }
  return undefined;
}

export const isWebhookFault = (kind: Fault['kind']): boolean => kind.startsWith('wh_');
export const isRequestFault = (kind: Fault['kind']): boolean => !isWebhookFault(kind);

function isTurn(armed: ArmedFault): boolean {
  const { nth = 1, times } = armed.fault.match;
  const { probability } = armed.fault;
  const most = times ?? (probability === undefined ? 1 : 'always');
  if (armed.seen < nth || (most !== 'always' && armed.seen >= nth + most)) return false;
  return probability === undefined || chanceOf(armed, 'turn') < probability;
}

/** From 0 to 1, the same for the same seed and the same place in the row of matching requests. */
function chanceOf({ fault: { seed = '1' }, seen }: ArmedFault, what: string): number {
  const digest = createHash('sha256').update(`${seed}/${what}/${seen}`).digest();
  return digest.readUInt32BE() / 2 ** 32;
}

function drawn(armed: ArmedFault): Fault {
  const { fault } = armed;
  if (fault.kind !== 'random') return fault;
  const kind = fault.kinds[Math.floor(chanceOf(armed, 'kind') * fault.kinds.length)];
  return faultSchema.parse({ kind });
}

function matches({ match }: Fault, candidate: Candidate): boolean {
  if (match.method !== undefined && match.method.toUpperCase() !== candidate.method) return false;
  if (match.number !== undefined && match.number !== candidate.number) return false;
  if (match.path === undefined || candidate.path.includes(match.path)) return true;
  return new RegExp(match.path).test(candidate.path);
}

/** Does a struck request still change the world? What lies in front of Meta's rules says no, what follows them yes. */
export function takesEffect(fault: Fault | undefined): boolean {
  if (fault === undefined) return true;
  if ('effect' in fault && fault.effect !== undefined) return fault.effect === 'applied';
  if (fault.kind === 'throttle') return fault.calls !== undefined;
  const skipped = ['error', 'redirect', 'html', 'success_false', 'drop_before'];
  return !skipped.includes(fault.kind);
}
