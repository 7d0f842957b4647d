import { execFileSync, spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { commandLine } from './command-line.ts';

/** What a shell offers for the last word of a line. */
type Offer = (line: string) => readonly string[];

const SHELLS: Readonly<Record<string, (script: string) => Offer>> = {
  bash: (script) => (line) => {
    const words = line.split(' ');
    const typed = words.map((word) => `'${word}'`).join(' ');
    return linesOf('bash', [
      '-c',
      `${script}
       COMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}
       _whatsapp_onboarding; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ]);
  },
  fish: (script) => (line) =>
    linesOf('fish', ['--no-config', '-c', `${script}\ncomplete -C '${line}'`]).map(
      (offer) => offer.split('\t')[0] ?? '',
    ),
};

function linesOf(shell: string, args: readonly string[]): readonly string[] {
  const text = execFileSync(shell, args, { encoding: 'utf8' });
  return text.split('\n').filter((line) => line !== '');
}

describe.each(Object.keys(SHELLS))('%s', (shell) => {
  const isHere = spawnSync(shell, ['--version']).status === 0;
  if (!isHere) process.stderr.write(`SKIPPED: no ${shell} here to complete in\n`);
  let offer: Offer;
  beforeAll(async () => {
    const { code, out } = await commandLine(['completion', shell]);
    expect(code).toBe(0);
    offer = SHELLS[shell]?.(out) ?? (() => []);
  });

  it.runIf(isHere)('offers commands, and what is behind them', () => {
    expect(offer('whatsapp-onboarding num')).toEqual(['numbers']);
    expect(offer('whatsapp-onboarding numbers ')).toEqual(
      expect.arrayContaining(['list', 'show', 'watch']),
    );
    expect(offer('whatsapp-onboarding preverified code s')).toEqual(['submit']);
  });

  it.runIf(isHere)('offers the options of the command, also behind its arguments', () => {
    expect(offer('whatsapp-onboarding code request 106540352242922 --me')).toEqual(['--method']);
    expect(offer('whatsapp-onboarding numbers show --at')).toEqual(['--at-meta']);
    expect(offer('whatsapp-onboarding retry --at')).toEqual([]);
  });

  it.runIf(isHere)('offers what an option may be set to', () => {
    expect(offer('whatsapp-onboarding code request 1 --method ')).toEqual(
      expect.arrayContaining(['SMS', 'VOICE']),
    );
    expect(offer('whatsapp-onboarding account list 1 --account-mode S')).toEqual(['SANDBOX']);
  });
});

it('zsh runs the script of bash', async () => {
  const bash = await commandLine(['completion', 'bash']);
  const zsh = await commandLine(['completion', 'zsh']);
  expect(zsh.out).toContain(bash.out);
  expect(zsh.out).toMatch(/^#compdef whatsapp-onboarding\n/);
});

it('a shell we have no script for is told with exit code 2', async () => {
  const { code, err } = await commandLine(['completion', 'tcsh']);
  const guess = "Did you mean 'bash' or 'fish' or 'zsh'?";
  expect([code, err]).toEqual([2, `unknown command 'tcsh'. ${guess}\n`]);
});
