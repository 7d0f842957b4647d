import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SealingKeyUnusable } from '../../src/store/errors.ts';
import { newSignup, NUMBER, T0_MS } from './builders.ts';
import { KINDS, newHome, openTestStore, temporaryFolder, type Home } from './test-store.ts';

const KEY = randomBytes(32).toString('base64url');
const KID: unknown = expect.stringMatching(/^[0-9a-f]{16}$/);
const BASE64URL_32: unknown = expect.stringMatching(/^[\w-]{43}$/);
const keyFile = (changes: object = {}): string =>
  JSON.stringify({ kid: 'k1', key: KEY, createdAt: '2026-01-05T12:00:00.000Z', ...changes });

function folderWithKey(text: string, mode = 0o600): string {
  const folder = temporaryFolder();
  const file = join(folder, 'keys', 'sealing-key.json');
  mkdirSync(dirname(file));
  writeFileSync(file, text);
  chmodSync(file, mode);
  return folder;
}

async function failureOf(home: Home): Promise<Error> {
  const failure: unknown = await openTestStore(home).catch((error: unknown) => error);
  if (!(failure instanceof Error)) throw new Error('the store opened');
  return failure;
}

describe.each(KINDS)('%s', (kind) => {
  describe('the sealing key', () => {
    it('is created at the first start, whole and for its owner only', async () => {
      const { sealingKeyFile } = await openTestStore(kind);
      expect(statSync(sealingKeyFile).mode & 0o777).toBe(0o600);
      expect(readdirSync(dirname(sealingKeyFile))).toEqual(['sealing-key.json']);
      const file: unknown = JSON.parse(readFileSync(sealingKeyFile, 'utf8'));
      expect(file).toEqual({
        keys: [
          {
            id: KID,
            key: BASE64URL_32,
            createdAt: new Date(T0_MS).toISOString(),
            state: 'active',
          },
        ],
      });
    });

    it('differs between two installations', async () => {
      const one = await openTestStore(kind);
      const two = await openTestStore(kind);
      expect(readFileSync(one.sealingKeyFile, 'utf8')).not.toBe(
        readFileSync(two.sealingKeyFile, 'utf8'),
      );
    });

    it('is taken as it is in the form it had before there could be several', async () => {
      const { store, sealingKeyFile } = await openTestStore(
        await newHome(kind, { folder: folderWithKey(keyFile()) }),
      );
      await store.credentials.ensurePin(NUMBER);
      expect(readFileSync(sealingKeyFile, 'utf8')).toBe(keyFile());
    });

    it.each(['640', '604', '660', '666', '601'])('is refused with mode %s', async (mode) => {
      const failure = await failureOf(
        await newHome(kind, { folder: folderWithKey(keyFile(), Number.parseInt(mode, 8)) }),
      );
      expect(failure).toBeInstanceOf(SealingKeyUnusable);
      expect(failure.message).toMatch(/open to other users\. Run: chmod 600 .*sealing-key\.json$/);
    });

    it.each([
      ['no JSON', `{"kid":"k1","key":"${KEY}`, /is not JSON of keys/],
      ['nothing in it', '', /is not JSON/],
      ['no key', keyFile({ key: undefined }), /is not JSON/],
      ['a key of 31 bytes', keyFile({ key: randomBytes(31).toString('base64url') }), /32 bytes/],
      ['a key of 33 bytes', keyFile({ key: randomBytes(33).toString('base64url') }), /32 bytes/],
      [
        'a key that is not base64url',
        keyFile({ key: `${KEY.slice(0, 42)}!` }),
        /key k1: is not base64url/,
      ],
      ['no kid', keyFile({ kid: '' }), /is not JSON/],
      ['no date', keyFile({ createdAt: 'yesterday' }), /is not JSON/],
      ['a key of zeros', keyFile({ key: Buffer.alloc(32).toString('base64url') }), /all zeros/],
    ])('is refused with %s (B55)', async (_, text, sentence) => {
      const failure = await failureOf(await newHome(kind, { folder: folderWithKey(text) }));
      expect(failure).toBeInstanceOf(SealingKeyUnusable);
      expect(failure.message).toMatch(sentence);
      expect(failure.message).toMatch(/sealing-key\.json/);
      expect(failure.message).not.toContain('\n');
      expect(inspect(failure)).not.toContain(KEY.slice(0, 20));
    });

    it('is not replaced by a new one while sealed values need it', async () => {
      const first = await openTestStore(kind);
      await first.store.signups.accept(newSignup());
      await first.store.close();
      rmSync(first.sealingKeyFile);
      const failure = await failureOf(first);
      expect(failure).toBeInstanceOf(SealingKeyUnusable);
      expect(failure.message).toMatch(/is missing.*Restore the file from a backup\.$/);
      expect(readdirSync(dirname(first.sealingKeyFile))).toEqual([]);
    });

    it('is refused when its place is a folder', async () => {
      const folder = temporaryFolder();
      mkdirSync(join(folder, 'keys', 'sealing-key.json'), { recursive: true, mode: 0o700 });
      expect((await failureOf(await newHome(kind, { folder }))).message).toMatch(
        /sealing-key\.json cannot be read/,
      );
    });

    it('cannot be created where a file stands in the way of its folder', async () => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'keys'), 'a file');
      expect((await failureOf(await newHome(kind, { folder }))).message).toMatch(
        /sealing-key\.json cannot be/,
      );
    });
  });
});
