import { ToolcribError } from '@toolcrib/model/errors';
import type { Command } from 'commander';
import type { z } from 'zod';
import type { GuardStatus } from '../../laptop/api/schema.ts';
import type { Ending } from '../../operations/context.ts';
import type { terminal as terminalOperation } from '../../operations/terminal.ts';
import { explained } from './help.ts';
import { noSuchCommand } from './mistakes.ts';
import { call, guardHere, paths } from './setup.ts';
import {
  bad,
  bold,
  clean,
  faint,
  fitted,
  good,
  integer,
  mild,
  named,
  type Output,
  print,
  say,
  table,
  when,
  withOutput,
} from './terminal.ts';

/** `toolcrib guard start|status|stop` */
export function registerGuard(program: Command): void {
  const command = explained(program.command('guard'), {
    examples: [
      ['toolcrib guard status', 'which clusters, in which mode, by which rules'],
      ['toolcrib guard start', 'after it was stopped, or has died'],
    ],
  })
    .description('The guard itself: start it, look at it, stop it.')
    .on('command:*', ([word = '']: string[]) => {
      throw noSuchCommand(command, word);
    });

  withOutput(
    explained(command.command('start'), {
      examples: [
        ['toolcrib guard start', ''],
        ['toolcrib guard start --port 6550', 'on another port from now on'],
        ['toolcrib guard start --foreground', 'to see what it says, or under systemd'],
      ],
    }),
  )
    .description('Start the guard in the background (`on` and `run` do so by themselves).')
    .option('--foreground', 'stay here, log to this terminal')
    .option(
      '--port <number>',
      'another port from now on, 0 for any that is free; the guard must not be running',
      integer(0, 65_535),
    )
    .action(async (options: { foreground?: boolean; port?: number; output: Output }) => {
      if (options.port !== undefined) {
        const { doorPort } = await import('../../operations/door-port.ts');
        const { port } = await call(doorPort, { port: options.port });
        say(`The door's port is now ${port}.`);
      }
      if (options.foreground) return guardHere();
      const { start } = await import('../../operations/start.ts');
      const started = await call(start, {});
      if (options.output !== 'text') return print(options.output, started, () => '');
      say(started.guard === 'started' ? 'The guard is up.' : 'The guard was running already.');
    });

  withOutput(
    explained(command.command('status'), {
      examples: [
        ['toolcrib guard status', 'which clusters, in which mode, by which rules'],
        ['toolcrib guard status -o json', 'for a prompt or a monitor'],
      ],
      exits: { 0: 'it runs', 1: 'it does not run' },
    }),
  )
    .description('What the guard does now: its clusters and their modes, its rules, what it holds.')
    .action(async (options: { output: Output }) => {
      const operations = await import('../../operations/status.ts');
      const status = await call(operations.status, {}).catch((error: unknown) => {
        if (!(error instanceof ToolcribError) || error.code !== 'not-running') throw error;
        if (options.output !== 'text') print(options.output, { running: false }, () => '');
        say(`toolcrib: ${error.message}\n  → ${error.next}; or out of the way: eval "$(toolcrib off)"`);
      });
      if (!status) {
        process.exitCode = 1;
        return;
      }
      const { terminal: asked } = await import('../../operations/terminal.ts');
      const terminal = await call(asked, {});
      print(options.output, { running: true, terminal, ...status }, () =>
        [underLabel(terminalText(terminal)), statusText(status)].join('\n'),
      );
    });

  withOutput(
    explained(command.command('stop'), {
      notes: ['It waits until what is under way has its answer; asked once more, it ends at once.'],
      examples: [
        ['toolcrib guard stop', ''],
        ['eval "$(toolcrib off)"', 'in a terminal where it was on: kubectl works again'],
      ],
    }),
  )
    .description(
      'Stop the guard. Terminals where it is on get "connection refused" until it starts again or is turned off.',
    )
    .action(async (options: { output: Output }) => {
      const { stop } = await import('../../operations/stop.ts');
      const stopped = await call(stop, {}, (ending) => say(endingText(ending)));
      if (options.output !== 'text') return print(options.output, stopped, () => '');
      say(stopped.guard === 'stopped' ? 'The guard is stopped.' : 'The guard was not running.');
    });
}

