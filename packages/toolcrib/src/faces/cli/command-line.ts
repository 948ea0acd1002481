import { ToolcribError } from '@toolcrib/model/errors';
import { CommanderError } from 'commander';
import { isEvaluated } from './for-shell.ts';
import { programFor } from './program.ts';
import { clean, fitted } from './terminal.ts';

/** Does what the command line of this process asks for, and sets its exit code. Never rejects. */
export async function commandLine(asked: string): Promise<void> {
  try {
    await (await programFor(asked)).parseAsync();
  } catch (error) {
    const code = report(error);
    // The command's own codes come back from `run`, so its failures have theirs: as env, timeout and docker have them.
    process.exitCode = code !== 0 && asked === 'run' ? 125 : code;
    // What is shown of help to a shell that evaluates it is no `on` either.
    failEval(code || 2);
  }
}

/**
 * `eval "$(toolcrib on)"` of nothing is a success, and a script under `set -e` would go on unguarded. So what is evaluated
 * fails as the command did, in the language of every shell: also of one that was not recognised.
 */
function failEval(code: number): void {
  if (isEvaluated(process.argv.slice(2), process.stdout.isTTY === true))
    process.stdout.write(`sh -c 'exit ${code}'\n`);
}

/** One clear error: what, why, what next. Standard error; never a stack trace for what a person can mend. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ToolcribError) {
    // It may quote a name from a cluster or a file: of that the terminal must obey nothing.
    const said = `toolcrib: ${error.message}\n${error.next ? `  → ${error.next}\n` : ''}`;
    const text = said.split('\n').map(clean).join('\n');
    process.stderr.write(fitted(text, process.stderr.columns));
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `toolcrib: this should not have happened, so nothing could be told: neither yes nor no. Please report it.\n${text}\n`,
  );
  return 3;
}
