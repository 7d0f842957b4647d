import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { NUMBER } from './builders.ts';
import { KINDS, openTestStore } from './test-store.ts';

const FIRST = new Secret('482913');
const SECOND = new Secret('739105');

describe.each(KINDS)('%s', (kind) => {
  describe('a PIN that Meta does not know yet', () => {
    it("becomes the number's PIN once Meta has it", async () => {
      const { store } = await openTestStore(kind);
      const { credentials } = store;
      expect(await credentials.proposePin(NUMBER, FIRST)).toMatchObject({
        kind: 'proposed',
        isNew: true,
      });
      expect(await credentials.isPinStale(NUMBER)).toBe(true);
      expect(await credentials.adoptPin(NUMBER, FIRST)).toBe(true);
      expect((await credentials.pinOf(NUMBER))?.reveal()).toBe(FIRST.reveal());
      expect(await credentials.isPinStale(NUMBER)).toBe(false);
    });

    it('is told again after a lost answer, and no other one meanwhile', async () => {
      const { store } = await openTestStore(kind);
      const { credentials } = store;
      await credentials.proposePin(NUMBER, FIRST);
      expect(await credentials.proposePin(NUMBER, SECOND)).toEqual({ kind: 'busy' });
      const again = await credentials.proposePin(NUMBER);
      expect(again).toMatchObject({ kind: 'proposed', isNew: false });
      expect(again.kind === 'proposed' && again.pin.reveal()).toBe(FIRST.reveal());
    });

    it('is one of two that were proposed at once', async () => {
      const { store } = await openTestStore(kind);
      const { credentials } = store;
      const proposals = await Promise.all(
        [FIRST, SECOND].map((pin) => credentials.proposePin(NUMBER, pin)),
      );
      expect(proposals.map((proposal) => proposal.kind).sort()).toEqual(['busy', 'proposed']);
    });

    it('is adopted and dropped only as long as it is the one proposed', async () => {
      const { store } = await openTestStore(kind);
      const { credentials } = store;
      await credentials.proposePin(NUMBER, FIRST);
      await credentials.dropProposedPin(NUMBER, SECOND);
      expect(await credentials.adoptPin(NUMBER, SECOND)).toBe(false);
      expect(await credentials.isPinStale(NUMBER)).toBe(true);
      await credentials.dropProposedPin(NUMBER, FIRST);
      expect(await credentials.isPinStale(NUMBER)).toBe(false);
    });

    it('makes way for one that a person gives, where it only repeats our own', async () => {
      const { store } = await openTestStore(kind);
      const { credentials } = store;
      await credentials.keepPin(NUMBER, FIRST);
      await credentials.markPinStale(NUMBER);
      expect(await credentials.proposePin(NUMBER, SECOND)).toMatchObject({ isNew: true });
    });
  });
});
