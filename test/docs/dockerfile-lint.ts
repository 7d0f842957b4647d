import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

function readDockerfile(text: string): Instruction[] {
  return text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...rest] = line.trim().split(/\s+/);
      return { name, rest: rest.join(' ') };
    });
}

export function flawsOfDockerfile(text: string, root: string): string[] {
  const all = readDockerfile(text);
  const last = all.slice(all.findLastIndex(({ name }) => name === 'FROM'));
  const command = restsOf(last, 'CMD').at(-1) ?? '[]';
  return [
    ...sourceFlaws(all),
    ...userFlaws(restsOf(last, 'USER').at(-1)),
    ...programFlaws(z.array(z.string()).parse(JSON.parse(command)), root),
  ];
}

function sourceFlaws(all: readonly Instruction[]): string[] {
  const bases = restsOf(all, 'FROM');
  const stages = bases.map((from) => / AS (\S+)$/.exec(from)?.[1]);
  const copiedFrom = restsOf(all, 'COPY').map((copy) => /--from=(\S+)/.exec(copy)?.[1]);
  return [
    ...bases
      .filter((from) => !/^node:24\.\d+\.\d+-\S*slim( AS \S+)?$/.test(from))
      .map((from) => `base ${from} is not a pinned slim Node 24`),
    ...copiedFrom
      .filter((stage) => stage !== undefined && !stages.includes(stage))
      .map((stage) => `copies from no stage: ${stage ?? ''}`),
    ...restsOf(all, 'ADD').map((rest) => `uses ADD ${rest}`),
  ];
}

function userFlaws(user: string | undefined): string[] {
  return user === undefined || /^(root|0)\b/.test(user) ? ['runs as root'] : [];
}

function restsOf(all: readonly Instruction[], wanted: string): string[] {
  return all.filter(({ name }) => name === wanted).map(({ rest }) => rest);
}

/** A command runs `dist/src/x.js`, which the build makes of `src/x.ts`. */
export function programFlaws(
  [runtime, file = '', ...more]: readonly string[],
  root: string,
): string[] {
  const source = /^dist\/(src\/\w+)\.js$/.exec(file)?.[1];
  if (runtime !== 'node' || source === undefined || more.length > 0) {
    return [`${[runtime, file, ...more].join(' ')} is not one of our programs`];
  }
  return existsSync(join(root, `${source}.ts`)) ? [] : [`${source}.ts does not exist`];
}
