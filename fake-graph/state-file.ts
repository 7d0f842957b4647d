import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

import { moveTo, resumeClock, virtualNowMs } from './clock.ts';
import { worldSchema } from './world.ts';
import type { World } from './world.ts';

/** @throws Error when the file is not a world of this program */
export function loadWorld(file: string): World | undefined {
  if (!existsSync(file)) return undefined;
  const world = parseWorld(file);
  resumeClock(world.clock);
  return world;
}

function parseWorld(file: string): World {
  const text = readFileSync(file, 'utf8');
  try {
    return worldSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`the state file ${file} is not one of this program`, { cause });
  }
}

/** Written beside the old file and put in its place at once: whoever reads it, also after a kill, finds a whole world. */
export function saveWorld(file: string, world: World): void {
  moveTo(world.clock, virtualNowMs(world.clock));
  const fresh = `${file}.new`;
  writeFileSync(fresh, JSON.stringify(world), { mode: 0o600 });
  renameSync(fresh, file);
}
