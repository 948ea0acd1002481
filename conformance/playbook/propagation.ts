import { type Actor, category } from '../step.ts';
import {
  behaviour,
  configMap,
  cronJob,
  deployment,
  job,
  ownedBy,
  pod,
  replicaSet,
  statefulSet,
} from './objects.ts';
import { items, ownership, started } from './states.ts';

const settledGone = (t: Actor, resource: string) => t.settled(resource, undefined, items(0));

/** Long enough for a collector that is wrong. */
const aWhile = () => new Promise((done) => setTimeout(done, 1500));

const LONG = behaviour({ runs: 'for ever' });

export const propagation = category('propagation', {
  'Background: the owner at once, the rest after it': async (t) => {
    await started(t, 'deployments', deployment('web', 2));
    await t.delete('deployments', 'web', { propagationPolicy: 'Background' });
    await t.get('deployments', 'web');
    await settledGone(t, 'pods');
    await settledGone(t, 'replicasets');
  },
  'Foreground: the owner last': async (t) => {
    await started(t, 'deployments', deployment('web', 2));
    await t
      .delete('deployments', 'web', { propagationPolicy: 'Foreground' })
      .then(({ body }) => t.fact('finalizers', body.metadata?.finalizers));
    await t.gone('deployments', 'web');
    const { body } = await t.get('replicasets', undefined, { quiet: true });
    t.fact('ReplicaSets that are left when the owner has gone', body.items.length);
  },
  'Orphan: the Pods stay, without owner': async (t) => {
    await started(t, 'replicasets', replicaSet('web', 2));
    await t.delete('replicasets', 'web', { propagationPolicy: 'Orphan' });
    await t.gone('replicasets', 'web');
    await aWhile();
    const pods = await t.until('pods', undefined, items(2));
    t.fact('Pods', ownership(pods));
  },
  'Orphan for a Deployment: its ReplicaSet stays with its Pods': async (t) => {
    await started(t, 'deployments', deployment('web', 2));
    await t.delete('deployments', 'web', { propagationPolicy: 'Orphan' });
    await t.gone('deployments', 'web');
    const sets = await t.until('replicasets', undefined, items(1));
    t.fact('ReplicaSets', ownership(sets));
    await t.until('pods', undefined, items(2));
  },
  'orphanDependents, the old word': async (t) => {
    await started(t, 'replicasets', replicaSet('web', 1));
    await t.delete('replicasets', 'web', { orphanDependents: true });
    await t.gone('replicasets', 'web');
    t.fact('Pods', ownership(await t.until('pods', undefined, items(1))));
  },
  'both words at once are refused': async (t) => {
    await t.post('replicasets', replicaSet('web', 0), { quiet: true });
    await t.delete('replicasets', 'web', { orphanDependents: true, propagationPolicy: 'Background' });
  },
  'a policy that does not exist': async (t) => {
    await t.post('configmaps', configMap('one'), { quiet: true });
    await t.delete('configmaps', 'one', { propagationPolicy: 'Sideways' });
  },
  'by the query, without a body': async (t) => {
    await started(t, 'replicasets', replicaSet('web', 1));
    await t.delete('replicasets', 'web', undefined, { query: 'propagationPolicy=Orphan' });
    await t.gone('replicasets', 'web');
    t.fact('Pods', ownership(await t.until('pods', undefined, items(1))));
  },
  'the body wins over the query': async (t) => {
    await started(t, 'replicasets', replicaSet('web', 1));
    await t.delete(
      'replicasets',
      'web',
      { propagationPolicy: 'Background' },
      { query: 'propagationPolicy=Orphan' },
    );
    await settledGone(t, 'pods');
  },
  'the default for a Deployment is Background': async (t) => {
    await started(t, 'deployments', deployment('web', 1));
    await t.delete('deployments', 'web');
    await settledGone(t, 'pods');
  },
  'the default for a StatefulSet is Background': async (t) => {
    await started(t, 'statefulsets', statefulSet('db', 1));
    await t.delete('statefulsets', 'db');
    await settledGone(t, 'pods');
  },
  'the default for a Job is Orphan': async (t) => {
    await t.post('jobs', job('one', {}, LONG), { quiet: true });
    await t.until(
      'pods',
      undefined,
      items(1, (item) => item.status.phase === 'Running'),
    );
    await t.until('jobs', 'one', (body) => body.status.ready !== undefined && body.status.active === 1);
    const { body } = await t.delete('jobs', 'one', undefined, { quiet: true });
    t.fact('answer', [body.kind, body.metadata?.finalizers]);
    await t.gone('jobs', 'one');
    await aWhile();
    const pods = await t.until(
      'pods',
      undefined,
      items(1, (item) => !item.metadata.finalizers?.length),
    );
    t.fact('Pods', ownership(pods));
  },
  'a CronJob takes its Jobs and their Pods': async (t) => {
    const { body: owner } = await t.post('cronjobs', cronJob('tick', { suspend: true }), { quiet: true });
    const one = job('one', {}, LONG);
    const reference = ownedBy({ ...owner, apiVersion: 'batch/v1', kind: 'CronJob' }, { controller: true });
    await t.post(
      'jobs',
      { ...one, metadata: { ...one.metadata, ownerReferences: [reference] } },
      { quiet: true },
    );
    await t.until('pods', undefined, items(1));
    await t.delete('cronjobs', 'tick');
    await settledGone(t, 'jobs');
    await settledGone(t, 'pods');
  },
  'an owner of another kind: collected when it goes': async (t) => {
    const { body: owner } = await t.post('configmaps', configMap('owner'), { quiet: true });
    await t.post('configmaps', configMap('owned', {}, { ownerReferences: [ownedBy(owner)] }));
    await t.delete('configmaps', 'owner');
    await t.gone('configmaps', 'owned');
  },
  'one of two owners goes: its reference is taken away': async (t) => {
    const { body: a } = await t.post('configmaps', configMap('a'), { quiet: true });
    const { body: b } = await t.post('configmaps', configMap('b'), { quiet: true });
    await t.post('configmaps', configMap('owned', {}, { ownerReferences: [ownedBy(a), ownedBy(b)] }), {
      quiet: true,
    });
    await t.delete('configmaps', 'a', undefined, { quiet: true });
    const owned = await t.until('configmaps', 'owned', (body) => body.metadata.ownerReferences.length === 1);
    t.fact('owners', owned.metadata.ownerReferences);
    await t.delete('configmaps', 'b', undefined, { quiet: true });
    await t.gone('configmaps', 'owned');
  },
  'an owner whose UID is another one’s: collected at once': async (t) => {
    const { body: owner } = await t.post('configmaps', configMap('owner'), { quiet: true });
    const wrong = { ...ownedBy(owner), uid: '11111111-2222-3333-4444-555555555555' };
    await t.post('configmaps', configMap('owned', {}, { ownerReferences: [wrong] }), { quiet: true });
    await t.gone('configmaps', 'owned');
  },
  'Foreground waits for blockOwnerDeletion only': async (t) => {
    const { body: owner } = await t.post('configmaps', configMap('owner'), { quiet: true });
    const hold = { finalizers: ['example.com/hold'] };
    await t.post(
      'configmaps',
      configMap('blocks', {}, { ...hold, ownerReferences: [ownedBy(owner, { blockOwnerDeletion: true })] }),
      { quiet: true },
    );
    await t.post('configmaps', configMap('does-not', {}, { ...hold, ownerReferences: [ownedBy(owner)] }), {
      quiet: true,
    });
    await t.delete('configmaps', 'owner', { propagationPolicy: 'Foreground' });
    await t.until('configmaps', 'does-not', (body) => body.metadata.deletionTimestamp);
    await aWhile();
    t.fact('the owner stands', (await t.get('configmaps', 'owner', { quiet: true })).status);
    await t.patch('configmaps', 'blocks', 'merge', { metadata: { finalizers: null } }, { quiet: true });
    await t.gone('configmaps', 'owner');
    t.fact('the other is still held', (await t.get('configmaps', 'does-not', { quiet: true })).status);
    await t.patch('configmaps', 'does-not', 'merge', { metadata: { finalizers: null } }, { quiet: true });
  },
  'a grace period of zero, and one of its own': async (t) => {
    await t.post('pods', pod('now', {}, { terminationGracePeriodSeconds: 30 }), { quiet: true });
    await t.until('pods', 'now', (body) => body.status.phase === 'Running');
    // The real answer shows the Pod with a resource version, or without one: whether its status was just written.
    const { status } = await t.delete('pods', 'now', { gracePeriodSeconds: 0 }, { quiet: true });
    t.fact('status', status);
    await t.get('pods', 'now');
    await t.post('pods', pod('soon', {}, { terminationGracePeriodSeconds: 30 }), { quiet: true });
    await t.until('pods', 'soon', (body) => body.status.phase === 'Running');
    const { body } = await t.delete('pods', 'soon', { gracePeriodSeconds: 7 }, { quiet: true });
    t.fact('grace', body.metadata.deletionGracePeriodSeconds);
  },
});
