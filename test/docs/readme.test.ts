import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { EXECUTED_COMMANDS } from './executed-commands.ts';
import { anchorsIn, commandsIn, linksIn, pathsIn, scriptsIn } from './markdown.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENTS = globSync(['*.md', 'docs/**/*.md', 'fake-graph/**/*.md'], { cwd: ROOT });

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const exists = (path: string): boolean => existsSync(join(ROOT, path));

describe.each(DOCUMENTS)('%s', (path) => {
  const markdown = read(path);

  it('calls only scripts that package.json has', () => {
    const Package = z.object({ scripts: z.record(z.string(), z.string()) });
    const { scripts } = Package.parse(JSON.parse(read('package.json')));
    expect(scriptsIn(markdown).filter((name) => !(name in scripts))).toEqual([]);
  });

  it('links only to what is there', () => {
    expect(linksIn(markdown).filter((link) => !resolves(link, path))).toEqual([]);
  });

  it('names only files and folders that are there', () => {
    expect(pathsIn(markdown).filter((named) => !exists(named))).toEqual([]);
  });
});

describe('a command of the README', () => {
  const commands = exists('README.md') ? commandsIn(read('README.md')) : [];

  it('is one that a test executes', () => {
    const typed = commands.filter((command) => /^(npm|curl)\b/.test(command));
    expect(typed.filter((command) => !(command in EXECUTED_COMMANDS))).toEqual([]);
  });

  it.each(Object.entries(EXECUTED_COMMANDS))('%s is still executed', (_command, { by, as }) => {
    expect(read(by)).toContain(as);
  });
});

describe('a document that has aged', () => {
  const aged = [
    '# Where it was',
    '```sh',
    'npm ci && npm run gone   # a comment',
    'curl -X POST \\',
    '  http://127.0.0.1:1/x',
    '```',
    'See [this](docs/gone.md "title"), [that](https://example.org), ![picture](gone.png), `src/gone.ts`',
    'and `npm start`; <img alt="x" src="also-gone.png"> [below](#where-it-was).',
  ].join('\n');

  it('shows its commands, each on one line', () => {
    expect(commandsIn(aged)).toEqual([
      'npm ci',
      'npm run gone',
      'curl -X POST http://127.0.0.1:1/x',
    ]);
  });

  it('shows its scripts, links, paths and anchors', () => {
    expect(scriptsIn(aged)).toEqual(['gone', 'start']);
    expect(linksIn(aged)).toEqual(['docs/gone.md', 'gone.png', 'also-gone.png', '#where-it-was']);
    expect(pathsIn(aged)).toEqual(['src/gone.ts']);
    expect(anchorsIn(aged)).toEqual(['where-it-was']);
  });

  it('has links that do not resolve', () => {
    const broken = ['gone.md', '#gone', 'package.json#gone'];
    expect(broken.filter((link) => resolves(link, 'CONTRIBUTING.md'))).toEqual([]);
  });
});

function resolves(link: string, from: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? from : join(dirname(from), file);
  if (!exists(target)) return false;
  return anchor === undefined || anchorsIn(read(target)).includes(anchor);
}
