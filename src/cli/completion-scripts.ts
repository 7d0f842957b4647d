/** What can be typed behind a command. */
export interface Place {
  /** `['numbers', 'list']`; empty for the program itself. */
  readonly path: readonly string[];
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly {
    /** `--json` */
    readonly name: string;
    readonly about: string;
    readonly takesValue: boolean;
    readonly choices: readonly string[];
  }[];
}

const HELP = { name: '--help', about: 'what it does', takesValue: false, choices: [] } as const;

/** A file is offered where no word fits: most options with a value name one. */
export function bashScript(program: string, places: readonly Place[]): string {
  const name = functionOf(program);
  return `# bash completion for ${program}
${name}() {
  local word path='' prev=\${COMP_WORDS[COMP_CWORD - 1]} current=\${COMP_WORDS[COMP_CWORD]} words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${pathsIn(places)}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path $prev" in
${places.flatMap(choiceCases).join('\n')}
    *)
      case "$path" in
${places.map(wordCase).join('\n')}
      esac
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F ${name} ${program}`;
}

/** zsh runs the functions of bash. */
export function zshScript(program: string, places: readonly Place[]): string {
  return `#compdef ${program}
autoload -U +X bashcompinit && bashcompinit
${bashScript(program, places)}`;
}

export function fishScript(program: string, places: readonly Place[]): string {
  const name = functionOf(program);
  return `# fish completion for ${program}
function ${name}
  set -l path
  for word in (commandline -opc)[2..]
    if contains -- "$path $word" ${places.map(({ path }) => quoted(` ${path.join(' ')}`)).join(' ')}
      set path "$path $word"
    end
  end
  test "$path" = "$argv[1]"
end
${places.flatMap((place) => fishLines({ program, name }, place)).join('\n')}`;
}

function functionOf(program: string): string {
  return `_${program.replaceAll('-', '_')}`;
}

function pathsIn(places: readonly Place[]): string {
  const paths = places.map(({ path }) => path.join(' ')).filter((path) => path !== '');
  return paths.map(quoted).join(' | ');
}

function wordCase({ path, commands, options }: Place): string {
  const words = [...commands, ...options, HELP].map(({ name }) => name);
  return `        ${quoted(path.join(' '))}) words=${quoted(words.join(' '))} ;;`;
}

function choiceCases({ path, options }: Place): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(
      ({ name, choices }) =>
        `    ${quoted(`${path.join(' ')} ${name}`)}) words=${quoted(choices.join(' '))} ;;`,
    );
}

function fishLines(
  { program, name }: { readonly program: string; readonly name: string },
  { path, commands, options }: Place,
): string[] {
  const at = path.length === 0 ? '' : ` ${path.join(' ')}`;
  const start = `complete -c ${program} -n ${quoted(`${name} "${at}"`)}`;
  return [
    ...commands.map((each) => `${start} -f -a ${each.name} -d ${quoted(each.about)}`),
    ...[...options, HELP].map(
      ({ name: option, about, takesValue, choices }) =>
        `${start} ${valueOf(takesValue, choices)}-l ${option.slice(2)} -d ${quoted(about)}`,
    ),
  ];
}

function valueOf(takesValue: boolean, choices: readonly string[]): string {
  if (choices.length > 0) return `-x -a ${quoted(choices.join(' '))} `;
  return takesValue ? '-r ' : '-f ';
}

/** For a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
