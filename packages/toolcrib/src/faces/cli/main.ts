import { bound, unbound } from '@toolcrib/model/commands';
import { ToolcribError } from '@toolcrib/model/errors';
import { Command, CommanderError, Help } from 'commander';
import { version } from '../../laptop/version.ts';
import { clean, fitted } from './terminal.ts';

type Register = (program: Command) => void;

/** Which file has which commands: only the one that is asked for is loaded, so that each starts fast. */
const commands: [names: string[], load: () => Promise<Register>][] = [
  [['demo'], async () => (await import('./demo.ts')).registerDemo],
  [['on', 'off'], async () => (await import('./on.ts')).registerOn],
  [['doctor'], async () => (await import('./doctor.ts')).registerDoctor],
  [['guard'], async () => (await import('./guard.ts')).registerGuard],
  [['run'], async () => (await import('./run.ts')).registerRun],
  [['app'], async () => (await import('./app.ts')).registerApp],
  [['radius'], async () => (await import('./radius.ts')).registerRadius],
  [['held'], async () => (await import('./held.ts')).registerHeld],
  [['approve', 'deny'], async () => (await import('./approve.ts')).registerApprove],
  [['log'], async () => (await import('./log.ts')).registerLog],
  [['undo', 'finish'], async () => (await import('./undo.ts')).registerUndo],
  [['vet'], async () => (await import('./vet.ts')).registerVet],
  [['sandbox'], async () => (await import('./sandbox.ts')).registerSandbox],
  [['uninstall'], async () => (await import('./uninstall.ts')).registerUninstall],
  [['completion'], async () => (await import('./completion.ts')).registerCompletion],
];

const program = new Command('toolcrib')
  .description(
    'The tool crib for teams that run infrastructure: a guard between any tool and the cluster that knows what a request would destroy, keeps it first, and can undo it; and evidence before a tool is adopted.',
  )
  .version(version)
  .exitOverride()
  .enablePositionalOptions()
  .configureHelp({
    sortSubcommands: false,
    boxWrap(text, width) {
      return unbound(Help.prototype.boxWrap.call(this, bound(text), width));
    },
  })
  .configureOutput({
    writeOut: (text) => process.stdout.write(fitted(text, process.stdout.columns)),
    writeErr: (text) => process.stderr.write(fitted(text, process.stderr.columns)),
  })
  .addHelpText(
    'after',
    '\nExit codes: 0 yes; 1 no; 2 wrong usage or bad input; 3 could not tell.\nFirst steps: toolcrib demo, then eval "$(toolcrib on)".',
  );

// `toolcrib log | head` ends the pipe early: that is no error, and no reason to stop in the middle of an undo.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const asked = process.argv[2] ?? '';
const known = commands.filter(([names]) => names.includes(asked));
// Help, completion, and a word that is none of them, need all.
const wanted = (known.length > 0 && asked !== 'completion') || asked === '--version' ? known : commands;

try {
  for (const [, load] of wanted) (await load())(program);
  await program.parseAsync();
} catch (error) {
  const code = report(error);
  // The command's own codes come back from `run`, so its failures have theirs: as env, timeout and docker have them.
  process.exitCode = code !== 0 && asked === 'run' ? 125 : code;
  if (code !== 0 && (asked === 'on' || asked === 'off')) failEval(code);
}

/**
 * `eval "$(toolcrib on)"` of nothing is a success, and a script under `set -e` would go on unguarded. So what is evaluated
 * fails as the command did, in the language of every shell: also of one that was not recognised.
 */
function failEval(code: number): void {
  const wantsData = process.argv.some((word) => /^(-o|--output)/.test(word));
  if (!process.stdout.isTTY && !wantsData) process.stdout.write(`sh -c 'exit ${code}'\n`);
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
