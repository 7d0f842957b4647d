import { describe, expect, it } from 'vitest';
import { commandsFor } from '../../src/cli/next-step.ts';
import type { Progress } from '../../src/contract/onboarding.ts';
import { CAUSES, type Cause } from '../../src/domain/causes.ts';
import { currentDetailsOf } from '../../src/workflows/current-details.ts';

const AT_MS = Date.UTC(2026, 10, 22, 10);

function detailsAt(cause: Cause, changes: Partial<Progress> = {}): string {
  return currentDetailsOf({
    stage: 'registering',
    waiting: { for: 'operator', refusal: { cause, code: 133005 } },
    tracks: {
      ownership: 'open',
      registration: 'not-registered',
      name: 'unknown',
      certificate: 'none',
    },
    deadlineAtMs: AT_MS,
    changedAtMs: AT_MS,
    ...changes,
  });
}

const causes = Object.keys(CAUSES).filter((name): name is Cause => name in CAUSES);
const asksFor = (order: string) => (cause: Cause) =>
  commandsFor(cause, '1').some((command) => command.includes(order));

describe('the details of a number that waits, in the Temporal UI', () => {
  it.each(causes)('say whose move it is, why, what to do and by when: %s', (cause) => {
    const details = detailsAt(cause);
    expect(details).toMatch(/^### registering: your move\n/);
    expect(details).toContain(`**${cause}** (Meta code 133005): ${CAUSES[cause].advice}`);
    expect(details).toContain('Register before **2026-11-22 10:00 UTC**.');
  });

  it.each(causes.filter(asksFor('code submit')))(
    'say that a code is not for Temporal, and where it is entered: %s',
    (cause) => {
      const details = detailsAt(cause);
      expect(details).toContain('The code is a secret: never write it here');
      expect(details).toContain("on the number's page of the console, or with");
      expect(details).toContain('`whatsapp-onboarding code request` and `code submit`');
    },
  );

  it.each(causes.filter(asksFor('pin set')))('say the same of a PIN: %s', (cause) => {
    expect(detailsAt(cause)).toContain('The PIN is a secret: never write it here');
    expect(detailsAt(cause)).toContain('`whatsapp-onboarding pin set`');
  });

  it('say so of every code and PIN that an advice asks for', () => {
    const asking = causes.filter((cause) => /\benter\b/i.test(CAUSES[cause].advice));
    expect(asking.length).toBeGreaterThan(2);
    for (const cause of asking) expect(detailsAt(cause)).toContain('is a secret');
  });

  it('say nothing of secrets where none is asked for, and nothing of a move once it has ended', () => {
    expect(detailsAt('number_in_use')).not.toContain('secret');
    const ended = detailsAt('not_verified', { outcome: 'ready', stage: 'done' });
    expect(ended).toContain('Ended: **ready**.');
    expect(ended).not.toContain('secret');
  });
});
