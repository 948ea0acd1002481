// Whether the program itself would take a command line: its own parser reads it, and nothing of it is done.
import { ToolcribError } from '@toolcrib/model';
import { type Command, CommanderError } from 'commander';
import { programFor } from '../../packages/toolcrib/src/faces/cli/program.ts';

/**
 * @param named a command is only called by its name: what it needs may be missing
 * @returns why the program would not take it; undefined where it would */
export async function refusalOf(command: string, named = false): Promise<string | undefined> {
  const [program = '', ...words] = wordsOf(bare(command));
  if (program !== 'toolcrib') return `${command} is none of toolcrib's`;
  const parser = await programFor(words.find((word) => !word.startsWith('-')) ?? '');
  let said = '';
  quiet(parser, (text) => {
    said += text;
  });
  try {
    await parser.parseAsync(words, { from: 'user' });
    return undefined;
  } catch (error) {
    if (error instanceof ToolcribError && error.code === 'usage') return error.message;
    if (!(error instanceof CommanderError)) throw error;
    const fine = [
      'commander.helpDisplayed',
      'commander.version',
      ...(named ? ['commander.missingArgument'] : []),
    ];
    return fine.includes(error.code) ? undefined : said.trim() || error.message;
  }
}

/** Does nothing, and says nothing on this terminal. */
function quiet(command: Command, hear: (text: string) => void): void {
  command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: hear });
  const below = command.commands.length > 0;
  if (!below || command.registeredArguments.length > 0) command.action(() => undefined);
  for (const one of command.commands) quiet(one, hear);
}

/** What stands within `eval "$(…)"`, and without where its output goes. */
function bare(command: string): string {
  const evaluated = /^eval "\$\((.*)\)"$/.exec(command)?.[1] ?? command;
  // N stands for a number, NAME for one of a list; where its output goes is the shell's business.
  return evaluated
    .replace(/\s*>\S+$/, '')
    .replaceAll(/\bN\b/g, '1')
    .replaceAll(/\bapp NAME\b/g, 'app k9s');
}

/** The words of a line as a shell makes them of plain words and quotes; what is optional (`[…]`) is there. */
export function wordsOf(line: string): string[] {
  return (line.replaceAll(/[[\]]/g, '').match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []).map((word) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
  );
}
