import { expect, test } from 'vitest';
import { connectClient } from '../../src/connection.ts';
import { DEFAULT_TIMING } from '../../src/domain/timing.ts';
import { createOnboardings, TemporalUnavailable } from '../../src/http/onboardings.ts';
import { freePort } from '../support/free-port.ts';
import { phoneNumberId, wabaId } from './edge.ts';

const ID = phoneNumberId('1001');

test('says within five seconds that Temporal is down, whatever is asked', async () => {
  const address = `127.0.0.1:${await freePort()}`;
  const codec = { isOn: false, keyFile: '' };
  const client = connectClient({ address, namespace: 'default', tls: false, metadata: {}, codec });
  const onboardings = createOnboardings({ client, timing: DEFAULT_TIMING, nowMs: Date.now });
  const signup = {
    ...{ id: 's', idempotencyKey: 'k', bodyHash: 'b', acceptedAtMs: 0, deadlineAtMs: 0 },
    ...{ phoneNumberId: ID, wabaId: wabaId('1'), how: { platform: 'cloud' as const } },
    source: 'embedded-signup' as const,
  };
  const startedAtMs = performance.now();
  const calls = [onboardings.start(signup), onboardings.hint(ID), onboardings.check()];
  const ends = await Promise.allSettled(calls);
  for (const end of ends) {
    expect(end.status === 'rejected' && end.reason).toBeInstanceOf(TemporalUnavailable);
  }
  expect(performance.now() - startedAtMs).toBeLessThan(5000);
  await client.connection.close();
});
