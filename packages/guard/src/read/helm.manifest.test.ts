import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type KubeObject, parseYamlDocuments } from '@toolcrib/kube';
import { map, record } from '../testing/helm-record.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import type { ClusterTarget } from '../testing/target.ts';
import { releaseOf } from './helm.ts';

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

test('a bomb in a record is no release', async () => {
  const bomb = record('ConfigMap', 'deployed');
  bomb.data = { release: gzipSync(Buffer.alloc(100 << 20)).toString('base64') };
  await assert.rejects(releaseOf(bomb));
});

test('between the objects of a manifest others have their turn', async () => {
  const manifest = Array.from({ length: 50 }, (_, n) => `---\n${JSON.stringify(map(`m${n}`))}\n`).join('');
  let turns = 0;
  let read = false;
  const reading = releaseOf(record('Secret', 'deployed', manifest)).finally(() => {
    read = true;
  });
  while (!read) {
    await new Promise((resolve) => setImmediate(resolve));
    turns++;
  }
  assert.equal((await reading).objects.length, 50);
  assert.ok(turns >= 50, `${turns} turns`);
});

test('object by object a manifest says what it says as a whole', async () => {
  const manifest = [
    '# Source: first\nkind: A\napiVersion: v1\nmetadata: {name: a}',
    '--- # a comment\nkind: B\napiVersion: v1\nmetadata: {name: b}\ndata:\n  text: |\n    ---\n    kind: X\n  more: "---\\nkind: Y"',
    `--- ${JSON.stringify(map('c'))}`,
    '---',
    '---\r\nkind: D\r\napiVersion: v1\r\nmetadata: {name: d}\r\ndata: {a: ---b}',
    '...\n---\nkind: E\napiVersion: v1\nmetadata: {name: e}\n---',
  ].join('\n');
  const { objects } = await releaseOf(record('ConfigMap', 'deployed', manifest));
  const whole = parseYamlDocuments(manifest).flatMap(
    (one) => (one as KubeObject | null)?.metadata?.name ?? [],
  );
  assert.deepEqual(
    objects.map(({ name }) => name),
    ['a', 'b', 'c', 'd', 'e'],
  );
  assert.deepEqual(
    whole,
    objects.map(({ name }) => name),
  );
});

test('one object that would be read too long without a pause is not understood', async () => {
  const large = JSON.stringify({ ...map('large'), data: { text: 'x'.repeat(2 << 20) } });
  await assert.rejects(releaseOf(record('Secret', 'deployed', large)), /larger than 2 MiB/);
});
