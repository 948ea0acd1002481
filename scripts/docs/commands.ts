import type { Command } from 'commander';
import { programFor } from '../../packages/toolcrib/src/faces/cli/program.ts';
import { table } from './regions.ts';

/** Columns, as of a terminal. */
const WIDTH = 110;

/** Every command with its whole help, as the program itself prints it. */
export async function commandsText(): Promise<string> {
  const all = leaves(await programFor(''));
  const anchor = (path: string) => `#${path.replaceAll(' ', '-')}`;
  const rows = all.map(({ path, command }) => [`[\`${path}\`](${anchor(path)})`, command.description()]);
  const sections = all.map(({ path, command }) => `## ${path}\n\`\`\`text\n${helpOf(command)}\n\`\`\``);
  return [table(['command', 'what'], rows), ...sections].join('\n\n');
}

/** Those that do something of their own. A group that only has others below it is none. */
function leaves(command: Command, above = ''): { path: string; command: Command }[] {
  const path = `${above} ${command.name()}`.trim();
  const below = command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help');
  const does = below.length === 0 || command.registeredArguments.length > 0;
  return [...(does ? [{ path, command }] : []), ...below.flatMap((one) => leaves(one, path))];
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trim();
}
