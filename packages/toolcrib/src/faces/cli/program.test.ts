import assert from 'node:assert/strict';
import { test } from 'node:test';
import { programFor } from './program.ts';

const namesOf = async (asked: string) => (await programFor(asked)).commands.map((one) => one.name());

/** In the order in which a person meets them. */
const ALL = [
  'demo',
  'setup',
  'on',
  'off',
  'doctor',
  'held',
  'approve',
  'deny',
  'log',
  'undo',
  'finish',
  'radius',
  'guard',
  'run',
  'app',
  'vet',
  'sandbox',
  'completion',
  'complete',
  'uninstall',
];

test('help, completion, and a word that is no command have all of them', async () => {
  for (const asked of ['', '--help', 'help', 'no-such', 'completion'])
    assert.deepEqual(await namesOf(asked), ALL, asked);
});

test('of a command that is asked for its own file alone is loaded, and every name finds its own', async () => {
  const own: Record<string, string[]> = {
    on: ['on', 'off'],
    approve: ['approve', 'deny'],
    undo: ['undo', 'finish'],
  };
  for (const group of Object.values(own)) for (const name of group) own[name] = group;
  for (const name of ALL.filter((one) => one !== 'completion'))
    assert.deepEqual(await namesOf(name), own[name] ?? [name], name);
});

test('the version needs none', async () => {
  assert.deepEqual(await namesOf('--version'), []);
});

test('what is wrong ends in an error for who called, and in no exit from here', async () => {
  const program = await programFor('radius');
  let said = '';
  for (const one of [program, ...program.commands])
    one.configureOutput({ writeErr: (text) => (said += text), writeOut: (text) => (said += text) });
  await assert.rejects(program.parseAsync(['radius', '--scale', 'x'], { from: 'user' }), {
    code: 'commander.invalidArgument',
    exitCode: 1,
  });
  assert.match(said, /whole number/);
});

test('options of a command stand behind its name: those of another program are left alone', async () => {
  const program = await programFor('run');
  const [run] = program.commands;
  let given: unknown[] = [];
  run?.action((...args: unknown[]) => {
    given = args.slice(0, 2);
  });
  await program.parseAsync(['run', '--as', 'agent', 'kubectl', 'get', '-o', 'json'], { from: 'user' });
  assert.deepEqual(given, [['kubectl', 'get', '-o', 'json'], { as: 'agent' }]);
});

test('what is said goes to the stream that it is for, fitted to its width', async (t) => {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    t.mock.method(process[name], 'write', (text: string) => {
      said[name] += text;
      return true;
    });
  }
  const program = await programFor('radius');
  await assert.rejects(program.parseAsync(['radius'], { from: 'user' }), {
    code: 'commander.missingArgument',
  });
  program.outputHelp();
  t.mock.restoreAll();
  assert.match(said.stderr, /missing required argument/);
  assert.match(said.stdout, /^Usage: toolcrib/);
  assert.doesNotMatch(said.stderr, /Usage/);
});

test('help lists the commands by what a person needs, in the order in which he meets it', async () => {
  let said = '';
  const program = await programFor('');
  program.configureOutput({ writeOut: (text) => (said += text) });
  program.outputHelp();
  const at = [
    ...[
      'First steps:',
      '  demo',
      '  on ',
      'At three in the morning:',
      '  held',
      '  undo',
      'The guard:',
      '  run',
    ],
    ...[
      'Before you adopt a tool:',
      '  vet',
      'To try and to type:',
      '  completion',
      'Leaving:',
      '  uninstall',
    ],
  ].map((word) => said.indexOf(`\n${word}`));
  assert.ok(
    at.every((one) => one > 0),
    String(at),
  );
  assert.deepEqual(
    at,
    at.toSorted((a, b) => a - b),
  );
});

test('help says what the exit codes mean, and breaks no command to copy', async () => {
  let said = '';
  const program = await programFor('');
  program.configureOutput({ writeOut: (text) => (said += text), getOutHelpWidth: () => 80 });
  program.outputHelp();
  assert.match(said, /Exit codes: 0 yes; 1 no; 2 wrong usage or bad input; 3 could not tell\./);
  assert.match(said, /eval "\$\(toolcrib on\)"/);
});
