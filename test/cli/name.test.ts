import { describe, expect, it } from 'vitest';
import { ACCOUNT, newSignup, NUMBER, T0_MS } from '../store/builders.ts';
import { commandLine, openHome } from './command-line.ts';

describe('another display name', () => {
  it('of a number that never signed up ends with 4', async () => {
    const { env } = await openHome();
    const ended = await commandLine(['name', 'change', '123', 'Lucky Shrub'], { env });
    expect(ended).toMatchObject({ code: 4, out: '' });
  });

  it('of a form that Meta declines is refused, and Temporal is not asked', async () => {
    const { env, store } = await openHome();
    await store.signups.accept(newSignup());
    const ended = await commandLine(['name', 'change', NUMBER, 'www.lucky.com'], { env });
    expect(ended.err).toContain('A display name is no web address');
    expect(ended.code).not.toBe(0);
  });

  it('of a number whose onboarding has failed waits for a new signup', async () => {
    const { env, store } = await openHome(() => T0_MS);
    await store.signups.accept(newSignup());
    await store.numbers.announce({
      ...{ phoneNumberId: NUMBER, wabaId: ACCOUNT, stage: 'done', waitingFor: 'nobody' },
      ...{ deadlineAtMs: T0_MS, progressJson: '{}', events: [], announcementKey: '1' },
      outcome: 'abandoned',
    });
    const ended = await commandLine(['name', 'change', NUMBER, 'Lucky Shrub'], { env });
    expect(ended).toMatchObject({ code: 5 });
    expect(ended.err).toContain('Embedded Signup again');
  });
});
