import { Command, type ErrorOptions, type HelpContext } from 'commander';
import {
  isPhoneNumberId,
  isWabaId,
  type PhoneNumberId,
  type WabaId,
} from '../domain/phone-number.ts';
import { isPreverifiedId, type PreverifiedId } from '../graph/ids.ts';
import { CliError } from './errors.ts';

/** Options that people might type with a secret in them, and where it belongs instead. The secret is never repeated. */
const SECRET_OPTIONS = [
  { name: /^--?(access-?)?token$/i, what: 'token', option: '--token-file' },
  { name: /^--?pin$/i, what: 'PIN', option: '--file' },
  { name: /^--?code$/i, what: 'code', option: '--file' },
  { name: /^--?verify-?token$/i, what: 'verify token', option: '--verify-token-file' },
] as const;

const ACTOR = /^[\p{L}\p{N}\p{P}\p{Zs}]{1,50}$/u;

/** A command whose usage errors are one sentence of ours, with exit code 2. Commander's own end with 1, on two lines. */
export class CliCommand extends Command {
  #secret: 'PIN' | 'code' | undefined;

  override createCommand(name?: string): CliCommand {
    return new CliCommand(name);
  }

  override error(message: string, options?: ErrorOptions): never {
    const isSurplus = options?.code === 'commander.excessArguments';
    if (isSurplus && this.#secret !== undefined) throw this.#refusedSecret(this.#secret);
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
    this.#refuseSecretAsId(text);
    if (isPhoneNumberId(text)) return text;
    throw this.misuse('phone number id must be 1-20 digits');
  }

  /** @throws CliError usage */
  wabaId(text: string): WabaId {
    if (isWabaId(text)) return text;
    throw this.misuse('account id must be 1-20 digits');
  }

  /** @throws CliError usage */
  preverifiedId(text: string): PreverifiedId {
    this.#refuseSecretAsId(text);
    if (isPreverifiedId(text)) return text;
    throw this.misuse('pre-verified id must be 1-20 digits');
  }

  /** Who gives an order, for the history. @throws CliError usage */
  actor(name: string): string {
    if (ACTOR.test(name)) return name;
    throw this.misuse('--actor must be 1-50 printable characters');
  }

  misuse(what: string): CliError {
    return new CliError('usage', `${pathOf(this)}${what}`);
  }

  /** An account at Meta, and the token to ask with. */
  ofAccount(): this {
    return this.argument('<account-id>', "Meta's id of the account (WABA)").option(...TOKEN_FILE);
  }

  /** A number at Meta, and the token to ask with. */
  ofNumber(): this {
    return this.argument('<phone-number-id>', "Meta's id of the number")
      .option('--account <account-id>', "the number's account, if no signup has told it")
      .option(...TOKEN_FILE);
  }

  /** A secret on standard input or in a file, never as an argument: those can be read by every user. */
  withSecret(what: 'PIN' | 'code'): this {
    this.#secret = what;
    return this.option('--file <file>', `holds the ${what}; without it, standard input does`);
  }

  /** Whoever leaves the id out and types the secret: no id of Meta's is that short. */
  #refuseSecretAsId(text: string): void {
    if (this.#secret === undefined || !/^[0-9]{6}$/.test(text)) return;
    throw this.#refusedSecret(this.#secret);
  }

  #refusedSecret(what: string): CliError {
    return new CliError('usage', secretSentence(what, '--file'));
  }

  withExamples(...examples: readonly string[]): this {
    const lines = examples.map((example) => `  ${example}`);
    return this.addHelpText('after', ['', 'Examples:', ...lines, '', EXIT_CODES_HINT].join('\n'));
  }
}

const EXIT_CODES_HINT = 'What each exit code means is in: whatsapp-onboarding --help';

const TOKEN_FILE = [
  '--token-file <file>',
  'a token of yours instead of the one from the signup; - is stdin',
] as const;

function secretSentence(what: string, option: string): string {
  return `give the ${what} on stdin or with ${option}; arguments can be read by every user`;
}

/** `numbers show: `; empty for the program itself. */
export function pathOf(command: Command): string {
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
    case 'commander.missingMandatoryOptionValue':
      return `${pathOf(command)}${quotedIn(message)} is missing`;
    case 'commander.unknownOption':
      return refusedSecretOption(command, message) ?? withSuggestion(unvalued(message));
    default:
      return withSuggestion(unvalued(message));
  }
}

function refusedSecretOption(command: Command, message: string): string | undefined {
  const [typed = ''] = quotedIn(message).split('=');
  const secret = SECRET_OPTIONS.find(({ name }) => name.test(typed));
  const isTaken = command.options.some(({ long }) => long === secret?.option);
  return secret && isTaken ? secretSentence(secret.what, secret.option) : undefined;
}

function unvalued(message: string): string {
  return message.replace(/^error: /, '').replace(/=[^']*'/, "'");
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
