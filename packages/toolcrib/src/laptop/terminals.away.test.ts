import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { loadPerson } from './person-kubeconfig.ts';
import { aPerson, config, kubectlPath } from './testing/terminals.ts';

// A mount that is away, `mv`, a cloud command line that replaces the file: what a terminal holds must not open another cluster.
for (const [what, away, back] of [
  [
    'its file is away',
    (path: string) => renameSync(path, `${path}.away`),
    (path: string) => renameSync(`${path}.away`, path),
  ],
  [
    'its file is half written',
    (path: string) => writeFileSync(path, '{ half'),
    (path: string) => writeFileSync(path, config('a', 'prod')),
  ],
  ['the list of files was removed', (_: string, list: string) => rmSync(list), () => undefined],
] as const) {
  test(`a terminal’s context never opens another cluster while ${what}, nor afterwards`, async () => {
    const { on, sync, at, paths, home } = aPerson({
      a: config('a', 'prod'),
      b: config('b', 'prod'),
      c: config('c', 'else'),
    });
    const [a, c] = [await on('one', 'a'), await on('three', 'c')];
    /** Where a token that stands in a terminal's file would be led; undefined where nobody lets it in. */
    const opens = (kubeconfig: string, context = 'prod'): string | undefined => {
      const file = parse(readFileSync(kubeconfig, 'utf8'));
      const user = file.contexts.find(({ name }: { name: string }) => name === context)?.context.user;
      const token = file.users.find(({ name }: { name: string }) => name === user)?.user.token;
      const { tokens } = JSON.parse(readFileSync(paths.door, 'utf8'));
      const [label] = Object.entries(tokens).find(([, one]) => one === token) ?? [];
      try {
        return label && loadPerson(paths, {}, home).context(label).cluster.server;
      } catch {
        return undefined;
      }
    };
    assert.equal(opens(a.kubeconfig), 'https://a.example');
    const before = readFileSync(a.kubeconfig, 'utf8');
    away(at('a'), paths.sources);
    const b = await on('two', 'b');
    assert.equal(opens(b.kubeconfig), 'https://b.example');
    assert.notEqual(opens(a.kubeconfig), 'https://b.example', 'meanwhile');
    // Its file comes to mean a third cluster, where it had that name already.
    writeFileSync(at('c'), config('c', 'prod'));
    assert.notEqual(opens(a.kubeconfig), 'https://c.example', 'before anybody has looked');
    await sync();
    assert.equal(opens(c.kubeconfig), 'https://c.example');
    for (const [kubeconfig, server] of [
      [a.kubeconfig, 'a'],
      [b.kubeconfig, 'b'],
    ] as const)
      assert.ok([undefined, `https://${server}.example`].includes(opens(kubeconfig)), 'after the next look');
    if (!what.startsWith('the list')) assert.equal(readFileSync(a.kubeconfig, 'utf8'), before);
    back(at('a'));
    await sync();
    for (const [kubeconfig, server] of [
      [a.kubeconfig, 'a'],
      [b.kubeconfig, 'b'],
      [c.kubeconfig, 'c'],
    ] as const)
      assert.equal(opens(kubeconfig), `https://${server}.example`);
  });
}

test('the same cluster in two lists stays one label while one of them is away', async () => {
  const { on, sync, at } = aPerson({ a: config('a', 'prod'), b: config('a', 'prod') });
  const [a, b] = [await on('one', 'a'), await on('two', 'b')];
  renameSync(at('a'), at('away'));
  const there = await sync();
  assert.deepEqual(there.identity.tokens, b.identity.tokens);
  assert.equal(there.identity.tokens.prod, a.identity.tokens.prod);
  renameSync(at('away'), at('a'));
  assert.deepEqual((await sync()).identity.tokens, b.identity.tokens);
});

test('files that are away for a moment cost a terminal neither its current context nor its aliases', async (t) => {
  if (!kubectlPath()) return t.skip('the packed kubectl does not run on this machine');
  const { on, kubectl, sync, at } = aPerson({ a: config('a', 'prod', 'test') });
  const { kubeconfig } = await on('one', 'a');
  kubectl(kubeconfig, 'config', 'rename-context', 'test', 'nickname');
  kubectl(kubeconfig, 'config', 'use-context', 'nickname');
  renameSync(at('a'), at('away'));
  await sync();
  renameSync(at('away'), at('a'));
  await sync();
  assert.equal(kubectl(kubeconfig, 'config', 'current-context'), 'nickname');
  assert.match(kubectl(kubeconfig, 'config', 'view', '--minify'), /toolcrib:test/);
});
