import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { readKubeconfig } from '@toolcrib/guard/cluster';
import { kubeconfigText } from './kubeconfig-text.ts';
import { meaningOf, replacing } from './replaced.ts';
import { contextIn, loadFiles, openList, readable, sameThing } from './source-list.ts';
import { sourceOf } from './sources.ts';
import { aHome, config, PROD, STAGING } from './testing/home.ts';

function aList(own: Record<string, string>, marked: string[] = []) {
  const home = aHome(own);
  mkdirSync(home.paths.addedTo, { recursive: true });
  const source = sourceOf(home.paths, Object.keys(own).map(home.at), marked);
  return { ...home, source, open: () => openList(home.paths, source, home.home) };
}

test('the names are those of the person’s own files, then those that were added, by label', () => {
  const { source, open, paths } = aList({ a: PROD, b: STAGING }, ['prod']);
  writeFileSync(source.added, config({ cloud: {}, staging: {} }));
  writeFileSync(paths.added, config({ all: {} }));
  const list = open();
  assert.deepEqual(
    [...list.names],
    [
      [`prod~${source.mark}`, 'prod'],
      ['staging', 'staging'],
      ['cloud', 'cloud'],
      ['all', 'all'],
    ],
  );
  assert.deepEqual(list.own.contextNames, ['prod', 'staging']);
  assert.equal(list.KUBECONFIG, [...source.files, source.added, paths.added].join(':'));
});

test('a file for what was added that is not there is not named', () => {
  const { source, open, paths } = aList({ a: PROD });
  assert.equal(open().KUBECONFIG, [...source.files, paths.added].join(':'));
});

test('the person’s own goes before what was added, until that replaces just what stands there', () => {
  const { source, open, at } = aList({ a: PROD });
  const server = () => open().resolved('prod').context('prod').cluster.server;
  const added = (meaning?: string) => {
    writeFileSync(source.added, config({ prod: { server: 'https://new.example' } }));
    const file = readKubeconfig(source.added);
    assert.ok(file);
    const contexts = file.contexts.map((one) => ({
      ...one,
      context: meaning === undefined ? one.context : replacing(one.context, meaning),
    }));
    writeFileSync(source.added, kubeconfigText({ ...file, contexts }));
  };
  added();
  assert.equal(server(), 'https://prod.example');
  added(meaningOf(contextIn(open().own, 'prod')));
  assert.equal(server(), 'https://new.example');
  writeFileSync(at('a'), config({ prod: { token: 'newer still' } }));
  assert.equal(server(), 'https://prod.example', 'the person’s own has changed since');
});

test('files count as they are named; without any the one that kubectl takes', () => {
  const { at, home } = aHome({ '.kube/config': STAGING, a: PROD });
  assert.deepEqual(loadFiles([at('a')], home).contextNames, ['prod']);
  assert.deepEqual(loadFiles([], home).contextNames, ['staging']);
  assert.deepEqual(loadFiles([at('none')], home).contextNames, []);
});

test('a list that can not be read is none, where somebody else’s is looked at', () => {
  const { source, paths, home, at } = aList({ a: PROD });
  assert.deepEqual(readable(paths, source, home)?.own.contextNames, ['prod']);
  writeFileSync(at('a'), '{ half');
  assert.equal(readable(paths, source, home), undefined);
  assert.throws(() => openList(paths, source, home), { code: 'bad-file' });
});

test('the same thing is the same cluster as the same person, whatever it is called', () => {
  const { at, home } = aHome({
    a: config({
      one: { server: 'https://x.example', token: 't' },
      two: { server: 'https://x.example', token: 't' },
    }),
    b: config({
      one: { server: 'https://y.example', token: 't' },
      two: { server: 'https://x.example', token: 'u' },
    }),
  });
  const of = (file: string, name: string) => {
    const context = contextIn(loadFiles([at(file)], home), name);
    assert.ok(context);
    return context;
  };
  assert.equal(sameThing(of('a', 'one'), of('a', 'two')), true);
  assert.equal(sameThing(of('a', 'one'), of('b', 'one')), false);
  assert.equal(sameThing(of('a', 'one'), of('b', 'two')), false);
  assert.equal(contextIn(loadFiles([at('a')], home), 'none'), undefined);
});
