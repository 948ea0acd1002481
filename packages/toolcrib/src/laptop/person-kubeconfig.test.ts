import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { turnOn } from './on.ts';
import { loadPersonHere, loadPersonOf, personSources } from './person-kubeconfig.ts';
import { sourceOf } from './sources.ts';
import { aHome, config, PROD, STAGING } from './testing/home.ts';

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

test('the current context of the first terminal’s files, or what they call so and do not have', () => {
  const { remember, person, at, paths, env, home } = aHome({
    a: PROD,
    b: STAGING,
    c: config({ prod: {} }, 'prdo'),
  });
  remember('a');
  remember('b');
  assert.equal(person().current, 'prod');
  assert.equal(person().missing, undefined);
  assert.equal(loadPersonHere(paths, env('b'), home).current, 'staging');
  const one = loadPersonOf(paths, sourceOf(paths, [at('c')]), home);
  assert.deepEqual([one.current, one.missing], [undefined, 'prdo']);
  const none = loadPersonOf(paths, sourceOf(paths, ['/none']), home);
  assert.deepEqual([none.contextNames, none.current, none.missing], [[], undefined, undefined]);
});

test('what is asked of a context is asked of its own files', () => {
  const { remember, person, paths, at } = aHome({
    a: PROD,
    b: config({ prod: { server: 'https://b.example', namespace: 'b' } }),
  });
  remember('a');
  remember('b');
  const { contextNames, namespaceOf, ownContext, kubeconfigOf, nameOf, givenFor } = person();
  const [, second = ''] = contextNames;
  assert.deepEqual([namespaceOf('prod'), namespaceOf(second), namespaceOf('none')], ['shop', 'b', undefined]);
  assert.equal(ownContext(second)?.cluster.server, 'https://b.example');
  assert.equal(ownContext('none'), undefined);
  assert.equal(kubeconfigOf('none'), paths.added);
  assert.equal(nameOf('none~01234567'), 'none');
  assert.deepEqual(givenFor('prod')?.lists, { [sourceOf(paths, [at('a')]).mark]: [at('a')] });
  assert.equal(givenFor('none'), undefined);
});

test('what other programs added for all terminals is there in each, and the person’s own goes before it', () => {
  const { remember, person, paths } = aHome({ a: PROD });
  remember('a');
  writeFileSync(paths.added, config({ prod: { server: 'https://added.example' }, cloud: {} }));
  const { contextNames, context, ownContext } = person();
  assert.deepEqual(contextNames, ['prod', 'cloud']);
  assert.equal(context('prod').cluster.server, 'https://prod.example');
  assert.equal(context('cloud').cluster.server, 'https://cloud.example');
  assert.equal(ownContext('cloud'), undefined);
  assert.throws(() => context('clod'), { code: 'unknown-context', next: /cloud/ });
});

test('what decides, those files included that are not there', () => {
  const { remember, paths, at, env, home } = aHome({ a: PROD, b: STAGING });
  const added = (...files: string[]) => sourceOf(paths, files.map(at)).added;
  assert.deepEqual(personSources(paths, env('a'), home), [at('a'), added('a'), paths.added, paths.sources]);
  remember('a');
  remember('a', 'b');
  assert.deepEqual(personSources(paths, env(), home), [
    at('a'),
    added('a'),
    at('b'),
    added('a', 'b'),
    paths.added,
    paths.sources,
  ]);
});

test('a label that has come to another terminal’s files opens nothing until its token was made anew', () => {
  const { remember, person, paths, at, home } = aHome({ a: PROD, b: STAGING });
  remember('a');
  remember('b');
  const { mark } = sourceOf(paths, [at('a')]);
  const lists = { [mark]: [at('a')] };
  mkdirSync(join(paths.door, '..'), { recursive: true });
  writeFileSync(paths.door, JSON.stringify({ givenFor: { prod: { meaning: 'what it meant', lists } } }));
  assert.equal(person().context('prod').cluster.server, 'https://prod.example', 'its own files say so');
  writeFileSync(at('a'), STAGING);
  writeFileSync(at('b'), config({ prod: { server: 'https://other.example' } }));
  assert.throws(() => person().context('prod'), {
    code: 'conflict',
    message: `The context prod means one thing in ${at('b')} and another in ${at('a')} by now.`,
  });
  assert.equal(person().context('staging').cluster.server, 'https://staging.example');
  // One terminal's own files are asked without a token.
  const own = loadPersonOf(paths, sourceOf(paths, [at('b')]), home);
  assert.equal(own.context('prod').cluster.server, 'https://other.example');
});

test('a label that means two things in the files of two terminals opens neither', () => {
  const { remember, person, at } = aHome({ a: PROD, b: PROD });
  remember('a');
  remember('b');
  assert.deepEqual(person().contextNames, ['prod']);
  writeFileSync(at('b'), config({ prod: { server: 'https://other.example' } }));
  assert.throws(() => person().context('prod'), {
    code: 'conflict',
    message: `The context prod means one thing in ${at('a')} and another in ${at('b')} by now.`,
  });
});

test('nor where the files of one can’t be read, and meant another thing when they could', async () => {
  const { person, paths, env, home, at } = aHome({ a: PROD, b: PROD });
  for (const name of ['a', 'b']) await turnOn(paths, env(name), 'sh', home, { key: name, above: [] });
  writeFileSync(at('b'), '{ half');
  assert.equal(person().context('prod').cluster.server, 'https://prod.example');
  // What the tokens were given for says the same, and is not what is asked here.
  writeFileSync(paths.door, '{}');
  writeFileSync(at('a'), config({ prod: { server: 'https://other.example' } }));
  assert.throws(() => person().context('prod'), {
    code: 'conflict',
    message: new RegExp(`another in ${at('b')} `),
  });
});
