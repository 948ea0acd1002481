import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { syncGuardedKubeconfig } from './guarded-kubeconfig.ts';
import { pathsOf } from './paths.ts';
import { loadPerson, loadPersonHere, rememberSources, terminalOf } from './person-kubeconfig.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-person-'));
after(() => rmSync(root, { recursive: true }));

interface Entry {
  cluster?: string;
  server?: string;
  user?: string;
  token?: string;
  namespace?: string;
}

/** A kubeconfig with these contexts, the first of them current. */
function config(contexts: Record<string, Entry>, current = Object.keys(contexts)[0]): string {
  const entries = Object.entries(contexts).map(([name, entry]) => ({
    name,
    cluster: name,
    server: `https://${name}.example`,
    user: name,
    token: `of-${name}`,
    ...entry,
  }));
  return JSON.stringify({
    'current-context': current,
    clusters: entries.map(({ cluster, server }) => ({ name: cluster, cluster: { server } })),
    users: entries.map(({ user, token }) => ({ name: user, user: { token } })),
    contexts: entries.map(({ name, cluster, user, namespace }) => ({
      name,
      context: { cluster, user, namespace },
    })),
  });
}

/** A home with files; `env('a', 'ours')` is a terminal with those in its KUBECONFIG. */
function aHome(files: Record<string, string>) {
  const home = mkdtempSync(join(root, 'home-'));
  const paths = pathsOf({ TOOLCRIB_HOME: join(home, 'state') });
  const at = (name: string) => (name === 'ours' ? paths.kubeconfig : join(home, name));
  mkdirSync(join(home, '.kube'));
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
  const env = (...names: string[]) => (names.length === 0 ? {} : { KUBECONFIG: names.map(at).join(':') });
  return {
    home,
    paths,
    at,
    env,
    remember: (...names: string[]) => rememberSources(paths, env(...names), home),
    person: () => loadPerson(paths, env(), home),
    terminal: (...names: string[]) => terminalOf(paths, env(...names), home),
    sync: () => syncGuardedKubeconfig(paths, env(), home),
  };
}

const PROD = config({ prod: { namespace: 'shop' } });
const STAGING = config({ staging: { namespace: 'web' } });

test('the current context is this terminal’s, whatever others have', async () => {
  const { remember, sync, terminal, paths } = aHome({ '.kube/config': PROD, staging: STAGING });
  remember();
  remember('staging');
  await sync();
  const cases: [string[], string, string][] = [
    [[], 'prod', 'shop'],
    [['staging'], 'staging', 'web'],
    [['ours', 'staging'], 'staging', 'web'],
    [['ours', '.kube/config'], 'prod', 'shop'],
    [['staging', '.kube/config'], 'staging', 'web'],
  ];
  const check = (expected: typeof cases) => {
    for (const [names, current, namespace] of expected) {
      const seen = terminal(...names);
      assert.equal(seen.current, current, names.join(':'));
      assert.equal(seen.contextOf(current), current);
      assert.equal(seen.namespaceOf(current), namespace, names.join(':'));
    }
  };
  check(cases);
  // What kubectl config use-context writes into ours counts where ours stands, and nowhere else.
  const text = readFileSync(paths.kubeconfig, 'utf8');
  writeFileSync(paths.kubeconfig, `${text}current-context: staging\n`);
  check(cases.map((one) => (one[0].includes('ours') ? [one[0], 'staging', 'web'] : one)));
});

test('an alias made for a guarded context leads where that does', async () => {
  const { remember, sync, terminal, paths } = aHome({ '.kube/config': PROD });
  remember();
  await sync();
  const text = readFileSync(paths.kubeconfig, 'utf8');
  writeFileSync(
    paths.kubeconfig,
    text.replace(/^ {2}- name: prod\n/m, '  - name: nickname\n').concat('current-context: nickname\n'),
  );
  const seen = terminal('ours', '.kube/config');
  assert.equal(seen.current, 'nickname');
  assert.equal(seen.contextOf('nickname'), 'prod');
});

const ADMIN = { cluster: 'kubernetes', user: 'kubernetes-admin' };

test('each terminal’s contexts mean what its own files say, under the same cluster and user names too', () => {
  const { remember, person, at, paths } = aHome({
    a: config({ prod: { ...ADMIN, server: 'https://a.example', token: 'a' } }),
    b: config({ staging: { ...ADMIN, server: 'https://b.example', token: 'b' } }),
  });
  remember('a');
  remember('ours', 'b');
  const { contextNames, context, kubeconfigOf } = person();
  assert.deepEqual(contextNames, ['prod', 'staging']);
  for (const [name, file] of [
    ['prod', 'a'],
    ['staging', 'b'],
  ] as const) {
    assert.equal(context(name).cluster.server, `https://${file}.example`);
    assert.equal(context(name).user.token, file);
    assert.equal(kubeconfigOf(name), `${at(file)}:${paths.added}`);
  }
});

