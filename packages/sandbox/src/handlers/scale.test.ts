import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infoOf } from '../testing/infos.ts';
import { served } from '../testing/served.ts';

const on = served();
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

async function create(name: string, replicas = 2): Promise<Record<string, string>> {
  const template = {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: 'a', image: 'i:1' }] },
  };
  const spec = { replicas, selector: { matchLabels: { app: name } }, template };
  const { status, body } = await on.admin.call('POST', DEPLOYMENTS, { body: { metadata: { name }, spec } });
  assert.equal(status, 201);
  return body.metadata;
}

const scale = (name: string, spec: object | undefined, metadata: object = {}) => ({
  body: { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name, ...metadata }, spec },
});

async function put(name: string, spec: object | undefined, metadata?: object, query = '') {
  const answer = await on.admin.call(
    'PUT',
    `${DEPLOYMENTS}/${name}/scale${query}`,
    scale(name, spec, metadata),
  );
  return answer.status === 200 ? [200, answer.body.spec.replicas] : [answer.status, answer.body.message];
}

test('a Scale tells the wanted and the present number, and the selector', async () => {
  const { uid, resourceVersion, creationTimestamp } = await create('one');
  const path = `${DEPLOYMENTS}/one/scale`;
  const expected = {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name: 'one', namespace: 'default', uid, resourceVersion, creationTimestamp },
    spec: { replicas: 2 },
    status: { replicas: 0, selector: 'app=one' },
  };
  assert.deepEqual((await on.admin.call('GET', path)).body, expected);
  on.sandbox.store.modify(
    infoOf('apps/deployments'),
    'default',
    'one',
    (object) => {
      object.status = { replicas: 5 };
    },
    { subresource: 'status' },
  );
  assert.deepEqual((await on.admin.call('GET', path)).body.status, { replicas: 5, selector: 'app=one' });
  await create('zero', 0);
  assert.deepEqual((await on.admin.call('GET', `${DEPLOYMENTS}/zero/scale`)).body.spec, {});
});

test('a Scale is written, whole or by patch', async () => {
  await create('two');
  assert.deepEqual(await put('two', { replicas: 7 }), [200, 7]);
  const { body } = await on.admin.call('GET', `${DEPLOYMENTS}/two`);
  assert.equal(body.spec.replicas, 7);
  assert.equal(body.metadata.generation, 2);
  assert.equal(body.metadata.managedFields.at(-1).subresource, 'scale');
  const patched = await on.patch(`${DEPLOYMENTS}/two/scale`, { spec: { replicas: 3 } });
  assert.deepEqual([patched.status, patched.body.spec], [200, { replicas: 3 }]);
  assert.deepEqual(await put('two', undefined), [200, undefined]);
  assert.equal((await on.admin.call('GET', `${DEPLOYMENTS}/two`)).body.spec.replicas, 0);
});

test('a dry Scale changes nothing', async () => {
  await create('dry');
  assert.deepEqual(await put('dry', { replicas: 7 }, {}, '?dryRun=All'), [200, 7]);
  assert.equal((await on.admin.call('GET', `${DEPLOYMENTS}/dry`)).body.spec.replicas, 2);
});

test('a number is whole and not negative', async () => {
  await create('three');
  const into = 'into Go struct field ScaleSpec.spec.replicas of type int32';
  assert.deepEqual(await put('three', { replicas: 'x' }), [
    400,
    `Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal string ${into}`,
  ]);
  const patched = await on.patch(`${DEPLOYMENTS}/three/scale`, { spec: { replicas: 'x' } });
  assert.equal(patched.status, 422);
  assert.equal(patched.body.details.causes[0].field, 'patch');
  assert.match(patched.body.message, /json: cannot unmarshal string into Go struct field ScaleSpec/);
  assert.deepEqual(await put('three', { replicas: -1 }), [
    422,
    'Scale.autoscaling "three" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  ]);
});

test('a Scale is of the object in its path, in its present version', async () => {
  const { resourceVersion, uid } = await create('four');
  const wrongName = await on.admin.call('PUT', `${DEPLOYMENTS}/four/scale`, scale('other', { replicas: 1 }));
  assert.deepEqual(
    [wrongName.status, wrongName.body.message],
    [400, 'the name of the object (other) does not match the name on the URL (four)'],
  );
  assert.deepEqual(await put('four', { replicas: 1 }, { namespace: 'other' }), [
    400,
    'the namespace of the provided object does not match the namespace sent on the request',
  ]);
  assert.deepEqual(await put('four', { replicas: 1 }, { uid: 'other' }), [
    409,
    `Operation cannot be fulfilled on deployments.apps "four": Precondition failed: UID in precondition: other, UID in object meta: ${uid}`,
  ]);
  assert.deepEqual(
    await put('four', { replicas: 3 }, { namespace: 'default', uid, resourceVersion }),
    [200, 3],
  );
  const [code, message] = await put('four', { replicas: 4 }, { resourceVersion });
  assert.equal(code, 409);
  assert.match(String(message), /the object has been modified/);
  const bare = await on.admin.call('PUT', `${DEPLOYMENTS}/four/scale`, { body: { spec: { replicas: 9 } } });
  assert.equal(bare.body.spec.replicas, 9);
});

test('a Scale is neither made nor deleted, and a patch that is none is refused', async () => {
  await create('five');
  const path = `${DEPLOYMENTS}/five/scale`;
  assert.equal((await on.admin.call('DELETE', path)).status, 405);
  assert.equal((await on.admin.call('POST', path, { body: {} })).status, 405);
  assert.equal((await on.admin.call('GET', `${DEPLOYMENTS}/none/scale`)).status, 404);
  assert.equal(
    (await on.patch(path, [{ op: 'dance', path: '/spec' }], 'application/json-patch+json')).status,
    400,
  );
});

test('a custom resource says where its numbers stand', async () => {
  const version = (name: string, scalePaths: object) => ({
    name: `${name}s.example.com`,
    spec: {
      group: 'example.com',
      names: { plural: `${name}s`, kind: name },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { scale: scalePaths },
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  });
  const paths = { specReplicasPath: '.spec.size', statusReplicasPath: '.state.now' };
  for (const [name, scalePaths] of [
    ['widget', { ...paths, labelSelectorPath: '.state.selector' }],
    ['gadget', paths],
  ] as const) {
    const { name: full, spec } = version(name, scalePaths);
    await on.admin.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      body: { metadata: { name: full }, spec },
    });
    const body = {
      apiVersion: 'example.com/v1',
      kind: name,
      metadata: { name: 'w' },
      spec: { size: 4 },
      state: { now: 3, selector: 'a=b' },
    };
    assert.equal(
      (await on.admin.call('POST', `/apis/example.com/v1/namespaces/default/${name}s`, { body })).status,
      201,
    );
  }
  const path = '/apis/example.com/v1/namespaces/default/widgets/w';
  const { body } = await on.admin.call('GET', `${path}/scale`);
  assert.deepEqual([body.spec, body.status], [{ replicas: 4 }, { replicas: 3, selector: 'a=b' }]);
  const written = await on.admin.call('PUT', `${path}/scale`, scale('w', { replicas: 6 }));
  assert.deepEqual([written.status, written.body.spec], [200, { replicas: 6 }]);
  assert.deepEqual((await on.admin.call('GET', path)).body.spec, { size: 6 });
  const gadget = await on.admin.call('GET', '/apis/example.com/v1/namespaces/default/gadgets/w/scale');
  assert.deepEqual(gadget.body.status, { replicas: 3 });
});
