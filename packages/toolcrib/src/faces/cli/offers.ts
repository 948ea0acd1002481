import type { OperationName } from '../../operations/operation.ts';

/** By which command each operation is asked for. */
export const commandOf: Readonly<Record<OperationName, string>> = {
  act: 'log ACT',
  approve: 'approve CODE',
  deny: 'deny CODE',
  finish: 'finish ACT',
  held: 'held',
  hold: 'held CODE',
  log: 'log',
  radius: 'radius KIND/NAME',
  status: 'guard status',
  stop: 'guard stop',
  undo: 'undo ACT',
};

/** The commands that ask for no operation, each with the reason why it is none. */
export const noOperation: Readonly<Record<string, string>> = {
  demo: 'a show: it starts a cluster, a guard and clients of its own, and lives as long as its terminal',
  on: 'prints what this terminal’s shell evaluates: what it changes is the shell, which no other face has',
  off: 'as `on`, and it has to work when everything else is broken',
  'guard start': 'starts the process that would answer',
  run: 'becomes another program: its input, output and exit code are that program’s',
  app: 'the same for a program with a window',
  sandbox: 'is a cluster for as long as its process lives',
  doctor: 'not yet one',
  uninstall: 'not yet one',
  vet: 'not yet one',
  'vet sbom': 'not yet one',
  'vet sbom-diff': 'not yet one',
  'vet trust show': 'not yet one',
  'vet trust update': 'not yet one',
  'vet verify': 'not yet one',
  completion: 'prints a script about the command line itself',
};
