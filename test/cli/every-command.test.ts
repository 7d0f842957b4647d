import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/cli/errors.ts';
import { createProgram } from '../../src/cli/program.ts';
import { createTerminal } from '../../src/cli/terminal.ts';
import { commandLine } from './command-line.ts';

/** Commands whose output is no data. */
const WITHOUT_JSON: Readonly<Record<string, string>> = {
  'completion bash': 'prints a script',
  'completion zsh': 'prints a script',
  'completion fish': 'prints a script',
};

const program = createProgram({
  ...{ env: {}, nodeVersion: process.versions.node, nowMs: Date.now, input: process.stdin },
  terminal: createTerminal({ out: new PassThrough(), err: new PassThrough() }),
});

const all = commandsOf(program, '');
const leaves = all.filter(([, command]) => command.commands.length === 0);

function commandsOf(command: Command, path: string): readonly (readonly [string, Command])[] {
  return command.commands.flatMap((each) => {
    const name = `${path}${each.name()}`;
    return [[name, each] as const, ...commandsOf(each, `${name} `)];
  });
}

describe('every command', () => {
  it('is found by this walk', () => {
    const names = leaves.map(([name]) => name);
    expect(names).toContain('preverified code submit');
    expect(names.length).toBeGreaterThan(35);
  });

  it.each(all)('says what it does, in a sentence: %s', (_name, command) => {
    expect(command.description()).toMatch(/^[A-Z].*\.$/s);
  });

  it.each(leaves)('says what each option and argument is: %s', (_name, command) => {
    for (const { description } of [...command.options, ...command.registeredArguments]) {
      expect(description).not.toBe('');
    }
  });

  it.each(leaves)('has examples that call it with options it has: %s', async (name, command) => {
    const { code, out } = await commandLine([...name.split(' '), '--help']);
    expect(code).toBe(0);
    const [, after = ''] = out.split('\nExamples:\n');
    const examples = after.split('\n\n')[0]?.split('\n') ?? [];
    expect(examples.length).toBeGreaterThan(0);
    const options = command.options.map(({ long }) => long);
    for (const example of examples) {
      expect(example).toContain(`whatsapp-onboarding ${name}`);
      const [ours = ''] = example.slice(example.indexOf(`whatsapp-onboarding ${name}`)).split(' |');
      for (const [option] of ours.matchAll(/--[a-z-]+/g)) expect(options).toContain(option);
    }
  });

  it.each(leaves)('answers a program with JSON, or has a reason: %s', (name, command) => {
    const hasJson = command.options.some(({ long }) => long === '--json');
    expect(hasJson).toBe(WITHOUT_JSON[name] === undefined);
  });

  it.each(leaves)('says where its exit codes are told: %s', async (name) => {
    const { out } = await commandLine([...name.split(' '), '--help']);
    expect(out.trimEnd()).toMatch(/whatsapp-onboarding --help$/);
  });

  it.each(leaves)('takes no secret as the value of an option: %s', (_name, command) => {
    const values = command.options.filter(({ required }) => required).map(({ long }) => long);
    expect(
      values.filter((long) => /^--(token|pin|code|password|secret)$/.test(long ?? '')),
    ).toEqual([]);
  });
});

it('tells all exit codes, and what each means', async () => {
  const { out } = await commandLine(['--help']);
  for (const [code, meaning] of Object.entries(EXIT_CODES)) {
    expect(out.replaceAll(/\s+/g, ' ')).toContain(` ${code} ${meaning}`);
  }
  expect(Object.keys(EXIT_CODES)).toEqual(['0', '1', '2', '3', '4', '5', '78', '130', '141']);
});

describe('B50: what cannot be undone', () => {
  it('is not done by forget without --yes', async () => {
    const err = 'forget deletes for good; repeat with --yes\n';
    expect(await commandLine(['forget', '1'])).toEqual({ code: 2, out: '', err });
  });

  const grave = leaves.filter(([, { options }]) =>
    options.some(({ description }) => description.startsWith('you mean it')),
  );

  it('is asked twice for', () => {
    const names = grave.map(([name]) => name);
    expect(names).toEqual(expect.arrayContaining(['deregister', 'forget', 'preverified delete']));
  });

  it.each(grave)('is not done without --yes: %s', async (name, { registeredArguments: given }) => {
    const { code, err } = await commandLine([...name.split(' '), ...given.map(() => '1')]);
    expect(code).toBe(2);
    expect(err).toMatch(/; repeat with --yes\n$/);
  });
});
