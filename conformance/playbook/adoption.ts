import type { Body } from '../actor.ts';
import { category } from '../step.ts';
import { behaviour, daemonSet, deployment, job, pod, replicaSet, statefulSet } from './objects.ts';
import { atRest, items, ownership, running, started } from './states.ts';

const uids = (list: Body): string[] => list.items.map((item: Body) => item.metadata.uid).sort();
const ownedOnce = (item: Body) => item.metadata.ownerReferences?.length === 1;
const labelled = (app: string) => ({ labels: { app } });
const aWhile = (milliseconds = 1500) => new Promise((done) => setTimeout(done, milliseconds));

export const adoption = category('adoption and release', {
  'a ReplicaSet adopts naked Pods that match': async (t) => {
    await t.post('pods', pod('mine', labelled('web')), { quiet: true });
    await t.until('pods', 'mine', running);
    await started(t, 'replicasets', replicaSet('web', 1));
    const list = await t.until('pods', undefined, items(1, ownedOnce));
    t.fact('Pods', [list.items[0].metadata.name, list.items[0].metadata.ownerReferences]);
  },
  'more naked Pods than it wants: some go': async (t) => {
    for (const name of ['a', 'b', 'c']) await t.post('pods', pod(name, labelled('web')), { quiet: true });
    for (const name of ['a', 'b', 'c']) await t.until('pods', name, running);
    await started(t, 'replicasets', replicaSet('web', 2));
    const list = await t.until('pods', undefined, items(2, ownedOnce));
    t.fact(
      'owners',
      list.items.map((item: Body) => item.metadata.ownerReferences[0].name),
    );
  },
  'a Pod whose label is taken away is released and replaced': async (t) => {
    await started(t, 'replicasets', replicaSet('web', 1));
    const before = await t.until('pods', undefined, items(1));
    const { name } = before.items[0].metadata;
    await t.patch('pods', name, 'merge', { metadata: { labels: { app: 'debug' } } }, { quiet: true });
    const after = await t.until('pods', undefined, items(2));
    const released = await t.until('pods', name, (body) => !body.metadata.ownerReferences);
    t.fact('released', [released.metadata.ownerReferences, released.metadata.labels]);
    t.fact('Pods', ownership(after).length);
  },
  'a Pod of another controller is left alone': async (t) => {
    await started(
      t,
      'replicasets',
      replicaSet('first', 1, {
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: pod('x').spec },
      }),
    );
    const before = await t.until('pods', undefined, items(1, ownedOnce));
    await started(
      t,
      'replicasets',
      replicaSet('second', 1, {
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: pod('x').spec },
      }),
    );
    const after = await t.until('pods', undefined, items(2, ownedOnce));
    t.fact(
      'the first one’s Pod',
      after.items.find((item: Body) => item.metadata.uid === before.items[0].metadata.uid)?.metadata
        .ownerReferences[0].name,
    );
  },
  'a Deployment created again adopts its ReplicaSet: no restart': async (t) => {
    await started(t, 'deployments', deployment('web', 2));
    const before = await t.until('pods', undefined, items(2));
    await t.delete('deployments', 'web', { propagationPolicy: 'Orphan' }, { quiet: true });
    await t.until('deployments', 'web', (_body, status) => status === 404);
    await started(t, 'deployments', deployment('web', 2));
    const after = await t.until('pods', undefined, items(2));
    t.fact('the same Pods', uids(before).join() === uids(after).join());
    t.fact('ReplicaSets', ownership(await t.until('replicasets', undefined, items(1, ownedOnce))));
  },
  'a Deployment created again with another template rolls out': async (t) => {
    await started(t, 'deployments', deployment('web', 1));
    await t.delete('deployments', 'web', { propagationPolicy: 'Orphan' }, { quiet: true });
    await t.until('deployments', 'web', (_body, status) => status === 404);
    await started(
      t,
      'deployments',
      deployment('web', 1, {
        template: { metadata: { labels: { app: 'web', version: 'two' } }, spec: pod('x').spec },
      }),
    );
    const sets = await t.until(
      'replicasets',
      undefined,
      (list) =>
        list.items.length === 2 &&
        list.items.every(ownedOnce) &&
        list.items.some((item: Body) => item.spec.replicas === 0 && !item.status.replicas),
    );
    t.fact(
      'ReplicaSets',
      sets.items
        .map((item: Body) => [
          item.spec.replicas,
          item.metadata.annotations['deployment.kubernetes.io/revision'],
        ])
        .sort(),
    );
  },
  'a StatefulSet created again adopts its Pods': async (t) => {
    await started(t, 'statefulsets', statefulSet('db', 2));
    const before = await t.until('pods', undefined, items(2));
    await t.delete('statefulsets', 'db', { propagationPolicy: 'Orphan' }, { quiet: true });
    await t.until('statefulsets', 'db', (_body, status) => status === 404);
    await t.until(
      'pods',
      undefined,
      items(2, (item) => !item.metadata.ownerReferences),
    );
    await started(t, 'statefulsets', statefulSet('db', 2));
    const after = await t.until('pods', undefined, items(2, ownedOnce));
    t.fact('the same Pods', uids(before).join() === uids(after).join());
    t.fact('Pods', ownership(after));
  },
  'a StatefulSet adopts by name, not by label alone': async (t) => {
    await t.post('pods', pod('stranger', labelled('db')), { quiet: true });
    await t.until('pods', 'stranger', running);
    await started(t, 'statefulsets', statefulSet('db', 1));
    await aWhile();
    const { body } = await t.get('pods', 'stranger', { quiet: true });
    t.fact('owners of the stranger', body.metadata.ownerReferences);
  },
  'a DaemonSet created again adopts its Pods': async (t) => {
    await started(t, 'daemonsets', daemonSet('agent'));
    const before = await t.until('pods', undefined, items(3));
    await t.delete('daemonsets', 'agent', { propagationPolicy: 'Orphan' }, { quiet: true });
    await t.until('daemonsets', 'agent', (_body, status) => status === 404);
    await t.until(
      'pods',
      undefined,
      items(3, (item) => !item.metadata.ownerReferences),
    );
    await started(t, 'daemonsets', daemonSet('agent'));
    const after = await t.until('pods', undefined, items(3, ownedOnce));
    t.fact('the same Pods', uids(before).join() === uids(after).join());
  },
  'a Job created again does not take the Pods of the old one': async (t) => {
    const long = job('one', {}, behaviour({ runs: 'for ever' }));
    await t.post('jobs', long, { quiet: true });
    const before = await t.until(
      'pods',
      undefined,
      items(1, (item) => item.status.phase === 'Running'),
    );
    await t.delete('jobs', 'one', { propagationPolicy: 'Orphan' }, { quiet: true });
    await t.until('jobs', 'one', (_body, status) => status === 404);
    await t.until(
      'pods',
      undefined,
      items(1, (item) => !item.metadata.ownerReferences),
    );
    await t.post('jobs', long, { quiet: true });
    const after = await t.until('pods', undefined, items(2));
    const old = after.items.find((item: Body) => item.metadata.uid === before.items[0].metadata.uid);
    t.fact('the old Pod', [old.metadata.ownerReferences, old.metadata.finalizers]);
  },
  'a Pod that is going is not adopted': async (t) => {
    await t.post('pods', pod('mine', { ...labelled('web'), finalizers: ['example.com/hold'] }), {
      quiet: true,
    });
    await t.until('pods', 'mine', running);
    await t.delete('pods', 'mine', undefined, { quiet: true });
    await started(t, 'replicasets', replicaSet('web', 1));
    const { body } = await t.get('pods', 'mine', { quiet: true });
    t.fact('owners', body.metadata.ownerReferences);
    await t.patch('pods', 'mine', 'merge', { metadata: { finalizers: null } }, { quiet: true });
  },
  'a controller that is going adopts nothing': async (t) => {
    await t.post(
      'replicasets',
      { ...replicaSet('web', 1), metadata: { name: 'web', finalizers: ['example.com/hold'] } },
      { quiet: true },
    );
    await t.until('replicasets', 'web', atRest);
    await t.delete('replicasets', 'web', { propagationPolicy: 'Orphan' }, { quiet: true });
    await t.until(
      'pods',
      undefined,
      items(1, (item) => !item.metadata.ownerReferences),
    );
    await aWhile();
    t.fact('Pods', ownership((await t.get('pods', undefined, { quiet: true })).body));
    await t.patch('replicasets', 'web', 'merge', { metadata: { finalizers: null } }, { quiet: true });
    await t.gone('replicasets', 'web');
  },
  'the controller puts a lost reference back': async (t) => {
    await started(t, 'replicasets', replicaSet('web', 1));
    const {
      items: [one],
    } = await t.until('pods', undefined, items(1, ownedOnce));
    await t.patch(
      'pods',
      one.metadata.name,
      'merge',
      { metadata: { ownerReferences: null } },
      { quiet: true },
    );
    const after = await t.until('pods', one.metadata.name, ownedOnce);
    t.fact('owners', [after.metadata.uid === one.metadata.uid, after.metadata.ownerReferences[0].name]);
  },
});
