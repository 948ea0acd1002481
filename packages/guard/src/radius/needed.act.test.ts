import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubeObject, ownerGraph, refOf } from '@toolcrib/kube';
import { chainOf, neededByActWhy, neededWhy, type RestOfAct } from './needed.ts';
import { radiusOf } from './radius-of.ts';
import { aim, deployment, object, pod, view } from './testing/objects.ts';
import { policy } from './testing/told.ts';
import { ownerFacts } from './view.ts';

/** A Deployment whose one Pod reads ConfigMap `it`; what is asked of is the Deployment, the first of them. */
const web = deployment('shop/web', 1);
const [top, set, user] = web as [KubeObject, KubeObject, KubeObject];
user.spec.volumes = [{ name: 'c', configMap: { name: 'it' } }];
const it = object('v1 ConfigMap', 'shop/it');
const other = object('v1 ConfigMap', 'shop/other');
const role = object('rbac.authorization.k8s.io/v1 Role', 'shop/web');

/** Why it is needed that `objects` stand, where the act also takes `also`. */
function why(also: KubeObject[], objects: KubeObject[] = [...web, ...also], effect = policy('Background')) {
  const seen = view(objects);
  const radius = radiusOf(seen, [aim(top, effect), ...also.map((one) => aim(one))]);
  return neededWhy(seen, radius, ownerGraph(ownerFacts(seen)), top);
}

test('the chain of an object is all that hangs on it, each once, circles too', () => {
  const a = object('v1 ConfigMap', 'shop/a');
  const b = object('v1 ConfigMap', 'shop/b', { owners: [a] });
  const c = object('v1 ConfigMap', 'shop/c', { owners: [b] });
  const round = object('v1 ConfigMap', 'shop/a', { owners: [c] });
  const chain = (objects: KubeObject[], of: KubeObject) =>
    [...chainOf(ownerGraph(ownerFacts(view(objects))), of)].sort();
  assert.deepEqual(chain([a, b, c, other], a), ['ConfigMap:shop/a', 'ConfigMap:shop/b', 'ConfigMap:shop/c']);
  assert.deepEqual(chain([a, b, c], c), ['ConfigMap:shop/c']);
  assert.deepEqual(chain([round, b, c], b), ['ConfigMap:shop/a', 'ConfigMap:shop/b', 'ConfigMap:shop/c']);
});

test('what the radius takes besides: what the Pods of the chain use, rights, and the Pods themselves', () => {
  assert.equal(why([it]), 'the act also takes ConfigMap it, which its Pods use');
  assert.equal(why([role]), 'the act also takes Role web, which its Pods may need to run');
  assert.equal(why([user], web), 'the act also takes its Pods');
});

test('nothing is said of the object itself, of what hangs on it, of what stays, and of what its Pods do not use', () => {
  assert.equal(why([]), undefined);
  assert.equal(why([other]), undefined);
  // Read by a Pod of another workload only.
  const stranger = pod('shop/stranger', undefined, { spec: { volumes: [{ configMap: { name: 'other' } }] } });
  assert.equal(why([other], [...web, other, stranger]), undefined);
  assert.equal(why([stranger], [...web, stranger]), undefined, 'a Pod, and none of its own');
  // What its Pods read goes with it alone, and is orphaned with it.
  const own = { ...it, metadata: { ...object('v1 ConfigMap', 'shop/it', { owners: [top] }).metadata } };
  assert.equal(why([], [...web, own]), undefined);
  assert.equal(why([own], [...web, own]), 'the act also takes ConfigMap it, which its Pods use');
  // Under Orphan the ReplicaSet and what it controls stay.
  assert.equal(why([], web, policy('Orphan')), undefined);
});

test('a member that goes by the workload itself without being owned is orphaned with it too', () => {
  const seen = view([...web, it]);
  const radius = radiusOf(seen, [aim(top)]);
  const graph = ownerGraph(ownerFacts(seen));
  const member = (via?: string) => ({
    ref: refOf(it),
    fate: 'deleted' as const,
    loss: 'restorable' as const,
    why: '',
    owners: [],
    ...(via === undefined ? {} : { via }),
  });
  const told = (via?: string, fate: 'deleted' | 'orphaned' = 'deleted') =>
    neededWhy(seen, { ...radius, members: [...radius.members, { ...member(via), fate }] }, graph, top);
  assert.equal(told(top.metadata.uid), undefined);
  assert.equal(told('somebody else'), 'the act also takes ConfigMap it, which its Pods use');
  assert.equal(told(), 'the act also takes ConfigMap it, which its Pods use');
  assert.equal(told(undefined, 'orphaned'), undefined, 'it stays');
});

test('what the act has taken, or may take next, counts as well', () => {
  const told = (rest: Partial<RestOfAct>, objects: KubeObject[] = web) => {
    const seen = view(objects);
    return neededByActWhy(seen, { kept: [], ahead: [], ...rest }, ownerGraph(ownerFacts(seen)), top);
  };
  const taken = 'the act has taken ConfigMap it, which its Pods use';
  assert.equal(told({}), undefined);
  assert.equal(told({ kept: [it] }), taken);
  assert.equal(told({ kept: [other] }), undefined);
  assert.equal(told({ kept: [role] }), 'the act has taken Role web, which its Pods may need to run');
  assert.equal(told({ kept: [it] }, [...web, it]), undefined, 'it was only kept');
  const again = { ...it, metadata: { ...it.metadata, uid: 'another' } };
  assert.equal(told({ kept: [it] }, [...web, again]), undefined, 'it stands again');
  const going = { ...it, metadata: { ...it.metadata, deletionTimestamp: '2026-11-23T00:00:00Z' } };
  assert.equal(told({ kept: [it] }, [...web, going]), taken);
  const abroad = object('v1 ConfigMap', 'other/it');
  assert.equal(told({ kept: [it] }, [...web, abroad]), taken, 'one of another namespace is another');
  const alike = object('acme.io/v1 ConfigMap', 'shop/it');
  assert.equal(told({ kept: [it] }, [...web, alike]), taken, 'and so is one of another group');
  const class1 = object('rbac.authorization.k8s.io/v1 ClusterRole', 'web');
  assert.equal(told({ kept: [class1] }, [...web, class1]), undefined);

  const next = 'the act may take ConfigMap it too, which its Pods use';
  assert.equal(told({ ahead: [refOf(it)] }, [...web, it]), next);
  assert.equal(told({ ahead: [refOf(it)] }), undefined, 'it does not stand');
  assert.equal(told({ ahead: [refOf(it)] }, [...web, going]), undefined, 'it goes already');
  assert.equal(told({ ahead: [refOf(other)] }, [...web, it, other]), undefined);
  assert.equal(told({ ahead: [refOf(set)] }), undefined);
});
