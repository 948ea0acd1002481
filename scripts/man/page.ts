import type { Command } from 'commander';
import { EXITS, type Explanation, explanationOf } from '../../packages/toolcrib/src/faces/cli/help.ts';
import { ENVIRONMENT, FILES, FILES_OF_VET } from './places.ts';
import { asItStands, bold, escaped, list, paragraph, section } from './roff.ts';

/** A command and the words that lead to it. */
export interface Place {
  command: Command;
  /** `toolcrib vet trust`. */
  path: string;
}

export interface Edition {
  version: string;
  /** YYYY-MM-DD. */
  date: string;
}

/** `toolcrib-vet-trust` */
export const nameOf = (path: string): string => path.replaceAll(' ', '-');

/**
 * The man page of one command, in the macros of man(7).
 * @param near pages that stand next to it
 */
export function pageOf(
  { command, path }: Place,
  near: readonly string[],
  { version, date }: Edition,
): string {
  const name = nameOf(path);
  const explanation: Explanation = explanationOf(command) ?? { examples: [] };
  const what = (command.description().split(/(?<=[.:]) /)[0] ?? '').replace(/[.:]$/, '');
  const isVet = path.startsWith('toolcrib vet');
  return [
    `.TH ${escaped(name.toUpperCase())} 1 ${date} "toolcrib ${version}" "toolcrib manual"\n`,
    section('NAME', `${escaped(name)} \\- ${escaped(what)}`),
    section(
      'SYNOPSIS',
      `${bold(path)} ${escaped(
        command
          .createHelp()
          .commandUsage(command)
          .slice(path.length + 1),
      )}`,
    ),
    section('DESCRIPTION', descriptionOf(command, explanation)),
    section('OPTIONS', optionsOf(command)),
    section(
      'EXIT STATUS',
      list(Object.entries(exitsOf(explanation)).map(([code, means]) => [bold(code), sentence(means)])),
    ),
    section(
      'FILES',
      list((isVet ? FILES_OF_VET : FILES).map(([file, means]) => [`\\fI${escaped(file)}\\fR`, means])),
    ),
    section('ENVIRONMENT', list(ENVIRONMENT.map(([variable, means]) => [bold(variable), means]))),
    section(
      'EXAMPLES',
      list(explanation.examples.map(([line, means]) => [exampleTerm(line), sentence(means)])),
    ),
    section('SEE ALSO', near.map((one) => `.BR ${escaped(one)} (1)`).join(' ,\n')),
  ].join('');
}

/** What is wrong usage ends with 2 everywhere, but where a program's own codes come back. */
function exitsOf({ exits = EXITS }: Explanation): Readonly<Record<string, string>> {
  return 'any' in exits ? exits : { 2: EXITS[2] ?? '', ...exits };
}

function descriptionOf(command: Command, { notes = [] }: Explanation): string {
  const help = command.createHelp();
  const below = help.visibleCommands(command).filter((one) => one.name() !== 'help');
  const groups = [...new Set(below.map((one) => one.helpGroup()))];
  const commands = groups.flatMap((group) => [
    ...(group === '' ? ['.PP\nCommands:'] : [`.SS ${escaped(group.replace(/:$/, ''))}`]),
    list(
      below
        .filter((one) => one.helpGroup() === group)
        .map((one) => [bold(help.subcommandTerm(one)), help.subcommandDescription(one)]),
    ),
  ]);
  const paragraphs = [command.description(), ...notes].map((text) => {
    const [first = '', ...table] = text.split('\n');
    return table.length === 0
      ? `.PP\n${paragraph(text)}`
      : `.PP\n${paragraph(first)}\n${asItStands(table.join('\n'))}`;
  });
  return [...paragraphs, ...commands].join('\n').replace(/^\.PP\n/, '');
}

function optionsOf(command: Command): string {
  const help = command.createHelp();
  return list([
    ...help
      .visibleArguments(command)
      .map((one): [string, string] => [
        `\\fI${escaped(one.name())}\\fR`,
        sentence(help.argumentDescription(one)),
      ]),
    ...help
      .visibleOptions(command)
      .map((one): [string, string] => [bold(help.optionTerm(one)), sentence(help.optionDescription(one))]),
  ]);
}

/** A line to be copied; one that goes on in the next is told whole below an empty term. */
function exampleTerm(line: string): string {
  return line.includes('\n') ? `\\&\n${asItStands(line)}\n.br` : bold(line);
}

function sentence(text: string): string {
  const end = text === '' || /[.?!)]$/.test(text) ? text : `${text}.`;
  return `${end.slice(0, 1).toUpperCase()}${end.slice(1)}`;
}
