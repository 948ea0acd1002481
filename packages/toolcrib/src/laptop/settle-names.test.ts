import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadPersonHere } from './person-kubeconfig.ts';
import { settleNames } from './settle-names.ts';
import { rememberedSources } from './sources.ts';
import { aHome, config, PROD } from './testing/home.ts';

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

test('names that are settled are left alone; those that are not are told, once', () => {
  const { remember, paths, at, home } = aHome({ a: PROD, b: config({ other: {}, prod: {} }) });
  assert.deepEqual(settleNames(paths, home), [], 'nothing is remembered');
  remember('a');
  remember('b');
  const before = readFileSync(paths.sources, 'utf8');
  assert.deepEqual(settleNames(paths, home), []);
  assert.equal(readFileSync(paths.sources, 'utf8'), before);
  writeFileSync(at('b'), config({ other: {}, prod: { server: 'https://elsewhere.example' } }));
  assert.deepEqual(settleNames(paths, home), ['prod']);
  assert.deepEqual(
    rememberedSources(paths)?.map(({ marked }) => marked),
    [[], ['prod']],
  );
  assert.deepEqual(settleNames(paths, home), []);
});

test('a name that leads nowhere means nothing, and is no other thing', () => {
  const dangling = JSON.stringify({
    contexts: [{ name: 'prod', context: { cluster: 'none', user: 'none' } }],
  });
  const { remember, paths, home } = aHome({ a: PROD, b: dangling });
  remember('a');
  remember('b');
  assert.deepEqual(settleNames(paths, home), []);
  assert.deepEqual(
    rememberedSources(paths)?.map(({ marked }) => marked),
    [[], []],
  );
});

test('what a terminal holds a token for counts also while its files can not be read', async () => {
  const { remember, sync, paths, at, home, env } = aHome({ a: PROD, b: config({ other: {} }) });
  const { turnOn } = await import('./on.ts');
  await turnOn(paths, env('a'), 'sh', home, { key: 'one', above: [] });
  remember('b');
  await sync();
  writeFileSync(at('a'), '{ half');
  writeFileSync(at('b'), config({ prod: { server: 'https://b.example' } }));
  assert.deepEqual(settleNames(paths, home), ['prod']);
  writeFileSync(at('b'), config({ prod: { namespace: 'shop' } }));
  assert.deepEqual(settleNames(paths, home), []);
});
