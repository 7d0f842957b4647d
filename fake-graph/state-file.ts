import { closeSync, existsSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

import { z } from 'zod';

import { moveTo, resumeClock, virtualNowMs } from './clock.ts';
import { watched } from './watched.ts';
import { COLLECTIONS, worldSchema } from './world.ts';
import type { Place } from './watched.ts';
import type { World } from './world.ts';

// The file holds a whole world in its first line and what changed since in the others, a line for each save. One
// request costs what it changed, however large the world. A kill in the middle of a line loses that line alone, and no
// answer has been given for it: saving comes before answering.

/** The world is written anew when the changes have grown to twice its size, but not for less than this. */
const WRITTEN_ANEW_FROM_BYTES = 4_000_000;

/** Part, entry of it if it is a collection, and the new value; without one, the entry is deleted. */
const changesSchema = z.array(z.tuple([z.string(), z.string().nullable()]).rest(z.unknown()));

type ChangedPlace = Place & { part: string };

interface Kept {
  world: World;
  /** Since the last save. */
  changed: Map<string, ChangedPlace>;
}

export interface StateFile {
  /** Takes the world into keeping; only the answered one is. */
  adopt: (world: World) => World;
  /** Writes what has changed. Whoever reads the file afterwards, also after a kill, finds it. */
  save: () => void;
  close: () => void;
}

export function openStateFile(file: string): StateFile {
  let current: Kept | undefined;
  let lines: number | undefined;
  let sizes = { world: 0, changes: 0 };

  const append = (text: string): number => writeAll((lines ??= openSync(file, 'a', 0o600)), text);

  const writeAnew = ({ world, changed }: Kept): void => {
    if (lines !== undefined) closeSync(lines);
    lines = undefined;
    const fresh = openSync(`${file}.new`, 'w', 0o600);
    sizes = { world: writeAll(fresh, `${JSON.stringify(world)}\n`), changes: 0 };
    closeSync(fresh);
    renameSync(`${file}.new`, file);
    changed.clear();
  };

  return {
    adopt: (world) => {
      const changed: Kept['changed'] = new Map();
      const touched = (place: ChangedPlace): void =>
        void changed.set(JSON.stringify([place.part, place.key]), place);
      current = { world: watched(world, { collections: COLLECTIONS, touched }), changed };
      writeAnew(current);
      return current.world;
    },
    save: () => {
      if (current === undefined) return;
      const { world, changed } = current;
      moveTo(world.clock, virtualNowMs(world.clock));
      const entries = [...changed.values()].map(({ part, key }) => entryOf(world, part, key));
      changed.clear();
      sizes.changes += append(`${JSON.stringify(entries)}\n`);
      if (sizes.changes > Math.max(WRITTEN_ANEW_FROM_BYTES, 2 * sizes.world)) writeAnew(current);
    },
    close: () => {
      if (lines !== undefined) closeSync(lines);
      lines = undefined;
      current = undefined;
    },
  };
}

function writeAll(descriptor: number, text: string): number {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written);
  return written;
}

function entryOf(world: World, part: string, key: string | undefined): unknown[] {
  const value: unknown = Reflect.get(world, part);
  if (key === undefined || typeof value !== 'object' || value === null) return [part, null, value];
  const entry: unknown = Reflect.get(value, key);
  return entry === undefined ? [part, key] : [part, key, entry];
}

/** @throws Error when the file is not a world of this program */
export function loadWorld(file: string): World | undefined {
  if (!existsSync(file)) return undefined;
  const world = parseWorld(file);
  resumeClock(world.clock);
  return world;
}

function parseWorld(file: string): World {
  try {
    const [first = '', ...rest] = readFileSync(file, 'utf8').split('\n');
    const world: unknown = JSON.parse(first);
    // What follows the last line break is a line cut short.
    for (const line of rest.slice(0, -1)) applyChanges(world, line);
    return worldSchema.parse(world);
  } catch (cause) {
    throw new Error(`the state file ${file} is not one of this program`, { cause });
  }
}

function applyChanges(world: unknown, line: string): void {
  if (typeof world !== 'object' || world === null) throw new TypeError('not a world');
  for (const [part, key, ...values] of changesSchema.parse(JSON.parse(line))) {
    const place: unknown = key === null ? world : Reflect.get(world, part);
    if (typeof place !== 'object' || place === null) throw new TypeError(`no ${part}`);
    if (values.length === 0) Reflect.deleteProperty(place, key ?? part);
    else Reflect.set(place, key ?? part, values[0]);
  }
}
