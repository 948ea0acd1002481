import { bound, unbound } from '@toolcrib/model/commands';
import { Command, Help } from 'commander';
import { version } from '../../laptop/version.ts';
import { refuseEmptyOptions } from './empty-options.ts';
import { fitted } from './terminal.ts';

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

/** The program without its commands. */
function bareProgram(): Command {
  return new Command('toolcrib')
    .description(
      'The tool crib for teams that run infrastructure: a guard between any tool and the cluster that knows what a request would destroy, keeps it first, and can undo it; and evidence before a tool is adopted.',
    )
    .version(version)
    .exitOverride()
    .enablePositionalOptions()
    .hook('preAction', (_, action) => refuseEmptyOptions(action))
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
}

/**
 * The command line, as it is parsed and as its help and docs/commands.md show it.
 * @param asked its first word: where that is a command, it alone is loaded. Help, completion, and a word that is none of
 *   them, need all
 */
export async function programFor(asked: string): Promise<Command> {
  const known = commands.filter(([names]) => names.includes(asked));
  const wanted = (known.length > 0 && asked !== 'completion') || asked === '--version' ? known : commands;
  const program = bareProgram();
  for (const [, load] of wanted) (await load())(program);
  return program;
}
