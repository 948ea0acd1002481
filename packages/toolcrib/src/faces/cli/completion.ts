import { Argument, type Command } from 'commander';
import { fishQuoted, quoted } from '../../laptop/shell.ts';
import type { Asked } from './complete.ts';
import { explained } from './help.ts';

// Written out once from the same tree that parses the command line, so that it can't fall behind, and so that the shell's own
// completion of file names stays. Only what no script can know (acts, codes, contexts …) is asked of the program at TAB.

/** `toolcrib completion bash|zsh|fish` */
export function registerCompletion(program: Command): void {
  explained(program.command('completion'), {
    examples: [
      ['source <(toolcrib completion bash)', 'in ~/.bashrc'],
      ['source <(toolcrib completion zsh)', 'in ~/.zshrc, after compinit'],
      ['toolcrib completion fish > ~/.config/fish/completions/toolcrib.fish', 'once'],
    ],
  })
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .description('The script that completes toolcrib’s commands and options in a shell.')
    .action((shell: keyof typeof SCRIPTS) => {
      process.stdout.write(SCRIPTS[shell](spotsOf(program)));
    });
}

interface Word {
  text: string;
  about: string;
}

/** One place in the tree: what may follow `toolcrib PATH`. */
interface Spot {
  /** `guard start`; '' at the root. */
  path: string;
  commands: Word[];
  options: {
    short?: string;
    long: string;
    about: string;
    takesValue: boolean;
    choices: string[];
    ask?: Asked | undefined;
  }[];
  /** Values that the first argument may have. */
  choices: string[];
  /** What to ask for where they are none that a script could know. */
  ask?: Asked | undefined;
}

/** By the names that our help has for arguments and values of options. */
const ASKED: Readonly<Record<string, Asked>> = { act: 'acts', code: 'codes', 'kind/name': 'kinds' };
const ASKED_BY_OPTION: Readonly<Record<string, Asked>> = {
  '--context': 'contexts',
  '--namespace': 'namespaces',
  '--before': 'acts',
};

/** The whole tree of commands, as commander has it. Every command must have been registered. */
export function spotsOf(command: Command, path = ''): Spot[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((one) => one.name() !== 'help');
  const here: Spot = {
    path,
    commands: commands.map((one) => ({
      text: one.name(),
      about: firstSentence(help.subcommandDescription(one)),
    })),
    options: help.visibleOptions(command).map((option) => ({
      short: option.short,
      long: option.long ?? '',
      about: firstSentence(option.description),
      takesValue: option.required || option.optional,
      choices: option.argChoices ?? [],
      ask: ASKED_BY_OPTION[option.long ?? ''],
    })),
    choices: command.registeredArguments[0]?.argChoices ?? [],
    ask: ASKED[command.registeredArguments[0]?.name() ?? ''],
  };
  return [here, ...commands.flatMap((one) => spotsOf(one, `${path} ${one.name()}`.trim()))];
}

const SCRIPTS = { bash, zsh, fish };

/** The same loop in both shells: which command stands on the line so far. After `--` the line is another program's. */
function walk(spots: readonly Spot[], from: number, to: string, words: string, other: string): string {
  const word = `\${${words}[i]}`;
  return `  for ((i = ${from}; i < ${to}; i++)); do
    [[ "${word}" == -- ]] && { ${other}; return; }
    case "$at\${at:+ }${word}" in
      ${pathsOf(spots).join('|')}) at="$at\${at:+ }${word}" ;;
    esac
  done`;
}

const pathsOf = (spots: readonly Spot[]) => spots.flatMap(({ path }) => (path === '' ? [] : [quoted(path)]));

/** `option VALUE` cases: those with values of ours give them, the others leave it to the shell, which knows files. */
function values(
  spots: readonly Spot[],
  give: { choices(words: string[]): string; ask(what: Asked): string; files: string },
): string {
  return spots
    .flatMap(({ path, options }) =>
      options
        .filter(({ takesValue }) => takesValue)
        .map(({ short, long, choices, ask }) => {
          const names = [short, long].flatMap((name) => (name ? [quoted(`${path} ${name}`)] : []));
          const given =
            choices.length > 0 ? give.choices(choices) : ask === undefined ? give.files : give.ask(ask);
          return `    ${names.join('|')}) ${given}; return ;;`;
        }),
    )
    .join('\n');
}

