import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { testCluster } from '../testing/cluster.ts';
import { eventRecorder } from './events.ts';
import { EVENTS, NAMESPACES } from './types.ts';

const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'u', resourceVersion: '7' },
};

function recorder() {
  const cluster = testCluster({ noControllers: true, lawless: true });
  const { store, clock } = cluster;
  return { ...cluster, record: eventRecorder(store, clock, 'kubelet'), events: () => store.list(EVENTS) };
}

test('an Event tells about what, by whom and when', () => {
  const { record, events } = recorder();
  record(pod, 'Warning', 'Failed', 'said', { fieldPath: 'spec.containers{a}', host: 'node-1' });
  const [event, ...more] = events();
  assert.deepEqual(more, []);
  assert.match(event?.metadata.name ?? '', /^web\.[0-9a-f]{16}$/);
  const { apiVersion, kind, metadata, ...rest } = event ?? pod;
  assert.deepEqual([apiVersion, kind, metadata.namespace], ['v1', 'Event', 'shop']);
  assert.deepEqual(rest, {
    involvedObject: {
      kind: 'Pod',
      namespace: 'shop',
      name: 'web',
      uid: 'u',
      apiVersion: 'v1',
      resourceVersion: '7',
      fieldPath: 'spec.containers{a}',
    },
    reason: 'Failed',
    message: 'said',
    type: 'Warning',
    source: { component: 'kubelet', host: 'node-1' },
    firstTimestamp: '2026-11-02T10:00:05Z',
    lastTimestamp: '2026-11-02T10:00:05Z',
    count: 1,
    eventTime: null,
    reportingComponent: 'kubelet',
    reportingInstance: 'node-1',
  });
});

test('the same again is counted up, anything else is another Event', () => {
  const { record, events, clock } = recorder();
  record(pod, 'Normal', 'R', 'm');
  clock.advance(60_000);
  record(pod, 'Normal', 'R', 'm');
  record(pod, 'Normal', 'R', 'm');
  assert.deepEqual(
    events().map(({ count, firstTimestamp, lastTimestamp }) => [count, firstTimestamp, lastTimestamp]),
    [[3, '2026-11-02T10:00:05Z', '2026-11-02T10:01:05Z']],
  );
  record(pod, 'Warning', 'R', 'm');
  record(pod, 'Normal', 'S', 'm');
  record(pod, 'Normal', 'R', 'n');
  record(pod, 'Normal', 'R', 'm', { host: 'h' });
  record({ ...pod, metadata: { ...pod.metadata, uid: 'v' } }, 'Normal', 'R', 'm');
  record({ ...pod, kind: 'X' }, 'Normal', 'R', 'm');
  assert.equal(events().length, 7);
});

test('an Event that was deleted is written anew', () => {
  const { record, events, store } = recorder();
  record(pod, 'Normal', 'R', 'm');
  const [first] = events();
  store.delete(EVENTS, 'shop', first?.metadata.name ?? '');
  record(pod, 'Normal', 'R', 'm');
  assert.deepEqual(
    events().map(({ count }) => count),
    [1],
  );
});

test('the scheduler’s Events are of the new form, each one of its own', () => {
  const { record, events } = recorder();
  const related = { ...pod, metadata: { name: 'n', uid: 'w' } };
  record(pod, 'Normal', 'Scheduled', 'm', { action: 'Binding', instance: 'i', related });
  record(pod, 'Normal', 'Scheduled', 'm', { action: 'Binding' });
  const [first, second] = events();
  assert.partialDeepStrictEqual(first, {
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    eventTime: '2026-11-02T10:00:05.000000Z',
    action: 'Binding',
    related: { kind: 'Pod', name: 'n', uid: 'w' },
    reportingComponent: 'kubelet',
    reportingInstance: 'i',
  });
  assert.equal(first?.count, undefined);
  assert.equal(second?.reportingInstance, 'kubelet');
  assert.equal(second?.related, undefined);
});

test('an Event about what has no namespace stands in default, without one', () => {
  const { record, events } = recorder();
  record({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } }, 'Normal', 'R', 'm');
  const [event] = events();
  assert.equal(event?.metadata.namespace, 'default');
  assert.equal('namespace' in (event?.involvedObject ?? {}), false);
  assert.deepEqual([event?.source, event?.reportingInstance], [{ component: 'kubelet' }, '']);
});

test('an Event that can’t be written is no fault', () => {
  const { record, events, store } = recorder();
  store.delete(NAMESPACES, undefined, 'shop');
  record(pod, 'Normal', 'R', 'm');
  record(pod, 'Normal', 'R', 'm');
  assert.deepEqual(events(), []);
});

test('so many different Events are remembered, and no more', () => {
  const { record, events } = recorder();
  for (let at = 0; at <= 4096; at++) record(pod, 'Normal', 'R', `m${at}`);
  record(pod, 'Normal', 'R', 'm1');
  record(pod, 'Normal', 'R', 'm0');
  assert.equal(events().length, 4098);
});
