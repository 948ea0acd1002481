import type { OperationName } from '../../operations/operation.ts';

/** By which command each operation is asked for. */
export const commandOf: Readonly<Record<OperationName, string>> = {
  act: 'log ACT',
  approve: 'approve CODE',
  criteria: 'vet --criteria',
  deny: 'deny CODE',
  doctor: 'doctor',
  'doctor-bundle': 'doctor --bundle',
  'door-port': 'guard start --port N',
  finish: 'finish ACT',
  held: 'held',
  hold: 'held CODE',
  log: 'log',
  radius: 'radius KIND/NAME',
  'renew-trust': 'vet trust update',
  sbom: 'vet sbom FILE',
  'sbom-diff': 'vet sbom-diff BEFORE AFTER',
  setup: 'setup',
  'setup-plan': 'setup',
  start: 'guard start',
  status: 'guard status',
  stop: 'guard stop',
  terminal: 'guard status',
  trust: 'vet trust show',
  undo: 'undo ACT',
  uninstall: 'uninstall',
  'uninstall-plan': 'uninstall',
  verify: 'vet verify FILE',
  vet: 'vet WHAT',
  'vet-packs': 'vet --verify PACK',
  'vet-publish': 'vet . --publish',
};

/** The commands that ask for no operation, each with the reason why it is none. */
export const noOperation: Readonly<Record<string, string>> = {
  demo: 'a show: it starts a cluster, a guard and clients of its own, and lives as long as its terminal',
  on: 'prints what this terminal’s shell evaluates: what it changes is the shell, which no other face has',
  off: 'as `on`, and it has to work when everything else is broken',
  run: 'becomes another program: its input, output and exit code are that program’s',
  app: 'the same for a program with a window, and what that needs in its settings',
  sandbox: 'is a cluster for as long as its process lives',
  completion: 'prints a script about the command line itself',
  complete: 'what that script asks at TAB, of what other operations have',
};
