import type { Body } from '../actor.ts';
import { type Actor, category } from '../step.ts';

const aggregated = (version: string) => ({
  accept: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
});

/** The groups that the sandbox means to serve: what else the real one has is no part of the comparison. */
const OURS = [
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
];

/** @param names of resources, or resource/subresource; a resource stands for itself only */
async function resources(t: Actor, path: string, names: string[]) {
  const { status, body } = await t.get(path, undefined, { quiet: true });
  const found = (body.resources ?? []).filter(({ name }: Body) => names.includes(name));
  t.fact(path, [status, body.kind, body.groupVersion, found]);
}

const CORE = [
  'configmaps',
  'endpoints',
  'events',
  'limitranges',
  'persistentvolumeclaims',
  'persistentvolumes',
  'podtemplates',
  'resourcequotas',
  'secrets',
  'services',
  'services/status',
  'namespaces/finalize',
  'serviceaccounts/token',
];

export const discovery = category('discovery and OpenAPI', {
  '/version says how new it is': async (t) => {
    const { status, body } = await t.get('/version', undefined, { quiet: true });
    t.fact('version', [status, Object.keys(body).sort(), body.major, body.minor, body.gitVersion]);
  },
  '/api': async (t) => {
    const { status, body } = await t.get('/api', undefined, { quiet: true });
    t.fact('versions', [status, body.kind, body.versions, Object.keys(body).sort()]);
  },
  '/apis lists the groups': async (t) => {
    const { status, body } = await t.get('/apis', undefined, { quiet: true });
    t.fact('groups', [status, body.kind, body.groups.filter(({ name }: Body) => OURS.includes(name))]);
  },
  'one group': async (t) => {
    await t.get('/apis/apps');
    await t.get('/apis/batch');
    await t.get('/apis/none.example.com');
  },
  'resources of v1, with verbs and short names': async (t) => resources(t, '/api/v1', CORE),
  'subresources of Pods': async (t) =>
    resources(t, '/api/v1', ['pods', 'pods/status', 'pods/eviction', 'pods/binding']),
  'resources of apps/v1': async (t) => {
    await t.get('/apis/apps/v1');
  },
  'resources of batch, policy and autoscaling': async (t) => {
    await t.get('/apis/batch/v1');
    await t.get('/apis/policy/v1');
    await t.get('/apis/autoscaling/v2');
  },
  'resources of rights and storage': async (t) => {
    await t.get('/apis/rbac.authorization.k8s.io/v1');
    await resources(t, '/apis/storage.k8s.io/v1', [
      'storageclasses',
      'csidrivers',
      'csinodes',
      'volumeattachments',
    ]);
  },
  'a version that does not exist': async (t) => {
    await t.get('/apis/apps/v9');
    await t.get('/api/v9');
  },
  'aggregated, v2': async (t) => {
    const { status, body } = await t.get('/apis', undefined, { ...aggregated('v2'), quiet: true });
    const apps = body.items?.find(({ metadata }: Body) => metadata.name === 'apps');
    t.fact('apps', [status, body.kind, body.apiVersion, apps]);
  },
  'aggregated, v2beta1': async (t) => {
    const { status, body } = await t.get('/apis', undefined, { ...aggregated('v2beta1'), quiet: true });
    t.fact('kind', [status, body.kind, body.apiVersion]);
  },
  'aggregated: a client that takes either gets the first it can': async (t) => {
    const accept = `${aggregated('v2').accept},${aggregated('v2beta1').accept},application/json`;
    const { body } = await t.get('/api', undefined, { accept, quiet: true });
    t.fact('kind', [body.kind, body.apiVersion]);
  },
  'OpenAPI v3: the paths': async (t) => {
    const { status, body } = await t.get('/openapi/v3', undefined, { quiet: true });
    const paths = Object.keys(body.paths ?? {});
    t.fact('paths', [
      status,
      ['api/v1', 'apis/apps/v1', 'apis/batch/v1', 'apis/policy/v1'].map((path) => paths.includes(path)),
    ]);
  },
  'OpenAPI v3: the schema of a Deployment': async (t) => {
    const { body: index } = await t.get('/openapi/v3', undefined, { quiet: true });
    const url = index.paths?.['apis/apps/v1']?.serverRelativeURL ?? '/openapi/v3/apis/apps/v1';
    const { status, body } = await t.get(url, undefined, { quiet: true });
    const schema = body.components?.schemas?.['io.k8s.api.apps.v1.DeploymentSpec'] ?? {};
    t.fact('schema', [status, body.openapi, schema.required, Object.keys(schema.properties ?? {}).sort()]);
  },
  'OpenAPI v2: definitions': async (t) => {
    const { status, body } = await t.get('/openapi/v2', undefined, { quiet: true });
    const schema = body.definitions?.['io.k8s.api.core.v1.PodSpec'] ?? {};
    t.fact('schema', [status, body.swagger, schema.required, Object.keys(schema.properties ?? {}).sort()]);
  },
  'healthz, livez and readyz': async (t) => {
    for (const path of ['/healthz', '/livez', '/readyz']) await t.get(path);
  },
  'a path that does not exist': async (t) => {
    await t.get('/nothing/here');
  },
  'a custom resource is discovered, served and gone again': {
    alone: true,
    run: async (t) => {
      const plural = `things-${t.namespace}`.replaceAll('-', '');
      const group = 'conformance.example.com';
      const name = `${plural}.${group}`;
      const openAPIV3Schema = {
        type: 'object',
        properties: { spec: { type: 'object', properties: { size: { type: 'integer', default: 3 } } } },
      };
      await t.post(
        'customresourcedefinitions',
        {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name },
          spec: {
            group,
            scope: 'Namespaced',
            names: { plural, kind: 'Thing' },
            versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
          },
        },
        { quiet: true },
      );
      const established = await t.until('customresourcedefinitions', name, (body) =>
        body.status.conditions.some((one: Body) => one.type === 'Established' && one.status === 'True'),
      );
      t.fact('names and conditions', [
        established.status.acceptedNames,
        established.status.conditions
          .map((one: Body) => [one.type, one.status, one.reason, one.message])
          .sort(),
        established.status.storedVersions,
      ]);
      const path = `/apis/${group}/v1/namespaces/${t.namespace}/${plural}`;
      await t.until(`/apis/${group}/v1`, undefined, (body) => body.resources.length > 0);
      await t.until(path, undefined, (_body, status) => status === 200);
      await t.get(`/apis/${group}/v1`);
      const thing = (more: object) => ({
        apiVersion: `${group}/v1`,
        kind: 'Thing',
        metadata: { name: 'one' },
        ...more,
      });
      await t.send('POST', path, thing({ spec: {} }));
      await t.send('POST', path, thing({ metadata: { name: 'two' }, spec: { size: 'big' } }));
      await t.send(
        'PATCH',
        `${path}/one`,
        { spec: { size: 5 } },
        { contentType: 'application/merge-patch+json' },
      );
      await t.send(
        'PATCH',
        `${path}/one`,
        { spec: { size: 5 } },
        { contentType: 'application/strategic-merge-patch+json' },
      );
      await t.send('GET', path);
      await t.delete('customresourcedefinitions', name, undefined, { quiet: true });
      await t.gone('customresourcedefinitions', name);
      await t.until(path, undefined, (_body, status) => status === 404);
      await t.send('GET', path);
    },
  },
});
