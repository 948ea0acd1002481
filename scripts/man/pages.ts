import type { Command } from 'commander';
import { programFor } from '../../packages/toolcrib/src/faces/cli/program.ts';
import { type Edition, nameOf, type Place, pageOf } from './page.ts';

/**
 * Every man page of the command line, from the tree that parses it.
 * @returns text in roff by file name: `toolcrib-undo.1`
 */
export async function manPages(edition: Edition): Promise<ReadonlyMap<string, string>> {
  const all = placesOf(await programFor(''), '');
  return new Map(all.map((place) => [`${nameOf(place.path)}.1`, pageOf(place, nearTo(place, all), edition)]));
}

function placesOf(command: Command, above: string): Place[] {
  const path = `${above} ${command.name()}`.trim();
  const below = command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help');
  return [{ command, path }, ...below.flatMap((one) => placesOf(one, path))];
}

/** What is above it, below it, and beside it in its group. */
function nearTo({ command, path }: Place, all: readonly Place[]): string[] {
  const parent = path.slice(0, path.lastIndexOf(' '));
  return all
    .filter((one) => {
      if (one.path === path) return false;
      const isBeside =
        one.command.parent === command.parent && one.command.helpGroup() === command.helpGroup();
      return one.path === parent || one.command.parent === command || (command.parent !== null && isBeside);
    })
    .map((one) => nameOf(one.path));
}
