import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { SoftenRecord } from '@toolcrib/model';
import { onCreate } from './recreate.ts';

const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'shop', name: 'db', uid: 'gone' };
const left = [{ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'db-0', uid: 'p' }];
const record: SoftenRecord = {
  actId: 'a',
  requestId: 'r',
  context: '',
  owner,
  left,
  finishAfter: 0,
  state: 'softened',
};
const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'db-0', namespace: 'shop', uid: 'p', labels: { app: 'db', tier: 'data' } },
};
const created = (
  more: Partial<KubeObject['metadata']> = {},
  matchLabels: object | undefined = { app: 'db' },
): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace: 'shop', ...more },
  spec: matchLabels === undefined ? {} : { selector: { matchLabels } },
});

test('the same name and a selector that matches all that was left: it takes them over', () => {
  assert.equal(onCreate(record, [pod], created()), 'adopt');
});

test('the same name and another selector, or none: it ends what was left', () => {
  assert.equal(onCreate(record, [pod], created({}, { app: 'other' })), 'ends');
  assert.equal(onCreate(record, [pod], { ...created(), spec: {} }), 'ends');
  const second = { ...pod, metadata: { ...pod.metadata, uid: 'q', labels: { app: 'else' } } };
  const two = { ...record, left: [...left, { ...left[0], name: 'db-1', uid: 'q' } as (typeof left)[0]] };
  assert.equal(onCreate(two, [pod, second], created()), 'ends', 'one of them would be left over');
});

test('anything else is unrelated', () => {
  assert.equal(onCreate(record, [pod], created({ name: 'other' })), 'unrelated');
  assert.equal(onCreate(record, [pod], created({ namespace: 'other' })), 'unrelated');
  assert.equal(onCreate(record, [pod], { ...created(), kind: 'Deployment' }), 'unrelated');
  assert.equal(onCreate({ ...record, state: 'finished' }, [pod], created()), 'unrelated');
});
