import type { Command, Option } from 'commander';
import type { CliCommand } from './cli-command.ts';
import { bashScript, fishScript, zshScript, type Place } from './completion-scripts.ts';
import type { Io } from './io.ts';

const SHELLS = [
  {
    shell: 'bash',
    script: bashScript,
    examples: [
      'whatsapp-onboarding completion bash > ~/.local/share/bash-completion/completions/whatsapp-onboarding',
      'source <(whatsapp-onboarding completion bash)',
    ],
  },
  {
    shell: 'zsh',
    script: zshScript,
    examples: [
      'whatsapp-onboarding completion zsh > "${fpath[1]}/_whatsapp-onboarding"',
      'source <(whatsapp-onboarding completion zsh)',
    ],
  },
  {
    shell: 'fish',
    script: fishScript,
    examples: [
      'whatsapp-onboarding completion fish > ~/.config/fish/completions/whatsapp-onboarding.fish',
      'whatsapp-onboarding completion fish | source',
    ],
  },
] as const;

export function addCompletion(program: CliCommand, { terminal }: Io): void {
  const completion = program
    .command('completion')
    .description('Prints a script that lets a shell complete commands and options.');
  for (const { shell, script, examples } of SHELLS) {
    completion
      .command(shell)
      .description(`The script for ${shell}. It knows the commands of this version.`)
      .action(() => {
        terminal.line(script(program.name(), placesIn(program, [])));
      })
      .withExamples(...examples);
  }
}

function placesIn(command: Command, path: readonly string[]): readonly Place[] {
  const { commands, options } = command;
  const here: Place = {
    path,
    commands: commands.map((each) => ({ name: each.name(), about: each.description() })),
    options: options.map(optionOf),
  };
  return [here, ...commands.flatMap((each) => placesIn(each, [...path, each.name()]))];
}

function optionOf({ long, description, argChoices, required }: Option): Place['options'][number] {
  return {
    name: long ?? '',
    about: description,
    takesValue: required,
    choices: argChoices ?? [],
  };
}
