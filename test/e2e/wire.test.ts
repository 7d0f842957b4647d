import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { writeWorkflowBundle } from '../../scripts/bundle-workflows.ts';
import { canariesIn } from '../support/canary.ts';
import { startPassThrough, type PassThrough } from '../support/grpc-pass-through.ts';
import { phoneOf, secretsOf } from './secrets.ts';
import { startSystem, type System } from './system.ts';

/** A PIN is replaced and two register requests are sent before it is ready. */
const EVENTFUL = { scenario: 'foreign_pin', number: { name_status: 'APPROVED' } };
const SENTENCE = { name: 'the summary of an activity', value: 'register with Meta, once' };

interface Tapped {
  readonly system: System;
  readonly wire: PassThrough;
}

/** Worker and starter reach Temporal only through a wire that we listen to. */
async function startTapped(codec: 'on' | 'off'): Promise<Tapped> {
  let wire: PassThrough | undefined;
  const system = await startSystem(async ({ dir, temporalAddress }) => {
    wire = await startPassThrough(temporalAddress);
    if (codec === 'off') return { TEMPORAL_ADDRESS: wire.address };
    await writeWorkflowBundle(join(dir, 'bundle.encoded.js'), undefined, 'encoded');
    const WORKFLOW_BUNDLE = join(dir, 'bundle.js');
    return { TEMPORAL_ADDRESS: wire.address, PAYLOAD_CODEC: 'on', WORKFLOW_BUNDLE };
  });
  if (wire === undefined) throw new Error('nobody has asked where Temporal is');
  const tap = wire;
  onTestFinished(async () => {
    await system.close();
    tap.close();
  });
  return { system, wire };
}

it.each([
  { codec: 'off', readable: [SENTENCE.name] },
  { codec: 'on', readable: [] },
] as const)(
  'I4: no secret of a number goes over the wire to Temporal, with the codec $codec',
  async ({ codec, readable }) => {
    const { system, wire } = await startTapped(codec);
    const { code, ...ids } = await system.engine.meta.signUp(EVENTFUL);
    expect((await system.call('POST', '/v1/signups', { code, ...ids })).status).toBe(202);
    const id = ids.phone_number_id;
    await system.numberWhen(id, ({ outcome }) => outcome === 'ready');
    expect(await system.engine.meta.registersOf(id)).toHaveLength(2);

    const { store } = system.engine;
    const heard = wire.heard();
    // The tap works: the number's id names its run.
    expect(canariesIn(heard, [{ name: 'id', value: id }])).toEqual(['id']);
    expect(canariesIn(heard, [SENTENCE])).toEqual(readable);
    const secrets = [...(await secretsOf(store, id)), ...(await phoneOf(store, id))];
    expect(canariesIn(heard, [...secrets, { name: 'signup code', value: code }])).toEqual([]);
  },
);
