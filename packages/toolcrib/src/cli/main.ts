import { Command, CommanderError } from 'commander';
import { version } from '../app/version.ts';
import { ToolcribError } from '../model/index.ts';
import { registerApprove } from './approve.ts';
import { registerDemo } from './demo.ts';
import { registerGuard } from './guard.ts';
import { registerHeld } from './held.ts';
import { registerLog } from './log.ts';
import { registerOn } from './on.ts';
import { registerRadius } from './radius.ts';
import { registerRun } from './run.ts';
import { registerSandbox } from './sandbox.ts';
import { registerUndo } from './undo.ts';
import { registerUninstall } from './uninstall.ts';
import { registerVet } from './vet.ts';

const program = new Command('toolcrib')
  .description(
    'The tool crib for teams that run infrastructure: a guard between any tool and the cluster that knows what a\nrequest would destroy, keeps it first, and can undo it; and evidence before a tool is adopted.',
  )
  .version(version)
  .exitOverride()
  .enablePositionalOptions()
  .configureHelp({ sortSubcommands: false })
  .addHelpText(
    'after',
    '\nExit codes: 0 yes; 1 no; 2 wrong usage or bad input; 3 could not tell.\nFirst steps: toolcrib demo, then eval "$(toolcrib on)".',
  );

for (const register of [
  registerDemo,
  registerOn,
  registerGuard,
  registerRun,
  registerRadius,
  registerHeld,
  registerApprove,
  registerLog,
  registerUndo,
  registerSandbox,
  registerVet,
  registerUninstall,
]) {
  register(program);
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** One clear error: what, why, what next. Standard error; never a stack trace for what a person can mend. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ToolcribError) {
    process.stderr.write(`toolcrib: ${error.message}\n${error.next ? `  → ${error.next}\n` : ''}`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`toolcrib: this should not have happened; please report it.\n${text}\n`);
  return 3;
}
