import { ToolcribError } from '@toolcrib/model/errors';
import type { Command } from 'commander';

/**
 * Before any command does anything: an option that was given, and has nothing in it, is never less than was asked. A script's
 * variable that is not set is the usual reason. Blanks may be a name: kubectl takes a context that is called so.
 * @param action the command that is about to run; what was given to those above it counts too
 * @throws ToolcribError `usage`
 */
export function refuseEmptyOptions(action: Command): void {
  for (let command: Command | null = action; command; command = command.parent) {
    for (const option of command.options) {
      const name = option.attributeName();
      if (command.getOptionValueSource(name) !== 'cli') continue;
      const values = [command.getOptionValue(name)].flat();
      const empty = values.find((value) => value === '');
      if (empty === undefined) continue;
      throw new ToolcribError('usage', `${option.long} ${JSON.stringify(empty)}: it is empty.`, {
        next: 'Give it a value, or leave it out; in a script, look whether its variable is set.',
      });
    }
  }
}