function bash(spots: readonly Spot[]): string {
  const give = (words: string[]) => `COMPREPLY=($(compgen -W ${quoted(words.join(' '))} -- "$cur"))`;
  const ask = (what: Asked) => `__toolcrib_ask ${what}`;
  const wordsOf = ({ commands, choices, options }: Spot) => [
    ...commands.map(({ text }) => text),
    ...choices,
    ...options.flatMap(({ short, long }) => (short ? [short, long] : [long])),
  ];
  const at = (spot: Spot) => {
    const own = give(wordsOf(spot));
    const given =
      spot.ask === undefined ? own : `if [[ "$cur" == -* ]]; then ${own}; else ${ask(spot.ask)}; fi`;
    return `    ${quoted(spot.path)}) ${given} ;;`;
  };
  // Where COMPREPLY stays empty, bash takes file names (-o default), but not in the place of what was asked for. The line is
  // parted anew: bash itself parts words at colons, which contexts have, and puts back only what stands behind the last one.
  return `# bash completion for toolcrib
__toolcrib_ask() {
  local word rest
  compopt +o default 2>/dev/null
  [[ "$1" == kinds ]] && compopt -o nospace 2>/dev/null
  while IFS=$'\\t' read -r word rest; do
    [[ "$word" == "$cur"* ]] || continue
    printf -v word %q "$word"
    [[ "$cur" == *:* && "$COMP_WORDBREAKS" == *:* ]] && word="\${word#"\${cur%:*}:"}"
    COMPREPLY+=("$word")
  done < <(command toolcrib complete "$1" 2>/dev/null </dev/null)
}
_toolcrib() {
  local line="\${COMP_LINE:0:COMP_POINT}" words cur prev at='' i
  read -ra words <<<"$line"
  [[ "$line" == *[[:space:]] ]] && words+=('')
  cur="\${words[\${#words[@]} - 1]}" prev="\${words[\${#words[@]} - 2]}"
  COMPREPLY=()
${walk(spots, 1, `\${#words[@]} - 1`, 'words', ':')}
  case "$at $prev" in
${values(spots, { choices: give, ask, files: ':' })}
  esac
  case "$at" in
${spots.map(at).join('\n')}
  esac
}
complete -o default -F _toolcrib toolcrib
`;
}

function zsh(spots: readonly Spot[]): string {
  const described = (words: readonly Word[]) =>
    words.map(({ text, about }) => quoted(`${text.replaceAll(':', '\\:')}:${about}`)).join(' ');
  const optionsOf = ({ options }: Spot): Word[] =>
    options.flatMap(({ short, long, about }) =>
      [short, long].flatMap((text) => (text ? [{ text, about }] : [])),
    );
  const arrays = (spot: Spot) => {
    const words = [...spot.commands, ...spot.choices.map((text) => ({ text, about: '' }))];
    const ask = spot.ask === undefined ? '' : ` ask=${spot.ask}`;
    return `    ${quoted(spot.path)}) subs=(${described(words)}) opts=(${described(optionsOf(spot))})${ask} ;;`;
  };
  return `#compdef toolcrib
__toolcrib_ask() {
  local -a found shown
  local line
  for line in "\${(@f)$(command toolcrib complete $1 2>/dev/null </dev/null)}"; do
    [[ -n "$line" ]] || continue
    found+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  -- }")
  done
  if [[ $1 == kinds ]]; then compadd -S '' -l -d shown -a found
  else compadd -l -d shown -a found
  fi
}
_toolcrib() {
  local at='' ask='' i
  local -a subs opts
${walk(spots, 2, 'CURRENT', 'words', '_files')}
  case "$at \${words[CURRENT - 1]}" in
${values(spots, {
  choices: (choices) => `compadd -- ${choices.map(quoted).join(' ')}`,
  ask: (what) => `__toolcrib_ask ${what}`,
  files: '_files',
})}
  esac
  case "$at" in
${spots.map(arrays).join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then _describe -o option opts
  elif [[ -n "$ask" ]]; then __toolcrib_ask "$ask"
  elif (( \${#subs} )); then _describe command subs
  else _files
  fi
}
if [[ "\${funcstack[1]}" == _toolcrib ]]; then _toolcrib "$@"; else compdef _toolcrib toolcrib; fi
`;
}

function fish(spots: readonly Spot[]): string {
  const asked = (what: Asked) => fishQuoted(`(command toolcrib complete ${what} 2>/dev/null </dev/null)`);
  const lines = spots.flatMap(({ path, commands, choices, options, ask }) => {
    const line = (...rest: string[]) =>
      `complete -c toolcrib -n ${fishQuoted(`__toolcrib_at ${fishQuoted(path)}`)} ${rest.join(' ')}`;
    const valued = ({ choices: values, ask: what, takesValue }: Spot['options'][number]) =>
      values.length > 0
        ? ['-x', '-a', fishQuoted(values.join(' '))]
        : what !== undefined
          ? ['-x', '-a', asked(what)]
          : takesValue
            ? ['-r']
            : [];
    return [
      ...commands.map(({ text, about }) => line('-f', '-a', text, '-d', fishQuoted(about))),
      ...(choices.length > 0 ? [line('-f', '-a', fishQuoted(choices.join(' ')))] : []),
      ...(ask === undefined ? [] : [line('-f', '-a', asked(ask))]),
      ...options.map((option) =>
        line(
          ...(option.short ? ['-s', option.short.slice(1)] : []),
          '-l',
          option.long.slice(2),
          ...valued(option),
          '-d',
          fishQuoted(option.about),
        ),
      ),
    ];
  });
  return `# fish completion for toolcrib
function __toolcrib_at
  set -l at ''
  for word in (commandline -opc)[2..-1]
    test "$word" = --; and return 1
    set -l next (string trim -- "$at $word")
    contains -- "$next" ${pathsOf(spots).join(' ')}; and set at "$next"
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}
`;
}

function firstSentence(text: string): string {
  return (text.split(/(?<=[.:]) |[\n;]/)[0] ?? '').replace(/[.:]$/, '');
}
