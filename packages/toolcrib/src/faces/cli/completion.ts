import { Argument, type Command } from 'commander';
import { fishQuoted, quoted } from '../../laptop/shell.ts';
import { explained } from './help.ts';

// Written out once from the same tree that parses the command line, so that it can't fall behind. A library that asks
// the program at each TAB would start Node each time, and takes the shell's own completion of file names away.

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
  options: { short?: string; long: string; about: string; takesValue: boolean; choices: string[] }[];
  /** Values that the first argument may have. */
  choices: string[];
}

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
    })),
    choices: command.registeredArguments[0]?.argChoices ?? [],
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

/** `option VALUE` cases: those with choices give them, the others leave it to the shell, which knows files. */
function values(spots: readonly Spot[], give: (choices: string[]) => string, files: string): string {
  return spots
    .flatMap(({ path, options }) =>
      options
        .filter(({ takesValue }) => takesValue)
        .map(({ short, long, choices }) => {
          const names = [short, long].flatMap((name) => (name ? [quoted(`${path} ${name}`)] : []));
          return `    ${names.join('|')}) ${choices.length > 0 ? give(choices) : files}; return ;;`;
        }),
    )
    .join('\n');
}

function bash(spots: readonly Spot[]): string {
  const give = (words: string[]) => `COMPREPLY=($(compgen -W ${quoted(words.join(' '))} -- "$cur"))`;
  const wordsOf = ({ commands, choices, options }: Spot) => [
    ...commands.map(({ text }) => text),
    ...choices,
    ...options.flatMap(({ short, long }) => (short ? [short, long] : [long])),
  ];
  // Where COMPREPLY stays empty, bash takes file names (-o default).
  return `# bash completion for toolcrib
_toolcrib() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}" at='' i
  COMPREPLY=()
${walk(spots, 1, 'COMP_CWORD', 'COMP_WORDS', ':')}
  case "$at $prev" in
${values(spots, give, ':')}
  esac
  case "$at" in
${spots.map((spot) => `    ${quoted(spot.path)}) ${give(wordsOf(spot))} ;;`).join('\n')}
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
    return `    ${quoted(spot.path)}) subs=(${described(words)}) opts=(${described(optionsOf(spot))}) ;;`;
  };
  return `#compdef toolcrib
_toolcrib() {
  local at='' i
  local -a subs opts
${walk(spots, 2, 'CURRENT', 'words', '_files')}
  case "$at \${words[CURRENT - 1]}" in
${values(spots, (choices) => `compadd -- ${choices.map(quoted).join(' ')}`, '_files')}
  esac
  case "$at" in
${spots.map(arrays).join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then _describe -o option opts
  elif (( \${#subs} )); then _describe command subs
  else _files
  fi
}
if [[ "\${funcstack[1]}" == _toolcrib ]]; then _toolcrib "$@"; else compdef _toolcrib toolcrib; fi
`;
}

function fish(spots: readonly Spot[]): string {
  const lines = spots.flatMap(({ path, commands, choices, options }) => {
    const line = (...rest: string[]) =>
      `complete -c toolcrib -n ${fishQuoted(`__toolcrib_at ${fishQuoted(path)}`)} ${rest.join(' ')}`;
    return [
      ...commands.map(({ text, about }) => line('-f', '-a', text, '-d', fishQuoted(about))),
      ...(choices.length > 0 ? [line('-f', '-a', fishQuoted(choices.join(' ')))] : []),
      ...options.map(({ short, long, about, takesValue, choices: values }) =>
        line(
          ...(short ? ['-s', short.slice(1)] : []),
          '-l',
          long.slice(2),
          ...(values.length > 0 ? ['-x', '-a', fishQuoted(values.join(' '))] : takesValue ? ['-r'] : []),
          '-d',
          fishQuoted(about),
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
