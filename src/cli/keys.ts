import { activateKey, addKey, removeKey } from '../keyring/changes.ts';
import { createKeyring, type RingKey } from '../keyring/keyring.ts';
import type { Rotation } from '../store/store.ts';
import { answer, type JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import { configFor, withStore } from './resources.ts';
import { dateOf } from './time.ts';

const COLUMNS = [
  { title: 'ID', isWhole: true },
  { title: 'STATE', isWhole: true },
  { title: 'CREATED', isWhole: true },
  { title: 'ROWS', isWhole: true },
] as const;

export function addKeys(program: CliCommand, io: Io): void {
  const keys = program
    .command('keys')
    .description('The keys that seal tokens, PINs and certificates.');
  addList(keys, io);
  addNew(keys, io);
  addActivate(keys, io);
  addRotate(keys, io);
  addRetire(keys, io);
}

function addList(keys: CliCommand, io: Io): void {
  keys
    .command('list')
    .description('Every key by its id, and how many rows of the database need it.')
    .option('--json', '{"keys": [{"id", "state", "created_at", "rows"}]}')
    .action(async (options: JsonOption) => {
      const list = await listKeys(io);
      if (options.json === true) io.terminal.json({ keys: list });
      else io.terminal.table(COLUMNS, list.map(cellsOf));
    })
    .withExamples('whatsapp-onboarding keys list', 'whatsapp-onboarding keys list --json');
}

function addNew(keys: CliCommand, io: Io): void {
  keys
    .command('new')
    .description(
      'Adds a key that seals nothing yet. Give the file to every machine, then activate it.',
    )
    .option('--json', '{"id", "state"}')
    .action(async (options: JsonOption) => {
      const { keyFile } = configFor(io, []).store;
      const id = await addKey(keyFile, io.nowMs());
      answer(io, options, {
        view: { id, state: 'decrypt-only' },
        lines: [
          `${id} is in ${keyFile}, and seals nothing yet.`,
          `Once every machine has the file: whatsapp-onboarding keys activate ${id}`,
        ],
      });
    })
    .withExamples('whatsapp-onboarding keys new');
}

function addActivate(keys: CliCommand, io: Io): void {
  keys
    .command('activate')
    .description('From now on this key seals. The one before still opens what it sealed.')
    .argument('<key-id>', 'as keys list shows it')
    .option('--json', '{"id", "state"}')
    .action(async (id: string, options: JsonOption) => {
      await activateKey(configFor(io, []).store.keyFile, id);
      answer(io, options, {
        view: { id, state: 'active' },
        lines: [
          `${id} seals from now on.`,
          'Seal anew what is there: whatsapp-onboarding keys rotate',
        ],
      });
    })
    .withExamples('whatsapp-onboarding keys activate 5f0c1e7ab2d94c38');
}

function addRotate(keys: CliCommand, io: Io): void {
  keys
    .command('rotate')
    .description(
      'Seals everything anew with the active key, while the service runs. It may be interrupted and run again.',
    )
    .option('--json', '{"rewrapped", "resealed", "left", "unused": [...]}')
    .action(async (options: JsonOption) => {
      const rotation = await rotate(io);
      const unused = (await listKeys(io)).filter(isUnused).map(({ id }) => id);
      answer(io, options, { view: { ...rotation, unused }, lines: linesOf(rotation, unused) });
      if (rotation.left === 0) return;
      throw new CliError(
        'needs_mending',
        `keys rotate: ${rotation.left} rows did not open and were left as they are; keys list shows keys that are missing`,
      );
    })
    .withExamples('whatsapp-onboarding keys rotate', 'whatsapp-onboarding keys rotate --json');
}

function addRetire(keys: CliCommand, io: Io): void {
  keys
    .command('retire')
    .description(
      'Takes a key out of the file. Refused while a row needs it; a backup may need it longer.',
    )
    .argument('<key-id>', 'as keys list shows it')
    .option('--after-retention', 'confirms that no history in Temporal needs it')
    .option('--json', '{"id", "state"}')
    .action(async (id: string, options: RetireOptions) => {
      const { store } = configFor(io, []);
      const rows = (await countRows(io)).get(id) ?? 0;
      if (rows > 0) {
        const next = 'activate another key, then run: whatsapp-onboarding keys rotate';
        throw new CliError('not_now', `keys retire: ${rows} rows need ${id}; ${next}`);
      }
      if (options.afterRetention !== true) throw histories(id);
      await removeKey(store.keyFile, id);
      answer(io, options, {
        view: { id, state: 'retired' },
        lines: [
          `${id} is gone. Backups that need it open with a copy of the file from their time.`,
        ],
      });
    })
    .withExamples('whatsapp-onboarding keys retire 0b6a3f5d81c27e94 --after-retention');
}

interface RetireOptions extends JsonOption {
  readonly afterRetention?: true;
}

/** Nobody can count them, and a history that cannot be read stops its run: also one from when `PAYLOAD_CODEC` was still on. */
function histories(id: string): CliError {
  const when = `once no run or kept history is older than the key after ${id}, or at once if PAYLOAD_CODEC was never on`;
  return new CliError(
    'not_now',
    `keys retire: histories in Temporal may need ${id}; repeat with --after-retention ${when}`,
  );
}

interface ListedKey {
  readonly id: string;
  readonly state: RingKey['state'] | 'missing';
  readonly created_at?: string;
  readonly rows: number;
}

async function listKeys(io: Io): Promise<readonly ListedKey[]> {
  const rows = await countRows(io);
  const ring = await createKeyring(configFor(io, []).store.keyFile).all();
  const known = ring.map(({ id, state, createdAt }) => {
    return { id, state, created_at: createdAt, rows: rows.get(id) ?? 0 };
  });
  const ids = new Set(ring.map(({ id }) => id));
  const missing = [...rows].filter(([id]) => !ids.has(id));
  return [
    ...known,
    ...missing.map(([id, each]) => ({ id, state: 'missing' as const, rows: each })),
  ];
}

function countRows(io: Io): Promise<ReadonlyMap<string, number>> {
  return withStore(configFor(io, []).store, io.nowMs, ({ keyUse }) => keyUse.count());
}

async function rotate(io: Io): Promise<Rotation> {
  const { terminal, nowMs } = io;
  const rotation = await withStore(configFor(io, []).store, nowMs, ({ keyUse }) =>
    keyUse.rotate(({ rewrapped, resealed }) => {
      terminal.progress(`${rewrapped + resealed} sealed anew`);
    }),
  );
  terminal.progress(undefined);
  return rotation;
}

function isUnused({ state, rows }: ListedKey): boolean {
  return state === 'decrypt-only' && rows === 0;
}

function linesOf({ rewrapped, resealed }: Rotation, unused: readonly string[]): readonly string[] {
  return [
    `Sealed anew with the active key: ${rewrapped} data keys, ${resealed} values without one.`,
    ...unused.map((id) => `No row needs ${id} any more.`),
  ];
}

function cellsOf({ id, state, created_at: createdAt, rows }: ListedKey): readonly string[] {
  const created = createdAt === undefined ? '' : dateOf(Date.parse(createdAt));
  return [id, state, created, rows.toString()];
}
