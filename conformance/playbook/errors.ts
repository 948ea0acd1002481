import type { Actor } from '../actor.ts';
import { category } from '../step.ts';
import { configMap, deployment, pod, podSpec, service, statefulSet } from './objects.ts';

async function tokenOf(t: Actor, account: string, rules: unknown[]): Promise<string> {
  await t.post(
    'serviceaccounts',
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account } },
    { quiet: true },
  );
  await t.post(
    'roles',
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: account }, rules },
    { quiet: true },
  );
  await t.post(
    'rolebindings',
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: account },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: account },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: t.namespace }],
    },
    { quiet: true },
  );
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3600 },
  };
  const { body } = await t.post('serviceaccounts', request, { name: account, sub: 'token', quiet: true });
  // The binding takes a moment to be known everywhere.
  await t.until('configmaps', undefined, (_body, status) => status === 200, { token: body.status.token });
  return body.status.token;
}

const readMaps = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }];

export const errors = category('errors', {
  'an object that is not there': async (t) => {
    await t.get('configmaps', 'none');
    await t.put('configmaps', 'none', configMap('none', {}, { resourceVersion: '5' }));
    await t.patch('configmaps', 'none', 'merge', {});
    await t.delete('configmaps', 'none');
  },
  'a resource that is not there': async (t) => {
    await t.get(`/api/v1/namespaces/${t.namespace}/nothings`);
    await t.get('/apis/apps/v1/nothings/x');
    await t.get(`/api/v1/namespaces/${t.namespace}/pods/x/nothing`);
  },
  'a body that is no JSON': async (t) => {
    await t.post('configmaps', '{"kind": ');
    await t.post('configmaps', '');
    await t.post('configmaps', '[]');
  },
  'a body of another kind': async (t) => {
    await t.post('configmaps', pod('one'));
    await t.post('configmaps', { apiVersion: 'v9', kind: 'ConfigMap', metadata: { name: 'x' } });
    await t.post('configmaps', { metadata: { name: 'x' } });
  },
  'a field of another type': async (t) => {
    await t.post('configmaps', { ...configMap('one'), data: { a: 1 } });
    await t.post('deployments', deployment('web', 'two' as unknown as number));
  },
  'a media type that nobody speaks': async (t) => {
    await t.post('configmaps', 'hello', { contentType: 'text/plain' });
    await t.get('configmaps', undefined, { accept: 'text/html' });
    await t.patch('configmaps', 'one', 'merge', {}, { contentType: 'application/json' });
  },
  'names that are not allowed': async (t) => {
    for (const name of ['Big', 'under_score', '-dash', 'a'.repeat(260), ''])
      await t.post('configmaps', configMap(name));
    await t.post('services', service('1number'));
  },
  'labels and annotations that are not allowed': async (t) => {
    await t.post('configmaps', configMap('one', {}, { labels: { 'not a key': 'x' } }));
    await t.post('configmaps', configMap('one', {}, { labels: { ok: 'not a value!' } }));
    await t.post('configmaps', configMap('one', {}, { annotations: { 'not a key': 'x' } }));
  },
  'a Deployment without what it needs': async (t) => {
    await t.post('deployments', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {},
    });
    await t.post('deployments', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } });
  },
  'a selector that does not match its template': async (t) => {
    await t.post('deployments', deployment('web', 1, { selector: { matchLabels: { app: 'other' } } }));
    await t.post('statefulsets', statefulSet('web', 1, { selector: { matchLabels: { app: 'other' } } }));
  },
  'a selector can’t be changed': async (t) => {
    await t.post('deployments', deployment('web', 0), { quiet: true });
    await t.patch('deployments', 'web', 'merge', {
      spec: {
        selector: { matchLabels: { app: 'other' } },
        template: { metadata: { labels: { app: 'other' } } },
      },
    });
  },
  'Pods that are not allowed': async (t) => {
    await t.post('pods', pod('one', {}, { containers: [] }));
    await t.post('pods', pod('one', {}, { containers: [{ name: 'Main', image: 'a' }] }));
    await t.post(
      'pods',
      pod(
        'one',
        {},
        {
          containers: [
            { name: 'a', image: 'a' },
            { name: 'a', image: 'a' },
          ],
        },
      ),
    );
    await t.post('pods', pod('one', {}, { containers: [{ name: 'a' }] }));
    await t.post('pods', pod('one', {}, { restartPolicy: 'Sometimes' }));
    await t.post(
      'pods',
      pod(
        'one',
        {},
        { containers: [{ name: 'a', image: 'a', volumeMounts: [{ name: 'none', mountPath: '/x' }] }] },
      ),
    );
  },
  'a Pod’s spec can’t be changed': async (t) => {
    await t.post('pods', pod('one', {}, { schedulerName: 'nobody' }), { quiet: true });
    await t
      .patch('pods', 'one', 'strategic', { spec: { restartPolicy: 'Never' } })
      .then(({ status, body }) =>
        t.fact('refused', [
          status,
          body.reason,
          body.details?.causes?.[0]?.reason,
          body.details?.causes?.[0]?.field,
        ]),
      );
    await t.patch('pods', 'one', 'strategic', { spec: { containers: [{ name: 'main', image: 'new:1' }] } });
  },
  'a ServiceAccount that is not there': async (t) => {
    await t.post('pods', pod('one', {}, { serviceAccountName: 'none' }));
  },
  'quantities and ports that are not allowed': async (t) => {
    await t.post('pods', {
      ...pod('one'),
      spec: podSpec({ containers: [{ name: 'a', image: 'a', resources: { requests: { cpu: 'lots' } } }] }),
    });
    await t.post('pods', {
      ...pod('one'),
      spec: podSpec({ containers: [{ name: 'a', image: 'a', ports: [{ containerPort: 99999 }] }] }),
    });
    await t.post('services', service('web', { ports: [] }));
    await t.post('services', service('web', { ports: [{ port: 80 }, { port: 81 }] }));
  },
  'unknown fields: ignored, warned of, refused': async (t) => {
    const odd = { ...configMap('one'), datta: { a: '1' } };
    await t.post('configmaps', odd);
    await t.delete('configmaps', 'one', undefined, { quiet: true });
    await t.post('configmaps', odd, { query: 'fieldValidation=Warn' });
    await t.delete('configmaps', 'one', undefined, { quiet: true });
    await t.post('configmaps', odd, { query: 'fieldValidation=Ignore' });
    await t.post('configmaps', odd, { query: 'fieldValidation=Strict' });
    await t.post('configmaps', odd, { query: 'fieldValidation=Perhaps' });
  },
  'a field given twice': async (t) => {
    const text = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"},"data":{"a":"1","a":"2"}}';
    await t.post('configmaps', text, { query: 'fieldValidation=Warn' });
    await t.post('configmaps', text, { query: 'fieldValidation=Strict' });
  },
  'a method that is not allowed': async (t) => {
    await t.send('PUT', `/api/v1/namespaces/${t.namespace}/configmaps`, configMap('one'));
    await t.send('POST', `/api/v1/namespaces/${t.namespace}/configmaps/one`, configMap('one'));
    await t.delete('services', undefined, undefined, { query: 'dryRun=All&labelSelector=none%3Dnone' });
  },
  'too large': async (t) => {
    await t.post('configmaps', configMap('one', { a: 'x'.repeat(1_100_000) }));
    await t.post('configmaps', configMap('one', { a: 'x'.repeat(3_200_000) }));
  },
  'a namespace in the path of a cluster’s resource': async (t) => {
    await t.get(`/api/v1/namespaces/${t.namespace}/nodes`);
    await t.post('/api/v1/pods', pod('one'));
  },
  'an immutable ConfigMap': async (t) => {
    await t.post('configmaps', { ...configMap('one'), immutable: true }, { quiet: true });
    await t.patch('configmaps', 'one', 'merge', { data: { a: '2' } });
    await t.patch('configmaps', 'one', 'merge', { immutable: false });
  },
  'not known: 401': async (t) => {
    await t.get('configmaps', undefined, { token: 'nonsense' });
  },
  'not allowed: 403, with who, what and where': async (t) => {
    const token = await tokenOf(t, 'reader', readMaps);
    await t.get('configmaps', 'none', { token });
    await t.get('secrets', undefined, { token });
    await t.delete('configmaps', 'one', undefined, { token });
    await t.get('nodes', undefined, { token });
    await t.patch('deployments', 'web', 'merge', {}, { token, sub: 'scale' });
    await t.get('/metrics', undefined, { token });
  },
  'nobody gives more rights than they have': async (t) => {
    const token = await tokenOf(t, 'maker', [
      ...readMaps,
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ['create'] },
    ]);
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'more' },
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
    };
    await t.post('roles', role, { token });
  },
  'who am I, and what may I': async (t) => {
    const token = await tokenOf(t, 'reader', readMaps);
    const { status, body } = await t.send(
      'POST',
      '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      { token, quiet: true },
    );
    t.fact('me', [status, body.status?.userInfo?.username, body.status?.userInfo?.groups]);
    for (const [verb, resource] of [
      ['get', 'configmaps'],
      ['delete', 'configmaps'],
      ['get', 'nodes'],
    ]) {
      const spec = { resourceAttributes: { namespace: t.namespace, verb, resource } };
      const seen = await t.send(
        'POST',
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec },
        { token, quiet: true },
      );
      t.fact(`${verb} ${resource}`, [seen.status, seen.body.status?.allowed]);
    }
  },
});
