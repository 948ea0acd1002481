import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rememberSources, rememberTerminals } from './remember-sources.ts';
import { forgotten, rememberedSources } from './sources.ts';
import { openTerminal } from './terminals.ts';
import { aHome, config, PROD, STAGING } from './testing/home.ts';

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

test('the same files again change nothing', () => {
  const { remember, paths } = aHome({ a: PROD, b: STAGING });
  remember('a');
  assert.equal(forgotten(paths), undefined, 'no token was in anybody’s hands');
  remember('b');
  const before = readFileSync(paths.sources, 'utf8');
  remember('a');
  assert.equal(readFileSync(paths.sources, 'utf8'), before);
});

test('what a list that is forgotten had named is told, but what others name too is not', () => {
  const both = config({ prod: {}, shared: {} });
  const { remember, paths, at } = aHome({
    a: both,
    b: config({ shared: {}, prod: { server: 'https://b.example' } }),
    c: STAGING,
  });
  remember('c');
  remember('a');
  assert.deepEqual(forgotten(paths), ['prod', 'shared']);
  rmSync(at('a'));
  remember('b');
  assert.deepEqual(
    rememberedSources(paths)?.map(({ files }) => files),
    [[at('c')], [at('b')]],
  );
  assert.deepEqual(forgotten(paths), ['prod', 'shared']);
});

test('files that are away for a moment stay remembered while a terminal names them', () => {
  const { remember, paths, at } = aHome({ a: PROD, b: STAGING, c: config({ third: {} }) });
  openTerminal(paths, {}, [at('a')], { key: 'one', above: [] });
  remember('a');
  rmSync(at('a'));
  remember('b');
  assert.deepEqual(
    rememberedSources(paths)?.map(({ files }) => files),
    [[at('a')], [at('b')]],
  );
  rmSync(paths.terminals, { recursive: true });
  remember('c');
  assert.deepEqual(
    rememberedSources(paths)?.map(({ files }) => files),
    [[at('b')], [at('c')]],
  );
});

test('terminals that are open and not remembered are remembered, with the files the guard went by', () => {
  const { paths, at, env, home } = aHome({ a: PROD, b: STAGING, '.kube/config': config({ own: {} }) });
  rememberTerminals(paths, env(), home);
  assert.equal(rememberedSources(paths), undefined, 'there is none');
  const files = () => rememberedSources(paths)?.map((source) => source.files);
  for (const name of ['a', 'b', 'a']) openTerminal(paths, {}, [at(name)], { key: name, above: [] });
  rememberTerminals(paths, env(), home);
  assert.equal(files()?.length, 3);
  assert.deepEqual(files()?.[0], [at('.kube/config')], 'that list goes on to count');
  assert.deepEqual(files()?.slice(1).flat().sort(), [at('a'), at('b')]);
  const before = readFileSync(paths.sources, 'utf8');
  rememberTerminals(paths, env(), home);
  assert.equal(readFileSync(paths.sources, 'utf8'), before);
  // Remembered already, the guard's own environment counts no more.
  rememberSources(paths, env('a'), home);
  openTerminal(paths, {}, [at('none')], { key: 'c', above: [] });
  rememberTerminals(paths, env('b', 'a'), home);
  assert.equal(
    files()?.some((list) => list.length === 2),
    false,
  );
  assert.ok(files()?.some(([file]) => file === join(home, 'none')));
});
