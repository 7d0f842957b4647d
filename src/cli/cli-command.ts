import { Command, type ErrorOptions, type HelpContext } from 'commander';
import {
  isPhoneNumberId,
  isWabaId,
  type PhoneNumberId,
  type WabaId,
} from '../domain/phone-number.ts';
import { CliError } from './errors.ts';

/** What people might type as an option with a token in it: it is refused, and never repeated. */
const TOKEN_OPTION = /^error: unknown option '--?(access-?)?token\b/i;

/** A command whose usage errors are one sentence of ours, with exit code 2. Commander's own end with 1, on two lines. */
export class CliCommand extends Command {
  override createCommand(name?: string): CliCommand {
    return new CliCommand(name);
  }

  override error(message: string, options?: ErrorOptions): never {
    throw new CliError('usage', sentenceOf(this, message, options?.code));
  }

  override help(context?: HelpContext | ((text: string) => string)): never {
    if (typeof context === 'object' && context.error) {
      throw new CliError('usage', `${pathOf(this)}command missing; --help lists them`);
    }
    return super.help();
  }

  /** @throws CliError usage */
  phoneNumberId(text: string): PhoneNumberId {
    if (isPhoneNumberId(text)) return text;
    throw this.misuse('phone number id must be 1-20 digits');
  }

  /** @throws CliError usage */
  wabaId(text: string): WabaId {
    if (isWabaId(text)) return text;
    throw this.misuse('account id must be 1-20 digits');
  }

  misuse(what: string): CliError {
    return new CliError('usage', `${pathOf(this)}${what}`);
  }

  withExamples(...examples: readonly string[]): this {
    const lines = examples.map((example) => `  ${example}`);
    return this.addHelpText('after', ['', 'Examples:', ...lines].join('\n'));
  }
}

/** `numbers show: `; empty for the program itself. */
function pathOf(command: Command): string {
  const names: string[] = [];
  for (let at = command; at.parent !== null; at = at.parent) names.unshift(at.name());
  return names.length === 0 ? '' : `${names.join(' ')}: `;
}

function sentenceOf(command: Command, message: string, code = ''): string {
  switch (code) {
    case 'commander.missingArgument':
      return `${pathOf(command)}${quotedIn(message).replaceAll('-', ' ')} missing`;
    // The surplus is not repeated: it may be a secret that does not belong on a command line.
    case 'commander.excessArguments':
      return `${pathOf(command)}too many arguments`;
    case 'commander.optionMissingArgument':
      return `${pathOf(command)}${quotedIn(message)} is not given`;
    case 'commander.invalidArgument':
      return pathOf(command) + message.replace(INVALID, '$<option> must be one of $<choices>');
    default:
      return TOKEN_OPTION.test(message)
        ? 'give the token on stdin or with --token-file; arguments can be read by every user'
        : withSuggestion(message.replace(/^error: /, '').replace(/=[^']*'/, "'"));
  }
}

const INVALID =
  /^error: option '(?<option>--[a-z-]+).*is invalid\. Allowed choices are (?<choices>.*)\.$/s;

function quotedIn(message: string): string {
  return /'(?<name>[^']*)'/.exec(message)?.groups?.['name'] ?? 'argument';
}

function withSuggestion(message: string): string {
  const [sentence = '', guess] = message.split('\n');
  const names = /^\(Did you mean (?:one of )?(?<names>.*)\?\)$/.exec(guess ?? '')?.groups?.[
    'names'
  ];
  if (names === undefined) return sentence;
  const quoted = names.split(', ').map((name) => `'${name}'`);
  return `${sentence}. Did you mean ${quoted.join(' or ')}?`;
}