// Whose token a client holds says which of the two it means: a label of its own for each, from then on.
test('one name for two things: each keeps its own meaning, under a label of its own', () => {
  for (const [what, entry] of [
    ['another cluster', { server: 'https://b.example' }],
    ['another user', { token: 'of-b' }],
  ] as const) {
    const { remember, person, terminal, env, paths, home } = aHome({ a: PROD, b: config({ prod: entry }) });
    remember('a');
    remember('b');
    const { contextNames, context, nameOf } = person();
    const [first = '', second = ''] = contextNames;
    assert.equal(first, 'prod', what);
    assert.match(second, /^prod~[0-9a-f]{8}$/, what);
    assert.deepEqual([nameOf(first), nameOf(second)], ['prod', 'prod']);
    assert.equal(context(first).cluster.server, 'https://prod.example');
    assert.equal(context(first).user.token, 'of-prod');
    assert.partialDeepStrictEqual({ ...context(second).cluster, ...context(second).user }, entry);
    assert.equal(terminal('a').contextOf('prod'), first);
    assert.equal(terminal('b').contextOf('prod'), second);
    assert.deepEqual(loadPersonHere(paths, env('b'), home).contextNames, [second]);
  }
});

test('files that come to disagree: refused until each has its label, and the token of both is used no more', async () => {
  const { remember, person, sync, at } = aHome({
    shared: PROD,
    over: config({ other: {} }),
  });
  remember('over', 'shared');
  remember('shared');
  assert.deepEqual(person().contextNames, ['other', 'prod']);
  const before = (await sync()).identity.tokens;
  writeFileSync(at('over'), config({ prod: { server: 'https://over.example' } }));
  assert.throws(() => person().context('prod'), { code: 'conflict', message: /prod means one thing in/ });
  const { tokens } = (await sync()).identity;
  const [first = '', second = ''] = person().contextNames;
  assert.equal(person().context(first).cluster.server, 'https://over.example');
  assert.equal(person().context(second).cluster.server, 'https://prod.example');
  assert.ok(!Object.values(tokens).includes(before.prod ?? ''));
  assert.notEqual(tokens[first], tokens[second]);
  // It stays so: a label that was given is never taken back.
  writeFileSync(at('over'), config({ other: {} }));
  await sync();
  assert.deepEqual(person().contextNames, ['other', 'prod', second]);
});

test('a name whose files are gone is not handed on with its token', async () => {
  const { remember, person, sync, at } = aHome({
    a: PROD,
    b: config({ prod: { server: 'https://b.example' } }),
  });
  remember('a');
  const before = (await sync()).identity.tokens.prod;
  rmSync(at('a'));
  remember('b');
  const { tokens } = (await sync()).identity;
  assert.equal(person().context('prod').cluster.server, 'https://b.example');
  assert.ok(tokens.prod !== undefined && tokens.prod !== before);
});

test('a terminal without a context leaves nothing behind; one with only guarded ones needs nothing', async () => {
  const { remember, sync, home, paths, at } = aHome({ empty: '{}' });
  for (const names of [['empty'], ['nowhere'], []]) {
    assert.throws(() => remember(...names), { code: 'no-kubeconfig' });
    assert.throws(() => readFileSync(paths.sources), { code: 'ENOENT' });
  }
  writeFileSync(at('own'), PROD);
  remember('own');
  const before = readFileSync(paths.sources, 'utf8');
  await sync();
  const ofARun = join(home, 'run');
  writeFileSync(ofARun, readFileSync(paths.kubeconfig));
  rememberSources(paths, { KUBECONFIG: ofARun }, home);
  assert.equal(readFileSync(paths.sources, 'utf8'), before);
});

test('one terminal’s broken file costs its own contexts only, and a list whose files are gone is forgotten', () => {
  const files = { '.kube/config': PROD, staging: STAGING, third: config({ third: {} }) };
  const { remember, person, at, paths } = aHome(files);
  remember();
  remember('staging');
  writeFileSync(at('staging'), '{ half');
  assert.deepEqual(person().contextNames, ['prod']);
  assert.equal(person().context('prod').cluster.server, 'https://prod.example');
  assert.throws(() => person().context('staging'), { code: 'bad-file' });
  assert.throws(() => remember('staging'), { code: 'bad-file' }, 'one’s own is said');
  rmSync(at('staging'));
  remember('third');
  assert.deepEqual(person().contextNames, ['prod', 'third']);
  const { lists } = JSON.parse(readFileSync(paths.sources, 'utf8'));
  assert.deepEqual(lists, [[at('.kube/config')], [at('third')]]);
  writeFileSync(at('.kube/config'), '{ half');
  writeFileSync(at('third'), '{ half');
  assert.throws(() => person(), { code: 'bad-file' }, 'where nothing can be read, that is said');
});

test('files that were remembered as one list still are', () => {
  const { person, paths, at } = aHome({ a: PROD, b: STAGING });
  mkdirSync(paths.state);
  writeFileSync(paths.sources, JSON.stringify({ files: [at('a'), at('b')] }));
  assert.deepEqual(person().contextNames, ['prod', 'staging']);
});
