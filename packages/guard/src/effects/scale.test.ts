import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '@toolcrib/model';
import { asked } from '../testing/way.ts';
import { effectKindContract } from './effect-kind.contract.ts';
import type { LookAt, ReadEffect } from './effect-kind.ts';
import { effectsOf } from './effect-of.ts';
import { scaleKind as kind, lookAtScale } from './scale.ts';

effectKindContract('scale', kind);

const AT = '/apis/apps/v1/namespaces/shop/deployments/web';
const MERGE = 'application/merge-patch+json';
const write = (method: string, body: object, type = MERGE, path = AT) =>
  asked(method, path, { headers: { 'content-type': type }, body: Buffer.from(JSON.stringify(body)) });
const target = { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'shop', name: 'web' };
const down = { verb: 'scale' as const, target, replicas: 1, dryRun: false };

/** A cluster in which the Deployment is of that size. */
function sized(replicas: number | undefined): Cluster {
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', uid: 'u1' },
    spec: { replicas },
  };
  const answer = { status: 200, headers: {}, body: Buffer.from(JSON.stringify(object)) };
  return { request: async () => answer, get: async () => object } as Partial<Cluster> as Cluster;
}
const lookAt = (
  effect: Parameters<typeof lookAtScale>[0],
  replicas: number | undefined,
  request = write('PATCH', {}),
) => lookAtScale(effect, { request, cluster: sized(replicas), as: undefined } satisfies LookAt);
const verbOf = (method: string, body: object, type?: string, path?: string): ReadEffect['verb'] =>
  effectsOf(write(method, body, type, path))[0].verb;

test('what sets a size is read, what leaves it is nothing, and what only the server can tell is asked', () => {
  assert.deepEqual(effectsOf(write('PATCH', { spec: { replicas: 1 } }))[0], {
    ...down,
    target: { ...target, labelSelector: undefined, fieldSelector: undefined },
  });
  assert.equal(verbOf('PATCH', { spec: { paused: true } }), 'none');
  assert.equal(
    verbOf('PATCH', [{ op: 'remove', path: '/spec' }], 'application/json-patch+json'),
    'ask-server',
  );
  assert.equal(
    verbOf('PATCH', { spec: { replicas: 0 } }, MERGE, '/api/v1/namespaces/shop/configmaps/conf'),
    'none',
  );
  assert.equal(
    verbOf(
      'PUT',
      { spec: { ordinals: { start: 1 }, replicas: 9 } },
      'application/json',
      AT.replace('deployments', 'statefulsets'),
    ),
    'ask-server',
  );
});

test('only a PUT or a PATCH of what has a size is one; a body in another encoding is not understood', () => {
  const path = { type: 'resource' as const, ...target };
  assert.equal(kind.mayBe?.('PATCH', path), true);
  assert.equal(kind.mayBe?.('POST', path), false);
  assert.equal(kind.mayBe?.('PATCH', { ...path, group: '', resource: 'configmaps' }), false);
  const headers = { 'content-type': MERGE, 'content-encoding': 'gzip' };
  const packed = effectsOf(asked('PATCH', AT, { headers, body: Buffer.from('{"spec":{"replicas":0}}') }));
  assert.deepEqual(
    packed.map(({ verb }) => verb),
    ['not-understood'],
  );
  const conf = write('PATCH', {}, MERGE, '/api/v1/namespaces/shop/configmaps/conf');
  const sent = { ...conf, path: { ...path, resource: 'configmaps' }, target, query: new URLSearchParams() };
  assert.equal(kind.read?.(sent), undefined);
  assert.deepEqual(kind.read?.({ ...sent, path }), { verb: 'none' });
});

test('only what lowers it destroys anything, and from which size is told', async () => {
  const found = await lookAt(down, 2);
  assert.ok(found.kind === 'destructive' && found.effect.verb === 'scale');
  assert.deepEqual([found.effect.replicas, found.effect.was], [1, 2]);
  assert.deepEqual(
    found.aims.map(({ ref, type, effect }) => [ref.uid, type.resource, effect]),
    [['u1', 'deployments', { does: 'scale', replicas: 1 }]],
  );
  for (const [to, from] of [
    [2, 2],
    [3, 2],
    [1, 0],
    [0, 0],
  ] as const)
    assert.equal((await lookAt({ ...down, replicas: to }, from)).kind, 'harmless', `${from} to ${to}`);
  assert.equal((await lookAt({ ...down, replicas: 0 }, 1)).kind, 'destructive');
});

test('where its size can not be told it is not understood', async () => {
  const found = await lookAt(down, undefined);
  assert.ok(found.kind === 'not-understood');
  assert.equal(found.effect.why, "how large it is now can't be told");
});

test('a create that takes something over is told as one, and a yes to a scale is none to it', () => {
  const create = { ...down, was: 3, adopts: 'it takes over 3 Pods' };
  assert.equal(kind.title(create), 'create deployment shop/web with 1 of 3 Pods');
  assert.equal(kind.title(down), 'scale deployment shop/web to 1');
  assert.equal(kind.typed?.(create, ''), 'create deployments/web -n shop with 1 of 3 Pods');
  assert.match(kind.asSentWhy?.(create, 1) ?? '', /not a create that takes Pods over/);
  assert.match(kind.asSentWhy?.(down, 1) ?? '', /not a scale-down/);
  assert.equal(kind.besides?.(create), 'it takes over 3 Pods');
  assert.equal(kind.besides?.(down), undefined);
  assert.notEqual(kind.likeness?.(create), kind.likeness?.(down));
});

test('its object stays, rules see the size, and a refusal took nothing', () => {
  assert.deepEqual([kind.targets, kind.undo, kind.facts?.(down)], ['stay', 'resize', { replicas: 1 }]);
  assert.equal(kind.asScale?.(down), down);
  // A 429 is of the moment: only an eviction's says that nothing went.
  assert.deepEqual(
    [409, 429, 504].map((status) => kind.refusedBy?.(status)),
    [true, false, false],
  );
  assert.equal(kind.helmSends, false);
  // What else may become of it is told with the size alone.
  assert.equal(kind.likeness?.(down), '[1]');
});
