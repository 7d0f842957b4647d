import { execFile, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { startSystem, type System } from './system.ts';

const IN_REVIEW = {
  name_status: 'PENDING_REVIEW',
  review: { decision: 'APPROVED', after_ms: 2000 },
};
const eventSchema = z.looseObject({
  kind: z.string().optional(),
  actor: z.string().optional(),
  outcome: z.string().optional(),
});
const reportSchema = z.object({
  checks: z.array(
    z.looseObject({ kind: z.string(), name: z.string(), mend: z.string().optional() }),
  ),
});

let system: System;
beforeAll(async () => {
  system = await startSystem({ POLL_INTERVAL: '6h' });
});
afterAll(async () => {
  await system.close();
});

/** The program beside the service: the same environment, the same database. */
async function cli(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['src/cli/main.ts', ...args], {
    env: { ...system.engine.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const code = new Promise((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, out, err };
}

function mendsOf({ out }: { readonly out: string }): ReadonlyMap<string, string | undefined> {
  const { checks } = reportSchema.parse(JSON.parse(out));
  const failures = checks.filter(({ kind }) => kind === 'failed');
  return new Map(failures.map(({ name, mend }) => [name, mend]));
}

async function signUp(number: object): Promise<{ readonly id: string; readonly waba: string }> {
  const { code, ...ids } = await system.engine.meta.signUp({ number });
  expect((await system.call('POST', '/v1/signups', { code, ...ids })).status).toBe(202);
  return { id: ids.phone_number_id, waba: ids.waba_id };
}

describe('an administrator with a shell', () => {
  it('sees why a number is stuck, watches it, retries it, and is named in its history', async () => {
    const { id } = await signUp({ ...IN_REVIEW, on_handset: true });
    await system.numberWhen(id, ({ waiting_for: who }) => who === 'operator');
    const stuck = await cli(['numbers', 'show', id]);
    expect(stuck.out).toContain(`number_in_use (Meta's code 100/2388001`);
    expect(stuck.out).toContain(`run: whatsapp-onboarding retry ${id}`);

    await system.engine.meta.patch(`/numbers/${id}`, { on_handset: false });
    const watching = cli(['numbers', 'watch', id, '--json']);
    const retried = await cli(['retry', id, '--actor', 'Ada, on call']);
    expect(retried).toMatchObject({ code: 0, err: '' });
    expect(retried.out).toContain(`${id} tries again, asked by Ada, on call (administrator, CLI).`);

    const { code, out } = await watching;
    expect(code).toBe(0);
    const events = out
      .trim()
      .split('\n')
      .map((line) => eventSchema.parse(JSON.parse(line)));
    expect(events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['signed-up', 'needs-action', 'retried', 'registered', 'ready']),
    );
    expect(events.find(({ kind }) => kind === 'retried')?.actor).toBe(
      'Ada, on call (administrator, CLI)',
    );
    expect(events.at(-1)).toEqual({ outcome: 'ready' });
    expect((await cli(['retry', id])).code).toBe(5);
  });

  it('hears from the onboarding itself why a retry would do harm', async () => {
    const locked = new Date(Date.now() + 3_600_000).toISOString();
    const { id } = await signUp({ ...IN_REVIEW, register_locked_until: locked });
    await system.numberWhen(id, ({ waiting_for: who }) => who === 'time');
    const { code, out, err } = await cli(['retry', id]);
    expect([code, out]).toEqual([5, '']);
    expect(err).toMatch(
      /^Meta has locked the number until .*; a call now would prolong the lock\n$/,
    );
  });

  it('is told by the doctor that all is well', async () => {
    const { code, out, err } = await cli(['doctor', '--json']);
    const { checks } = reportSchema.parse(JSON.parse(out));
    expect(checks.filter(({ kind }) => kind !== 'ok')).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Temporal', 'search attributes', 'worker', 'Meta and the app']),
    );
    expect([code, err]).toEqual([0, '']);
  });

  it('is told in one line that a namespace is missing', async () => {
    const { code, err } = await cli(['doctor', '--json'], { TEMPORAL_NAMESPACE: 'nowhere' });
    expect(code).toBe(3);
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'temporal_unavailable' } });
    const { id } = await signUp({ on_handset: true });
    await system.numberWhen(id, ({ waiting_for: who }) => who === 'operator');
    expect(await cli(['retry', id], { TEMPORAL_NAMESPACE: 'nowhere' })).toEqual({
      code: 3,
      out: '',
      err: `cannot use Temporal at ${system.engine.temporalAddress}, namespace nowhere: namespace not found\n`,
    });
  });

  it('is told how to make the search attributes that a namespace lacks, and to start a worker', async () => {
    const { temporalAddress: address } = system.engine;
    const create = ['operator', 'namespace', 'create', '--namespace', 'bare'];
    await promisify(execFile)(inject('temporalCli'), [...create, '--address', address]);
    const mends = async () =>
      mendsOf(await cli(['doctor', '--json'], { TEMPORAL_NAMESPACE: 'bare' }));
    // Temporal's frontend learns of a new namespace within seconds.
    await expect
      .poll(async () => [...(await mends()).keys()], { timeout: 20_000, interval: 500 })
      .toEqual(['search attributes', 'worker']);
    const commands = (await mends()).get('search attributes')?.split('; ') ?? [];
    expect(commands).toHaveLength(6);
    expect(commands).toContain(
      'temporal operator search-attribute create --name DeadlineAt --type Datetime --namespace bare',
    );
  });

  it('is told that no worker took up the retry', async () => {
    const { id } = await signUp({ on_handset: true });
    await system.numberWhen(id, ({ waiting_for: who }) => who === 'operator');
    await system.worker.stop(5000);
    expect(await cli(['retry', id])).toEqual({
      code: 3,
      out: '',
      err: 'Temporal has the order but no worker took it up in time; run: whatsapp-onboarding doctor\n',
    });
  });
});
