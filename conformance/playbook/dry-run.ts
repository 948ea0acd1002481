import { category } from '../step.ts';
import { configMap, deployment, eviction, pod, statefulSet } from './objects.ts';
import { running, started } from './states.ts';

const dry = { query: 'dryRun=All' };

export const dryRun = category('dry run', {
  'a create answers as if it had': async (t) => {
    await t.post('configmaps', configMap('one'), dry);
    await t.get('configmaps', 'one');
  },
  'a create that would be refused is refused': async (t) => {
    await t.post('configmaps', configMap('Not A Name'), dry);
    await t.post('configmaps', configMap('one'));
    await t.post('configmaps', configMap('one'), dry);
  },
  'an update and its resource version': async (t) => {
    const { body } = await t.post('configmaps', configMap('one'));
    const { body: after } = await t.put('configmaps', 'one', { ...body, data: { a: '2' } }, dry);
    t.fact('the version stays', after.metadata.resourceVersion === body.metadata.resourceVersion);
    await t.get('configmaps', 'one');
  },
  'patches of all kinds': async (t) => {
    await t.post('configmaps', configMap('one'));
    await t.patch('configmaps', 'one', 'merge', { data: { a: '2' } }, dry);
    await t.patch('configmaps', 'one', 'strategic', { data: { b: '2' } }, dry);
    await t.patch('configmaps', 'one', 'json', [{ op: 'remove', path: '/data' }], dry);
    await t.patch('configmaps', 'one', 'apply', configMap('one', { z: '1' }), {
      query: 'dryRun=All&fieldManager=me',
    });
    await t.get('configmaps', 'one');
  },
  'a delete by the body': async (t) => {
    await t.post('configmaps', configMap('one'));
    await t.delete('configmaps', 'one', { kind: 'DeleteOptions', apiVersion: 'v1', dryRun: ['All'] });
    await t.get('configmaps', 'one');
  },
  'a delete by the query': async (t) => {
    await t.post('configmaps', configMap('one'));
    await t.delete('configmaps', 'one', undefined, dry);
    await t.get('configmaps', 'one');
  },
  'a delete with any body ignores the query': async (t) => {
    await t.post('configmaps', configMap('one'));
    await t.delete(
      'configmaps',
      'one',
      { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' },
      dry,
    );
    await t.get('configmaps', 'one');
  },
  'a collection delete': async (t) => {
    await t.post('configmaps', configMap('one', {}, { labels: { a: 'b' } }));
    await t.delete('configmaps', undefined, { dryRun: ['All'] }, { query: 'labelSelector=a%3Db' });
    await t.get('configmaps', undefined, { query: 'labelSelector=a%3Db' });
  },
  'an unknown directive': async (t) => {
    await t.post('configmaps', configMap('one'), { query: 'dryRun=Some' });
    await t.post('configmaps', configMap('one'));
    await t.delete('configmaps', 'one', { dryRun: ['Some'] });
  },
  'a foreground delete of a workload': async (t) => {
    await started(t, 'deployments', deployment('web', 1));
    await t.delete('deployments', 'web', { propagationPolicy: 'Foreground', dryRun: ['All'] });
    const { body } = await t.get('deployments', 'web', { quiet: true });
    t.fact('untouched', [body.metadata.finalizers, body.metadata.deletionTimestamp]);
  },
  'an eviction': async (t) => {
    await t.post('pods', pod('one'), { quiet: true });
    await t.until('pods', 'one', running);
    await t.post('pods', eviction('one', { deleteOptions: { dryRun: ['All'] } }), {
      name: 'one',
      sub: 'eviction',
    });
    const { body } = await t.get('pods', 'one', { quiet: true });
    t.fact('going', body.metadata.deletionTimestamp !== undefined);
  },
  'a scale': async (t) => {
    await t.post('statefulsets', statefulSet('db', 0), { quiet: true });
    await t.patch('statefulsets', 'db', 'merge', { spec: { replicas: 3 } }, { ...dry, sub: 'scale' });
    const { body } = await t.get('statefulsets', 'db', { quiet: true });
    t.fact('replicas', body.spec.replicas);
  },
  'kubectl --dry-run=server': async (t) => {
    await t.kubectl('create configmap one --from-literal=a=1 --dry-run=server');
    await t.kubectl('create configmap one --from-literal=a=1');
    await t.kubectl('delete configmap one --dry-run=server');
    await t.kubectl('get configmap one');
  },
});
