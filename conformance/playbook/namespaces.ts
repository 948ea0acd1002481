import type { Actor, Body } from '../actor.ts';
import { category } from '../step.ts';
import { claimTemplate, configMap, deployment, pod, statefulSet } from './objects.ts';
import { started } from './states.ts';

async function other(t: Actor, name = 'ns'): Promise<string> {
  const namespace = t.unique(name);
  await t.post(
    'namespaces',
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { quiet: true },
  );
  await t.until('serviceaccounts', 'default', (_body, status) => status === 200, { namespace });
  return namespace;
}

export const namespaces = category('namespaces', {
  'a new one is Active, with its finalizer and label': async (t) => {
    await t.post('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: t.unique('ns') } });
    await t.delete('namespaces', t.unique('ns'), undefined, { quiet: true });
  },
  'comes with a ServiceAccount and the root CA': async (t) => {
    const namespace = await other(t);
    await t.settled('serviceaccounts', 'default', (_body, status) => status === 200, { namespace });
    const map = await t.until('configmaps', 'kube-root-ca.crt', (_body, status) => status === 200, {
      namespace,
    });
    t.fact('its data', [
      Object.keys(map.data),
      map.data['ca.crt'].startsWith('-----BEGIN CERTIFICATE-----'),
      map.metadata.annotations,
    ]);
    await t.delete('namespaces', namespace, undefined, { quiet: true });
  },
  'an empty one goes': async (t) => {
    const namespace = await other(t);
    await t
      .delete('namespaces', namespace)
      .then(({ status, body }) => t.fact('answer', [status, body.status?.phase]));
    await t.gone('namespaces', namespace);
  },
  'it takes everything in it': async (t) => {
    const namespace = await other(t);
    await t.post('configmaps', configMap('one'), { namespace, quiet: true });
    await t.post('deployments', deployment('web', 1), { namespace, quiet: true });
    await t.post('statefulsets', statefulSet('db', 1, { volumeClaimTemplates: [claimTemplate()] }), {
      namespace,
      quiet: true,
    });
    await t.until('pods', undefined, (list) => list.items.length === 2, { namespace });
    await t.delete('namespaces', namespace, undefined, { quiet: true });
    await t.gone('namespaces', namespace);
    for (const resource of ['configmaps', 'deployments', 'pods', 'persistentvolumeclaims']) {
      await t.get(resource, undefined, { namespace });
    }
  },
  'while it goes, nothing new comes in': async (t) => {
    const namespace = await other(t);
    await t.post('configmaps', configMap('held', {}, { finalizers: ['example.com/hold'] }), {
      namespace,
      quiet: true,
    });
    await t.delete('namespaces', namespace, undefined, { quiet: true });
    await t.until('configmaps', 'held', (body) => body.metadata.deletionTimestamp, { namespace });
    await t.post('configmaps', configMap('late'), { namespace });
    await t.patch('configmaps', 'late', 'apply', configMap('late'), { namespace, query: 'fieldManager=me' });
    await t.patch('configmaps', 'held', 'merge', { data: { still: 'yes' } }, { namespace });
    await t.patch(
      'configmaps',
      'held',
      'merge',
      { metadata: { finalizers: null } },
      { namespace, quiet: true },
    );
    await t.gone('namespaces', namespace);
  },
  'a finalizer inside holds it, and it says so': async (t) => {
    const namespace = await other(t);
    await t.post('configmaps', configMap('held', {}, { finalizers: ['example.com/hold'] }), {
      namespace,
      quiet: true,
    });
    await t.delete('namespaces', namespace, undefined, { quiet: true });
    const body = await t.until('namespaces', namespace, (now) =>
      now.status.conditions?.some(
        (one: Body) => one.type === 'NamespaceFinalizersRemaining' && one.status === 'True',
      ),
    );
    t.fact('status', {
      phase: body.status.phase,
      conditions: body.status.conditions.map((one: Body) => ({ ...one, lastTransitionTime: '' })),
    });
    await t.patch(
      'configmaps',
      'held',
      'merge',
      { metadata: { finalizers: null } },
      { namespace, quiet: true },
    );
    await t.gone('namespaces', namespace);
  },
  'Pods go first': async (t) => {
    const namespace = await other(t);
    await t.post('pods', pod('held', { finalizers: ['example.com/hold'] }), { namespace, quiet: true });
    await t.until('pods', 'held', (body) => body.status.phase === 'Running', { namespace });
    await t.post('configmaps', configMap('needed'), { namespace, quiet: true });
    await t.delete('namespaces', namespace, undefined, { quiet: true });
    await t.until(
      'pods',
      'held',
      (body) => body.status.phase !== 'Running' && body.metadata.deletionTimestamp,
      { namespace },
    );
    await t.until('namespaces', namespace, (body) => body.status.conditions?.length > 2);
    t.fact(
      'while a Pod is held, the ConfigMap stands',
      (await t.get('configmaps', 'needed', { namespace, quiet: true })).status,
    );
    await t.patch('pods', 'held', 'merge', { metadata: { finalizers: null } }, { namespace, quiet: true });
    await t.gone('namespaces', namespace);
  },
  'a delete of one that is going': async (t) => {
    const namespace = await other(t);
    await t.post('configmaps', configMap('held', {}, { finalizers: ['example.com/hold'] }), {
      namespace,
      quiet: true,
    });
    await t.delete('namespaces', namespace, undefined, { quiet: true });
    await t.until('configmaps', 'held', (body) => body.metadata.deletionTimestamp, { namespace });
    await t.until('namespaces', namespace, (body) => body.status.conditions?.length > 0);
    const { status, body } = await t.delete('namespaces', namespace, undefined, { quiet: true });
    t.fact('answer', [status, body.kind, body.reason, body.status?.phase]);
    await t.patch(
      'configmaps',
      'held',
      'merge',
      { metadata: { finalizers: null } },
      { namespace, quiet: true },
    );
    await t.gone('namespaces', namespace);
  },
  'a collection delete of namespaces is not allowed': async (t) => {
    await t.delete('namespaces', undefined, undefined, { query: 'labelSelector=none%3Dnone' });
  },
  'the finalize subresource removes the spec’s finalizer': async (t) => {
    const namespace = await other(t);
    const { body } = await t.get('namespaces', namespace, { quiet: true });
    const answer = await t.put(
      'namespaces',
      namespace,
      { ...body, spec: { finalizers: ['kubernetes', 'example.com/mine'] } },
      { sub: 'finalize' },
    );
    t.fact('finalizers', answer.body.spec?.finalizers);
    await t.put(
      'namespaces',
      namespace,
      { ...answer.body, spec: { finalizers: ['kubernetes'] } },
      { sub: 'finalize', quiet: true },
    );
    await t.delete('namespaces', namespace, undefined, { quiet: true });
    await t.gone('namespaces', namespace);
  },
  'the first ones are protected': async (t) => {
    await t.delete('namespaces', 'kube-system', { dryRun: ['All'] });
    await t.delete('namespaces', 'default', { dryRun: ['All'] });
  },
  'objects in one that does not exist': async (t) => {
    await t.post('configmaps', configMap('one'), { namespace: t.unique('none') });
    await t.get('configmaps', undefined, { namespace: t.unique('none') });
    await t.get('configmaps', 'one', { namespace: t.unique('none') });
  },
  'a body of another namespace': async (t) => {
    await t.post('configmaps', configMap('one', {}, { namespace: 'default' }));
  },
  'kubectl delete namespace waits': async (t) => {
    const namespace = await other(t);
    await started(t, 'deployments', deployment('web', 1));
    await t.kubectl(['delete', 'namespace', namespace]);
    await t.kubectl(['get', 'namespace', namespace]);
  },
});
