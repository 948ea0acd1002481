import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readKubeconfig } from '@toolcrib/guard/cluster';
import { parse, stringify } from 'yaml';
import { adopt, foreignIn, HALF_WRITTEN, openOwn, ownContextOf, rescue } from './adopt.ts';
import { pathsOf } from './paths.ts';
import { meaningOf, replacedMeaning } from './replaced.ts';
import { sourceOf } from './sources.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-adopt-'));
after(() => rmSync(root, { recursive: true }));
const folder = () => mkdtempSync(join(root, 'f-'));

/** One of our files: a context of ours, and those that another program wrote, all of one name. */
function config(foreign: Record<string, string>, extra: object = {}): string {
  const names = Object.entries(foreign);
  return stringify({
    'current-context': 'prod',
    clusters: [
      { name: 'toolcrib:prod', cluster: { server: 'https://127.0.0.1:1/ctx' } },
      ...names.map(([name, server]) => ({ name, cluster: { server } })),
    ],
    users: [
      { name: 'toolcrib:prod', user: { token: 'ours' } },
      ...names.map(([name]) => ({ name, user: { token: `of-${name}` } })),
    ],
    contexts: [
      { name: 'prod', context: { cluster: 'toolcrib:prod', user: 'toolcrib:prod' } },
      ...names.map(([name]) => ({ name, context: { cluster: name, user: name } })),
    ],
    ...extra,
  });
}
function written(path: string, text: string) {
  writeFileSync(path, text);
  return readKubeconfig(path);
}
const servers = (path: string) =>
  readKubeconfig(path)?.clusters.map(({ name, cluster }) => `${name} ${cluster.server}`);
const entries = (path: string) => {
  const { clusters, users, contexts } = parse(readFileSync(path, 'utf8')) as Record<
    string,
    { name: string }[]
  >;
  return [clusters, users, contexts].map((list) => list?.map(({ name }) => name));
};

test('what is not ours by its name was written by another program', () => {
  const file = written(join(folder(), 'kubeconfig'), config({ cloud: 'https://cloud.example' }));
  assert.ok(file);
  const { clusters, users, contexts } = foreignIn(file);
  assert.deepEqual(
    [clusters, users, contexts].map((list) => list.map(({ name }) => name)),
    [['cloud'], ['cloud'], ['cloud']],
  );
});

test('it is moved to what was added, the newest of a name winning, and ours is not', () => {
  const at = folder();
  const [ours, to] = [join(at, 'kubeconfig'), join(at, 'added')];
  const one = written(ours, config({ a: 'https://a.example', b: 'https://b.example' }));
  assert.deepEqual(adopt(one, to), ['a', 'b']);
  assert.deepEqual(entries(to), [
    ['a', 'b'],
    ['a', 'b'],
    ['a', 'b'],
  ]);
  const two = written(ours, config({ b: 'https://new.example', c: 'https://c.example' }));
  assert.deepEqual(adopt(two, to), ['b', 'c']);
  assert.deepEqual(servers(to), ['b https://new.example', 'c https://c.example', 'a https://a.example']);
  assert.deepEqual(entries(to)[1], ['b', 'c', 'a']);
  assert.deepEqual(entries(to)[2], ['b', 'c', 'a']);
  const { apiVersion, kind } = parse(readFileSync(to, 'utf8'));
  assert.deepEqual([apiVersion, kind], ['v1', 'Config']);
});

test('nothing foreign is nothing to keep, and nothing is written', () => {
  const at = folder();
  const to = join(at, 'added');
  assert.deepEqual(adopt(undefined, to), []);
  assert.deepEqual(adopt(written(join(at, 'kubeconfig'), config({})), to), []);
  assert.equal(existsSync(to), false);
});

test('each of the three alone is something to keep', () => {
  for (const only of ['clusters', 'users', 'contexts']) {
    const at = folder();
    const file = written(join(at, 'kubeconfig'), config({ x: 'https://x.example' }));
    assert.ok(file);
    const kept = { ...file, clusters: [], users: [], contexts: [], [only]: file[only as 'users'] };
    assert.deepEqual(adopt(kept, join(at, 'added')), only === 'contexts' ? ['x'] : [], only);
    assert.ok(existsSync(join(at, 'added')), only);
  }
});

test('where another program was faster nothing is kept, and that is told', () => {
  const at = folder();
  const to = join(at, 'added');
  const file = written(join(at, 'kubeconfig'), config({ a: 'https://a.example' }));
  writeFileSync(`${to}.lock`, '');
  assert.equal(adopt(file, to), undefined);
  rmSync(`${to}.lock`);
  assert.deepEqual(adopt(file, to), ['a']);
  // The same again is there already: no lock is needed for it.
  writeFileSync(`${to}.lock`, '');
  assert.deepEqual(adopt(file, to), ['a']);
});

