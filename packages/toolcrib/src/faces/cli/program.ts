import { bound, unbound } from '@toolcrib/model/commands';
import { type Argument, Command, Help } from 'commander';
import { version } from '../../laptop/version.ts';
import { refuseEmptyOptions } from './empty-options.ts';
import { commented, isEvaluated } from './for-shell.ts';
import { EXITS, explained } from './help.ts';
import { noSuchCommand, usageText } from './mistakes.ts';
import { fitted } from './terminal.ts';

type Register = (program: Command) => void;

const TYPING = 'To try and to type:';

/**
 * Which file has which commands: only the one that is asked for is loaded, so that each starts fast. By what a person needs,
 * in the order in which he meets it.
 */
const groups: readonly (readonly [
  heading: string,
  commands: readonly [names: string[], load: () => Promise<Register>][],
])[] = [
  [
    'First steps:',
    [
      [['demo'], async () => (await import('./demo.ts')).registerDemo],
      [['setup'], async () => (await import('./first-use.ts')).registerSetup],
      [['on', 'off'], async () => (await import('./on.ts')).registerOn],
      [['doctor'], async () => (await import('./doctor.ts')).registerDoctor],
    ],
  ],
  [
    'At three in the morning:',
    [
      [['held'], async () => (await import('./held.ts')).registerHeld],
      [['approve', 'deny'], async () => (await import('./approve.ts')).registerApprove],
      [['log'], async () => (await import('./log.ts')).registerLog],
      [['undo', 'finish'], async () => (await import('./undo.ts')).registerUndo],
      [['radius'], async () => (await import('./radius.ts')).registerRadius],
    ],
  ],
  [
    'The guard:',
    [
      [['guard'], async () => (await import('./guard.ts')).registerGuard],
      [['run'], async () => (await import('./run.ts')).registerRun],
      [['app'], async () => (await import('./app.ts')).registerApp],
    ],
  ],
  ['Before you adopt a tool:', [[['vet'], async () => (await import('./vet.ts')).registerVet]]],
  [
    TYPING,
    [
      [['sandbox'], async () => (await import('./sandbox.ts')).registerSandbox],
      [['completion'], async () => (await import('./completion.ts')).registerCompletion],
      [['complete'], async () => (await import('./complete.ts')).registerComplete],
    ],
  ],
  ['Leaving:', [[['uninstall'], async () => (await import('./uninstall.ts')).registerUninstall]]],
];

/** The program without its commands. */
function bareProgram(asked: string): Command {
  const program = explained(new Command('toolcrib'), {
    examples: [
      ['toolcrib demo', 'see what it is for, in under a minute'],
      ['eval "$(toolcrib on)"', 'guard this terminal’s kubectl, helm, k9s …'],
      ['toolcrib held', 'what waits for a yes, and why'],
      ['toolcrib log', 'what was done, and which act to undo'],
      ['toolcrib undo act-7k2m9cx', 'bring back what it took'],
      ['toolcrib vet ./path/to/clone', 'evidence before a tool is adopted'],
    ],
    exits: EXITS,
  });
  return program
    .description(
      'The tool crib for teams that run infrastructure: a guard between any tool and the cluster that knows what a request would destroy, keeps it first, and can undo it; and evidence before a tool is adopted.',
    )
    .version(version)
    .exitOverride()
    .enablePositionalOptions()
    .hook('preAction', async (_, action) => {
      refuseEmptyOptions(action);
      // A schema that is used a few times costs more compiled than read.
      const { config } = await import('zod/v4/core');
      config({ jitless: true });
    })
    .configureHelp({
      sortSubcommands: false,
      // Which options it has stands in its own help.
      subcommandTerm: (command) =>
        [command.name(), ...command.registeredArguments.map((one) => usageOf(one))].join(' '),
      boxWrap(text, width) {
        return unbound(Help.prototype.boxWrap.call(this, bound(text), width));
      },
    })
    .configureOutput({
      getOutHelpWidth: () => process.stdout.columns || 80,
      getErrHelpWidth: () => process.stderr.columns || 80,
      writeOut: (text) =>
        process.stdout.write(
          isEvaluated([asked], process.stdout.isTTY === true)
            ? commented(text)
            : fitted(text, process.stdout.columns),
        ),
      writeErr: (text) => process.stderr.write(fitted(text, process.stderr.columns)),
      outputError: (text, write) => write(usageText(text)),
    })
    .addHelpText('after', '\nNew here? toolcrib demo, and then toolcrib setup')
    .commandsGroup(TYPING)
    .helpCommand('help [command]', 'The help of one command, as its --help.')
    .on('command:*', ([word = '', ...rest]: string[], options: string[]) => {
      throw noSuchCommand(program, word, [...rest, ...options]);
    });
}

function usageOf(argument: Argument): string {
  const shown = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${shown}>` : `[${shown}]`;
}

/**
 * The command line, as it is parsed and as its help and docs/commands.md show it.
 * @param asked its first word: where that is a command, it alone is loaded. Help, completion, and a word that is none of
 *   them, need all
 */
export async function programFor(asked: string): Promise<Command> {
  const all = groups.flatMap(([heading, commands]) => commands.map((one) => [heading, ...one] as const));
  const known = all.filter(([, names]) => names.includes(asked));
  const wanted = (known.length > 0 && asked !== 'completion') || asked === '--version' ? known : all;
  const program = bareProgram(asked);
  for (const [heading, , load] of wanted) {
    program.commandsGroup(heading);
    (await load())(program);
  }
  return program;
}
