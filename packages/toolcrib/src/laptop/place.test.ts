import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readKubeconfig } from '@toolcrib/guard/cluster';
import { ToolcribError } from '@toolcrib/model';
import type { Person } from './person-kubeconfig.ts';
import { missingText, placeOf } from './place.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-place-'));
after(() => rmSync(root, { recursive: true }));

function aFile(current: string | undefined, cluster: string, namespace?: string) {
  const path = join(root, 'config');
  const contexts = [{ name: 'prod', context: { cluster, user: 'u', namespace } }];
  writeFileSync(path, JSON.stringify({ clusters: [], users: [], contexts, 'current-context': current }));
  return readKubeconfig(path);
}
const asked: string[] = [];
const person = {
  context(label: string) {
    asked.push(label);
    if (label === 'broken') throw new ToolcribError('conflict', 'It means two things.');
    return { cluster: { server: `https://${label}.example` } };
  },
} as unknown as Person;
const none = () => assert.fail('nothing is missing');

test('where one is: context, label, server and namespace, as far as they are known', () => {
  assert.deepEqual(placeOf(aFile('prod', 'toolcrib:prod~01234567', 'shop'), person, none), {
    context: 'prod',
    label: 'prod~01234567',
    server: 'https://prod~01234567.example',
    namespace: 'shop',
  });
  for (const namespace of [undefined, '']) {
    assert.equal(placeOf(aFile('prod', 'toolcrib:prod', namespace), person, none).namespace, 'default');
  }
  assert.deepEqual(placeOf(aFile('prod', 'toolcrib:broken', 'shop'), person, none), {
    context: 'prod',
    label: 'broken',
    namespace: 'shop',
  });
  assert.deepEqual(placeOf(aFile('prod', 'toolcrib:broken'), person, none).namespace, 'default');
  asked.length = 0;
  assert.deepEqual(placeOf(aFile('prod', 'cloud', 'shop'), person, none), { context: 'prod' });
  assert.deepEqual(asked, [], 'what another program wrote there is none of ours');
});

test('where nothing is current, or what is nobody has, that is what the person’s own files call so', () => {
  for (const file of [undefined, aFile(undefined, 'toolcrib:prod'), aFile('prdo', 'toolcrib:prod')]) {
    assert.deepEqual(
      placeOf(file, person, () => 'prdo'),
      { missing: 'prdo' },
    );
    assert.deepEqual(
      placeOf(file, person, () => undefined),
      {},
    );
  }
});

test('what is said of a current context that is nowhere names those that there are', () => {
  const text = missingText('prdo', ['prod', 'test']);
  assert.match(text, /"prdo".*in none of its files.*use-context NAME.*prod.*test/);
});
