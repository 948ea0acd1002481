import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Act } from '@toolcrib/model';
import { type GuardHome, guardHome } from '../../testing/running-guard.ts';

// What was done in a context is told by the journal, whatever the kubeconfig says by now. No guard runs.

const CONFIG = JSON.stringify({
  'current-context': 'stays',
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'aiko', user: { token: 'secret' } }],
  contexts: [{ name: 'stays', context: { cluster: 'c', user: 'aiko' } }],
});
/** The second terminal's mark is on the name that its files share with the first one's. */
const CONTEXTS = [
  'stays',
  'stays~0a1b2c3d',
  'gone',
  'gone~0a1b2c3d',
  'only-marked~0a1b2c3d',
  'gone-too',
  'go[n]e*',
  'my own',
  'my own~0a1b2c3d',
];

let home: GuardHome;
before(async () => {
  home = guardHome(CONFIG);
  const journal = home.journal();
  for (const [at, context] of CONTEXTS.entries()) {
    const caller = { person: 'aiko', token: 't', claim: { userAgent: 'kubectl/v1.35.2' } };
    await journal.saveAct({
      id: `act-${at}`,
      context,
      caller,
      startedAt: at,
      lastAt: at,
      soFar: 1,
      title: `delete pod ${at}`,
    } as Act);
  }
  await journal.close();
});
after(() => home.remove());

const contextsOf = async (...args: string[]) => {
  const said = await home.cli('log', '--context', ...args, '-o', 'json');
  assert.equal(said.code, 0, said.stderr);
  return JSON.parse(said.stdout)
    .map(({ act }: { act: Act }) => act.context)
    .reverse();
};

test('a context that no kubeconfig has any more: its acts are told, those of every terminal', async () => {
  assert.deepEqual(await contextsOf('stays'), ['stays', 'stays~0a1b2c3d']);
  assert.deepEqual(await contextsOf('gone'), ['gone', 'gone~0a1b2c3d']);
  assert.deepEqual(await contextsOf('only-marked'), ['only-marked~0a1b2c3d']);
  assert.deepEqual(await contextsOf('gone~0a1b2c3d'), ['gone~0a1b2c3d'], 'with its mark: that alone');
  assert.deepEqual(await contextsOf('go[n]e*'), ['go[n]e*']);
  assert.deepEqual(await contextsOf('gone', '-n', '1'), ['gone~0a1b2c3d']);
});

test('page after page: each says where the next one begins, in one context as well', async () => {
  for (const [more, count] of [
    [['-n', '4'], CONTEXTS.length],
    [['-n', '1', '--context', 'gone'], 2],
    [['-n', '1', '--context', 'my own'], 2],
  ] as const) {
    const seen: string[] = [];
    for (let page: string[] | undefined = [...more]; page; ) {
      const { code, stdout, stderr } = await home.cli('log', ...page);
      assert.equal(code, 0, stderr);
      seen.push(...[...stdout.matchAll(/^\d.* (act-\d) /gm)].map(([, id = '']) => id));
      // As a shell takes the command that is told: it alone goes on with the same.
      const [, words] = /^Older ones: toolcrib log (.*)$/m.exec(stdout) ?? [];
      page = words?.match(/'[^']*'|\S+/g)?.map((word) => word.replace(/^'(.*)'$/, '$1'));
    }
    assert.deepEqual(seen, seen.toSorted().reverse());
    assert.equal(new Set(seen).size, count, seen.join());
  }
  const none = await home.cli('log', '--before', 'act-0');
  assert.deepEqual([none.code, none.stdout], [0, 'No older acts.\n']);
  const unknown = await home.cli('log', '--before', 'act-none');
  assert.deepEqual([unknown.code, /act-none/.test(unknown.stderr)], [2, true], unknown.stderr);
});

test('a name that neither kubeconfig nor journal has: both are told', async () => {
  const said = await home.cli('log', '--context', 'gnoe');
  assert.equal(said.code, 2);
  assert.match(said.stderr, /"gnoe"/);
  assert.match(said.stderr, /stays/);
  assert.match(said.stderr, /gone, .*only-marked/);
});

test('however many contexts there are, and whatever they are called: a few short names are told, the nearest first', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `team-${index}`);
  names.push('wild\n\u001b[31mname', 'l'.repeat(5_000), 'zebra-prod');
  const contexts = names.map((name) => ({ name, context: { cluster: 'c', user: 'aiko' } }));
  writeFileSync(home.direct, JSON.stringify({ ...JSON.parse(CONFIG), contexts }));
  const { stderr } = await home.cli('log', '--context', 'qqqqqqqqqqq');
  assert.match(stderr, /There are: [^\n]*… and 23 more/);
  assert.ok(stderr.length < 1_500, String(stderr.length));
  assert.doesNotMatch(
    stderr,
    /\u001b\[31m|llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll/,
  );
  writeFileSync(home.direct, CONFIG);
});

test('there is no kubeconfig at all any more', async () => {
  rmSync(home.direct);
  assert.deepEqual(await contextsOf('gone-too'), ['gone-too']);
  const said = await home.cli('log', '--context', 'gnoe');
  assert.equal(said.code, 2);
  assert.match(said.stderr, /gone, .*only-marked/);
  writeFileSync(home.direct, CONFIG);
});