/** Standard error, also for programs: who waits wants to know for what. */
function endingText({ requests, until }: Ending): string {
  const seconds = Math.max(1, Math.round((until - Date.now()) / 1000));
  return [
    `The guard waits for ${requests} ${requests === 1 ? 'request' : 'requests'} under way, ${seconds} s at most, so that each gets its answer.`,
    'Ctrl-C ends only this waiting; the guard ends all the same. At once:',
    '  toolcrib guard stop',
  ].join('\n');
}

function terminalText({ state, why, next }: z.output<typeof terminalOperation.output>): string {
  const colour = { guarded: good, outside: bad, unknown: mild }[state];
  return `${bold('terminal')} ${colour(state)}: ${why}${next ? `\n         → ${next}` : ''}`;
}

/** Where what is said of each thing begins. */
const LABEL = 9;
const underLabel = (text: string, columns: number | undefined = process.stdout.columns) =>
  fitted(text, columns, LABEL);

/**
 * @param columns of the terminal; none: what reads this has lines as long as they are
 * @param policyPath where `guard.yaml` would stand
 */
export function statusText(
  status: GuardStatus,
  columns: number | undefined = process.stdout.columns,
  policyPath: string = paths().policy,
): string {
  const modeColour = (mode: string) =>
    mode === 'enforce' ? good(mode) : mode === 'warn' ? mild(mode) : faint(mode);
  const lines = [
    underLabel(stateLines(status, policyPath).join('\n'), columns),
    '',
    table([
      ['CONTEXT', 'MODE'],
      ...status.contexts.map(({ context, mode }) => [named(context), modeColour(mode)]),
    ]),
  ];
  const { rules, disabled } = status.policy;
  if (rules.length > 0)
    lines.push(
      '',
      table([['RULE', 'THEN', 'FROM'], ...rules.map(({ name, then, from }) => [named(name), then, from])]),
    );
  if (disabled.length > 0) lines.push(mild(`taken away by disable: ${disabled.map(named).join(', ')}`));
  if (status.softened.length > 0) {
    lines.push(
      '',
      table([
        ['SOFTENED', 'ACT', 'FINISHES'],
        ...status.softened.map(({ what, actId, finishAfter, state }) => [
          clean(what),
          actId,
          state === 'overdue'
            ? bad('overdue: finish or undo it')
            : state === 'by-hand'
              ? 'never by itself: until you finish or undo it'
              : when(finishAfter),
        ]),
      ]),
    );
  }
  return lines.join('\n');
}

/** What it is and does itself, a line each. */
function stateLines(status: GuardStatus, policyPath: string): string[] {
  return [
    `${bold('guard')} ${status.version}, process ${status.pid}, https://127.0.0.1:${status.port}, up since ${when(status.startedAt)}`,
    status.journal === null
      ? `journal  ${good('can be written')}`
      : `journal  ${bad(status.journal)}: nothing destructive passes`,
    `policy   ${status.policy.file ?? `built-in: every cluster is only observed, until there is ${policyPath}`}`,
    ...(status.policy.error ? [`${' '.repeat(LABEL)}${bad(`not in force: ${status.policy.error}`)}`] : []),
    ...(status.ending
      ? [
          mild(
            `ends     waits for ${status.ending.requests} requests, until ${when(status.ending.until)} at most; toolcrib guard stop ends it at once`,
          ),
        ]
      : []),
    `held     ${status.held === 0 ? 'nothing' : bold(`${status.held}: toolcrib held`)}`,
    ...(status.unsettled !== 0
      ? [mild(`unsettled ${status.unsettled} requests of which it is not certain what became: toolcrib log`)]
      : []),
  ];
}
