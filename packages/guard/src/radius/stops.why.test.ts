import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { stopsOf } from './stops.ts';
import { object, pod } from './testing/objects.ts';

/** `Kind name`: loss, why and by whom, of what stays and stops where these go. */
function stops(objects: KubeObject[], going: KubeObject[], returning: KubeObject[] = []) {
  const uids = new Map(going.map(({ metadata }) => [metadata.uid ?? '', {}]));
  const found = stopsOf(objects, uids as never, (one) => returning.includes(one));
  return Object.fromEntries(
    found.map((one) => [
      `${one.object.kind} ${one.object.metadata.name}`,
      `${one.loss}: ${one.why} (${one.via})`,
    ]),
  );
}
const labels = { app: 'web' };
const [a, b] = ['a', 'b'].map((name) => pod(`shop/${name}`, undefined, { labels })) as [
  KubeObject,
  KubeObject,
];
const service = (spec: object = { selector: labels }) => object('v1 Service', 'shop/web', { spec });

test('a Service stops where every live Pod behind it goes, for a while where all of them are made again', () => {
  const all = [a, b, service()];
  const gone = 'restorable: every Pod behind it goes (Pod:shop/a)';
  assert.deepEqual(stops(all, [a, b]), { 'Service web': gone });
  assert.deepEqual(stops(all, [a, b], [a]), { 'Service web': gone }, 'one of both');
  assert.deepEqual(stops(all, [a, b], [a, b]), {
    'Service web': 'returns: every Pod behind it goes until they are made again (Pod:shop/a)',
  });
  assert.deepEqual(stops(all, [a]), {});
  assert.deepEqual(stops(all, []), {});
  const done = { ...b, status: { phase: 'Succeeded' } };
  assert.deepEqual(stops([a, done, service()], [a]), { 'Service web': gone }, 'the other has finished');
  assert.deepEqual(stops([done, service()], [done]), {}, 'nothing ran behind it');
  const balancer = service({ selector: labels, type: 'LoadBalancer' });
  assert.deepEqual(stops([a, b, balancer], [a, b]), {
    'Service web': 'restorable: every Pod behind it goes, and its load balancer has no target (Pod:shop/a)',
  });
});

test('one that selects by two labels has only those that have both; one that selects none has none', () => {
  const both = service({ selector: { app: 'web', tier: 'front' } });
  const front = pod('shop/front', undefined, { labels: { app: 'web', tier: 'front' } });
  assert.deepEqual(Object.keys(stops([a, front, both], [front])), ['Service web']);
  assert.deepEqual(stops([a, front, both], [a]), {});
  assert.deepEqual(stops([a, service({ selector: {} })], [a]), {});
  assert.deepEqual(stops([a, service({})], [a]), {});
  assert.deepEqual(stops([a, { ...service(), spec: undefined }], [a]), {});
});

test('what goes itself, or is going already, does not stop', () => {
  const one = service();
  assert.deepEqual(stops([a, one], [a, one]), {});
  const ending = { ...one, metadata: { ...one.metadata, deletionTimestamp: '2026-11-23T00:00:00Z' } };
  assert.deepEqual(stops([a, ending], [a]), {});
});

const claim = object('v1 PersistentVolumeClaim', 'shop/data', { spec: { volumeName: 'pv' } });
const volume = (policy: string, uid = claim.metadata.uid) =>
  object('v1 PersistentVolume', 'pv', { spec: { persistentVolumeReclaimPolicy: policy, claimRef: { uid } } });

test('a claim stops without its volume, a kept volume without its claim', () => {
  const [kept, deleted] = [volume('Retain'), volume('Delete')];
  const lost = { 'PersistentVolumeClaim data': 'restorable: its volume goes (PersistentVolume:pv)' };
  for (const one of [kept, deleted]) assert.deepEqual(stops([claim, one], [one]), lost);
  assert.deepEqual(stops([claim, kept], [claim]), {
    'PersistentVolume pv':
      'restorable: stays with its data (Retain), without its claim (PersistentVolumeClaim:shop/data)',
  });
  assert.deepEqual(stops([claim, deleted], [claim]), {}, 'under Delete it goes, which is not said here');
  assert.deepEqual(stops([claim, kept], []), {});
});

test('only those that belong together: another’s volume, another claim, and other kinds are nobody’s', () => {
  const other = volume('Retain', 'another');
  assert.deepEqual(stops([claim, other], [claim]), {});
  assert.deepEqual(stops([claim, other], [other]), {});
  const bare = object('v1 PersistentVolumeClaim', 'shop/bare', { spec: {} });
  assert.deepEqual(stops([bare, claim, volume('Retain')], [bare]), {});
  const beside = object('v1 PersistentVolumeClaim', 'shop/beside', { spec: { volumeName: 'pv' } });
  assert.deepEqual(stops([beside, claim, volume('Retain')], [beside]), {}, 'it only names it');
  const nameless = { ...claim, metadata: { ...claim.metadata, uid: undefined } };
  assert.deepEqual(
    stops([nameless, volume('Retain', undefined)], [{ ...claim, metadata: { name: 'x', uid: '' } }]),
    {},
  );
  const ring = object('k.io/v1 Ring', 'pv', { spec: { persistentVolumeReclaimPolicy: 'Retain' } });
  assert.deepEqual(stops([claim, ring], [claim]), {});
});
