import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import { discover, type Fetch, legacyResources } from './discovery.ts';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
type Answers = Record<string, Record<string, unknown> | Error>;

/** What a server says at each path, by either form of discovery. */
const from =
  (answers: Answers, type = 'application/json'): Fetch =>
  async (path) => {
    const body = answers[path];
    if (body === undefined || body instanceof Error) throw body ?? new Error(`not asked for: ${path}`);
    return { type, body };
  };
const aggregated = (...items: unknown[]) =>
  discover(from({ '/api': { items: [] }, '/apis': { items } }, AGGREGATED));

test('what a resource leaves out is nothing: no verbs, no names, of the cluster', async () => {
  const bare = { resource: 'rings' };
  const full = {
    resource: 'pods',
    responseKind: { kind: 'Pod' },
    scope: 'Namespaced',
    singularResource: 'pod',
    shortNames: ['po'],
    categories: ['all'],
    verbs: ['get'],
    subresources: [{ subresource: 'log' }],
  };
  const { resources, failed } = await aggregated({
    metadata: { name: 'k.io' },
    versions: [{ version: 'v1', resources: [bare, full, { ...full, resource: 'nodes', scope: 'Cluster' }] }],
  });
  assert.deepEqual(failed, []);
  const nothing = { shortNames: undefined, categories: undefined, singular: undefined };
  const group = { group: 'k.io', version: 'v1' };
  const pod = {
    ...group,
    resource: 'pods',
    kind: 'Pod',
    namespaced: true,
    verbs: ['get'],
    subresources: ['log'],
    shortNames: ['po'],
    categories: ['all'],
    singular: 'pod',
  };
  assert.deepEqual(resources, [
    { ...group, resource: 'rings', kind: '', namespaced: false, verbs: [], subresources: [], ...nothing },
    pod,
    { ...pod, resource: 'nodes', namespaced: false },
  ]);
  // A server may say null of what it has not.
  const nulls = {
    ...bare,
    shortNames: null,
    categories: null,
    singularResource: null,
    verbs: null,
    subresources: null,
  };
  assert.deepEqual(
    (await aggregated({ metadata: { name: 'k.io' }, versions: [{ version: 'v1', resources: [nulls] }] }))
      .resources,
    [{ ...group, resource: 'rings', kind: '', namespaced: false, verbs: [], subresources: [], ...nothing }],
  );
});

test('a stale version is named, and what it had all the same is taken', async () => {
  const { resources, failed } = await aggregated({
    metadata: { name: 'm.io' },
    versions: [{ version: 'v1', freshness: 'Stale', resources: [{ resource: 'rings' }] }, { version: 'v2' }],
  });
  assert.deepEqual(failed, [{ group: 'm.io', why: 'the server behind m.io/v1 does not answer' }]);
  assert.deepEqual(
    resources.map(({ resource }) => resource),
    ['rings'],
  );
});

test('the plain form reads the same; what it leaves out is nothing', () => {
  assert.deepEqual(legacyResources('k.io', 'v1', { resources: null }), []);
  assert.deepEqual(legacyResources('k.io', 'v1', {}), []);
  const [ring, pod] = legacyResources('k.io', 'v1', {
    resources: [
      { name: 'rings', kind: 'Ring', singularName: '' },
      {
        name: 'pods',
        kind: 'Pod',
        namespaced: true,
        verbs: ['get'],
        shortNames: ['po'],
        categories: ['all'],
        singularName: 'pod',
      },
      { name: 'pods/log', kind: 'Pod' },
      { name: 'podsets/log', kind: 'Pod' },
    ],
  });
  const group = { group: 'k.io', version: 'v1' };
  assert.deepEqual(ring, {
    ...group,
    resource: 'rings',
    kind: 'Ring',
    namespaced: false,
    verbs: [],
    subresources: [],
    shortNames: undefined,
    categories: undefined,
    singular: undefined,
  });
  assert.deepEqual(pod, {
    ...group,
    resource: 'pods',
    kind: 'Pod',
    namespaced: true,
    verbs: ['get'],
    subresources: ['log'],
    shortNames: ['po'],
    categories: ['all'],
    singular: 'pod',
  });
  const [nulls] = legacyResources('', 'v1', {
    resources: [{ name: 'rings', kind: 'Ring', shortNames: null, categories: null, verbs: null }],
  });
  assert.deepEqual([nulls?.shortNames, nulls?.categories, nulls?.verbs], [undefined, undefined, []]);
});

/** A plain server with one group beside the core one. */
const plain = (group: object, more: Answers) =>
  discover(
    from({
      '/api': { versions: ['v1'] },
      '/apis': { groups: [group] },
      '/api/v1': { resources: [] },
      ...more,
    }),
  );
const list = (...names: string[]) => ({ resources: names.map((name) => ({ name, kind: name })) });

test('of a resource in several versions the preferred one counts, else the first', async () => {
  const versions = [{ version: 'v1' }, { version: 'v2' }];
  const answers = { '/apis/k.io/v1': list('rings', 'old'), '/apis/k.io/v2': list('rings', 'new') };
  const names = async (group: object) =>
    (await plain(group, answers)).resources.map(({ resource, version }) => `${resource} ${version}`);
  assert.deepEqual(await names({ name: 'k.io', versions, preferredVersion: { version: 'v2' } }), [
    'rings v2',
    'new v2',
    'old v1',
  ]);
  assert.deepEqual(await names({ name: 'k.io', versions }), ['rings v1', 'old v1', 'new v2']);
});

test('a group that fails is named with what it said; no way in is no matter of one group', async () => {
  const group = { name: 'k.io', versions: [{ version: 'v1' }] };
  const failing = (error: Error) => plain(group, { '/apis/k.io/v1': error });
  const said = (cause?: unknown) => new ToolcribError('api', 'It said 503.', cause ? { cause } : {});
  assert.deepEqual((await failing(said())).failed, [{ group: 'k.io', why: 'k.io/v1: It said 503.' }]);
  assert.deepEqual((await failing(said({ status: 503, message: 'no endpoints' }))).failed, [
    { group: 'k.io', why: 'k.io/v1: no endpoints' },
  ]);
  await assert.rejects(failing(new ToolcribError('credentials', 'log in')), { code: 'credentials' });
  await assert.rejects(failing(new TypeError('a mistake of ours')), TypeError);
});

test('what is no discovery is told, with where it is none', async () => {
  await assert.rejects(discover(from({ '/api': { versions: 1 }, '/apis': { groups: [] } })), {
    code: 'api',
    message: /^The cluster's discovery can't be understood: versions: /,
  });
});
