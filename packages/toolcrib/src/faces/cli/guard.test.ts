import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { until } from '@toolcrib/guard/testing/target.ts';
import type { GuardStatus } from '../../laptop/api/schema.ts';
import { PLAYED_STATUS, playGuard } from '../../testing/played-guard.ts';
import { CLI } from '../../testing/programs.ts';
import { type GuardHome, guardHome } from '../../testing/running-guard.ts';
import { statusText } from './guard.ts';

// The real command line. What the guard says is played; where none runs, none runs.

let home: GuardHome;
before(() => {
  home = guardHome(JSON.stringify({ contexts: [], clusters: [], users: [] }));
});
after(() => home?.remove());

async function statusOf(more: Partial<GuardStatus>, ...args: string[]) {
  const guard = await playGuard(home, { ...PLAYED_STATUS, ...more });
  try {
    return await home.cli('guard', 'status', ...args);
  } finally {
    await guard.close();
  }
}

test('no guard: exit 1, said to people and to programs; stop finds none to stop', async () => {
  const text = await home.cli('guard', 'status');
  assert.deepEqual([text.code, text.stdout], [1, '']);
  assert.match(text.stderr, /toolcrib off/);
  const json = await home.cli('guard', 'status', '-o', 'json');
  assert.deepEqual([json.code, JSON.parse(json.stdout)], [1, { running: false }]);
  const stop = await home.cli('guard', 'stop');
  assert.deepEqual([stop.code, stop.stderr], [0, 'The guard was not running.\n']);
});

test('a door that was never made has no port to change', async () => {
  const said = await home.cli('guard', 'start', '--port', '0');
  assert.equal(said.code, 2);
  assert.match(said.stderr, /no door yet/);
});

test('in the foreground there is one guard, which ends when it is asked to', async () => {
  const own = guardHome(JSON.stringify({ contexts: [], clusters: [], users: [] }));
  try {
    const words = ['--conditions=toolcrib-source', '--no-warnings', CLI, 'guard', 'start', '--foreground'];
    const guard = own.launch(process.execPath, words);
    await until('it is up', async () => (await own.cli('guard', 'status')).code === 0);
    const second = await own.cli('guard', 'start', '--foreground');
    assert.deepEqual([second.code, second.stdout], [1, '']);
    assert.equal(
      second.stderr,
      'toolcrib: Another guard runs with the same state folder.\n  → Use it, or stop it first: toolcrib guard stop\n',
    );
    assert.equal((await own.cli('guard', 'status')).code, 0, 'the first one is as it was');
    guard.signal('SIGTERM');
    const { code, stdout, stderr } = await guard.done;
    assert.equal(code, 0, stderr);
    const said = `${stdout}${stderr}`.trim().split('\n');
    assert.deepEqual(
      said.map((line) => JSON.parse(line).msg),
      ['the guard is up'],
    );
  } finally {
    own.remove();
  }
});

test('a quiet guard: which clusters in which mode, and nothing that is not so', async () => {
  const { code, stdout } = await statusOf({});
  assert.equal(code, 0);
  assert.match(stdout, /^terminal unknown: There is no current context/);
  assert.match(stdout, /guard 0\.1\.0, process 4711, https:\/\/127\.0\.0\.1:7443/);
  assert.match(stdout, /journal {2}can be written\n/);
  assert.match(
    stdout,
    /policy {3}built-in: every cluster is only observed, until there is \S+\/guard\.yaml\n/,
  );
  assert.match(stdout, /held {5}nothing\n/);
  assert.match(stdout, /CONTEXT +MODE\nprod +enforce\nstage +observe/);
  assert.doesNotMatch(stdout, /unsettled|ends|RULE|SOFTENED|disable|not in force/);
});

test('everything that a person has to know is said, and what to type', async () => {
  const { stdout } = await statusOf({
    held: 2,
    journal: 'the disk is full',
    unsettled: 3,
    ending: { requests: 4, until: 5 },
    policy: {
      file: '/etc/guard.yaml',
      error: 'guard.yaml:3: no such rule',
      rules: [{ name: 'outage', then: 'hold', from: 'built-in' }],
      disabled: ['many'],
    },
    softened: (['by-hand', 'waiting', 'due', 'overdue'] as const).map((state) => ({
      actId: `act-${state}`,
      what: 'StatefulSet shop/kafka',
      finishAfter: 1,
      state,
    })),
  });
  for (const said of [
    /journal {2}the disk is full: nothing destructive passes/,
    /policy {3}\/etc\/guard\.yaml\n {9}not in force: guard\.yaml:3: no such rule/,
    /ends {5}waits for 4 requests, until .*; toolcrib guard stop ends it at once/,
    /held {5}2: toolcrib held/,
    /unsettled 3 requests of which it is not certain what became: toolcrib log/,
    /RULE +THEN +FROM\noutage +hold +built-in/,
    /taken away by disable: many/,
    /act-by-hand +never by itself: until you finish or undo it/,
    /act-overdue +overdue: finish or undo it/,
    /act-waiting +19(69|70)-/,
  ])
    assert.match(stdout, said);
});

test('in a narrow terminal what goes on stands under itself, and a point in time is not torn', () => {
  const of = (columns: number) =>
    stripVTControlCharacters(
      statusText(
        {
          ...PLAYED_STATUS,
          startedAt: new Date(2020, 0, 2, 3, 4, 5).getTime(),
          policy: {
            ...PLAYED_STATUS.policy,
            error: 'guard.yaml:3:76: spec.rules.0.when: no such rule as that',
          },
        },
        columns,
      ),
    ).split('\n');
  assert.deepEqual(of(80).slice(0, 2), [
    'guard 0.1.0, process 4711, https://127.0.0.1:7443, up since 2020-01-02 03:04:05',
    'journal  can be written',
  ]);
  const narrow = of(70);
  assert.deepEqual(narrow.slice(0, 2), [
    'guard 0.1.0, process 4711, https://127.0.0.1:7443, up since',
    '         2020-01-02 03:04:05',
  ]);
  const error = narrow.findIndex((line) => line.includes('not in force'));
  assert.deepEqual(narrow.slice(error, error + 2), [
    '         not in force: guard.yaml:3:76: spec.rules.0.when: no such',
    '         rule as that',
  ]);
});

test('a name is never more than a name to the terminal', () => {
  const contexts = [{ context: 'a\u001b[31m\nb\u202Ec', mode: 'observe' as const }];
  const text = stripVTControlCharacters(statusText({ ...PLAYED_STATUS, contexts }, 80));
  assert.match(text, /\n"a\\u001b\[31m\\nb\uFFFDc" +observe$/);
});

test('programs get it whole, with the terminal', async () => {
  const { stdout } = await statusOf({ held: 2 }, '-o', 'json');
  const value = JSON.parse(stdout);
  assert.deepEqual([value.running, value.held, value.pid, value.terminal.state], [true, 2, 4711, 'unknown']);
  assert.equal(value.startedAt, '1970-01-01T00:00:00.001Z');
});