test('a context that the person’s own files have too says what it replaces', () => {
  const at = folder();
  const paths = pathsOf({ TOOLCRIB_HOME: join(at, 'state') });
  const own = join(at, 'own');
  writeFileSync(own, config({ cloud: 'https://old.example' }));
  const source = sourceOf(paths, [own]);
  const context = ownContextOf(paths, source, 'cloud', at);
  assert.equal(context?.cluster.server, 'https://old.example');
  assert.equal(ownContextOf(paths, source, 'none', at), undefined);
  assert.equal(
    ownContextOf(paths, { ...source, marked: ['cloud'] }, 'cloud', at)?.cluster.server,
    'https://old.example',
  );
  const file = written(
    join(at, 'kubeconfig'),
    config({ cloud: 'https://new.example', more: 'https://more.example' }),
  );
  adopt(file, join(at, 'added'), (name) => ownContextOf(paths, source, name, at));
  const [cloud, more] = readKubeconfig(join(at, 'added'))?.contexts ?? [];
  assert.equal(cloud && replacedMeaning(cloud.context), meaningOf(context));
  assert.equal(more && replacedMeaning(more.context), undefined);
  writeFileSync(own, '{ half');
  assert.equal(ownContextOf(paths, source, 'cloud', at), undefined, 'what can not be read tells nothing');
});

test('our file as it stands: there, not there, being written, or broken and put aside', () => {
  const path = join(folder(), 'kubeconfig');
  assert.deepEqual(openOwn(path), { file: undefined, text: undefined, busy: false });
  const text = config({});
  writeFileSync(path, text);
  const open = openOwn(path);
  assert.deepEqual([open.busy, open.text, open.file?.currentContext], [false, text, 'prod']);
  writeFileSync(`${path}.lock`, '');
  assert.deepEqual(openOwn(path), { busy: true });
  rmSync(`${path}.lock`);
  // Half written, perhaps: it is left alone until that is not likely any more.
  writeFileSync(path, '{ half');
  assert.deepEqual(openOwn(path), { busy: true });
  for (const name of ['kubeconfig.broken', 'kubeconfig.broken.2']) {
    writeFileSync(path, `{ half ${name}`);
    const old = (Date.now() - HALF_WRITTEN - 1000) / 1000;
    utimesSync(path, old, old);
    assert.deepEqual(openOwn(path), { busy: false });
    assert.equal(existsSync(path), false);
    assert.equal(readFileSync(join(path, '..', name), 'utf8'), `{ half ${name}`);
  }
});

test('before one of ours is removed: what others wrote is kept, and what can not be told is kept whole', () => {
  const at = folder();
  const terminal = join(at, 'terminals', '0123456789ab');
  mkdirSync(terminal, { recursive: true });
  const path = join(terminal, 'kubeconfig');
  const to = join(at, 'added', 'mark');
  writeFileSync(path, config({ cloud: 'https://cloud.example' }));
  rescue(path, to);
  assert.deepEqual(servers(to), ['cloud https://cloud.example']);
  assert.ok(existsSync(path), 'it is its owner who removes it');
  writeFileSync(path, '{ half');
  writeFileSync(`${path}.broken`, 'was broken');
  writeFileSync(join(terminal, 'other'), 'of no interest');
  rescue(path, to);
  assert.deepEqual(readdirSync(terminal), ['other']);
  assert.equal(readFileSync(join(at, 'added', '0123456789ab.kept'), 'utf8'), '{ half');
  assert.equal(readFileSync(join(at, 'added', '0123456789ab.kept.broken'), 'utf8'), 'was broken');
  writeFileSync(path, '{ again');
  rescue(path, to);
  assert.equal(
    readFileSync(join(at, 'added', '0123456789ab.kept.2'), 'utf8'),
    '{ again',
    'nothing is written over',
  );
  const before = readdirSync(join(at, 'added'));
  rescue(path, to);
  rescue(join(at, 'none', 'kubeconfig'), to);
  assert.deepEqual(readdirSync(join(at, 'added')), before, 'nothing is there, nothing is to be kept');
});

test('where its place is locked the whole file is kept, where it is told', () => {
  const at = folder();
  const path = join(at, 'kubeconfig');
  const asides = join(at, 'asides');
  writeFileSync(path, config({ cloud: 'https://cloud.example' }));
  writeFileSync(join(at, 'added.lock'), '');
  rescue(path, join(at, 'added'), undefined, asides);
  assert.deepEqual(readdirSync(asides).length, 1);
  assert.match(readFileSync(join(asides, readdirSync(asides)[0] ?? ''), 'utf8'), /cloud\.example/);
});
