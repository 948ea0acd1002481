import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsOf, usersOf, uses } from './pod-needs.ts';
import { object, pod } from './testing/objects.ts';

const mount = (claimName: string) => ({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }] });
const done = { phase: 'Succeeded' };

test('a claim’s users are the Pods of its namespace that mount it and have not finished', () => {
  const claim = object('v1 PersistentVolumeClaim', 'shop/data');
  const user = pod('shop/user', undefined, { spec: mount('data') });
  const objects = [
    user,
    pod('shop/done', undefined, { spec: mount('data'), status: done }),
    pod('shop/other', undefined, { spec: mount('other') }),
    pod('test/there', undefined, { spec: mount('data') }),
  ];
  assert.deepEqual(usersOf(objects, claim), [user]);
  assert.deepEqual(
    objects.map((one) => uses(one, claim)),
    [true, false, false, false],
  );
});

/** Each place in which a Pod may name a Secret or a ConfigMap called `x`. */
const places: [kind: string, spec: object][] = [
  ['Secret', { imagePullSecrets: [{ name: 'x' }] }],
  ['Secret', { volumes: [{ secret: { secretName: 'x' } }] }],
  ['Secret', { volumes: [{ projected: { sources: [{ secret: { name: 'x' } }] } }] }],
  ['Secret', { volumes: [{ csi: { nodePublishSecretRef: { name: 'x' } } }] }],
  ['Secret', { volumes: [{ rbd: { secretRef: { name: 'x' } } }] }],
  ['Secret', { containers: [{ env: [{ valueFrom: { secretKeyRef: { name: 'x' } } }] }] }],
  ['Secret', { containers: [{ envFrom: [{ secretRef: { name: 'x' } }] }] }],
  ['Secret', { initContainers: [{ envFrom: [{ secretRef: { name: 'x' } }] }] }],
  ['Secret', { ephemeralContainers: [{ envFrom: [{ secretRef: { name: 'x' } }] }] }],
  ['ConfigMap', { volumes: [{ configMap: { name: 'x' } }] }],
  ['ConfigMap', { volumes: [{ projected: { sources: [{ configMap: { name: 'x' } }] } }] }],
  ['ConfigMap', { containers: [{ env: [{ valueFrom: { configMapKeyRef: { name: 'x' } } }] }] }],
  ['ConfigMap', { initContainers: [{ envFrom: [{ configMapRef: { name: 'x' } }] }] }],
];

test('Secrets and ConfigMaps are used wherever a Pod may name them, and only there', () => {
  for (const [kind, spec] of places) {
    const one = pod('shop/p', undefined, { spec });
    for (const other of ['Secret', 'ConfigMap']) {
      const used = object(`v1 ${other}`, 'shop/x');
      assert.equal(uses(one, used), kind === other, `${JSON.stringify(spec)} ${other}`);
      assert.equal(needsOf(one).includes(`${other} x`), kind === other);
    }
    assert.equal(uses(one, object(`v1 ${kind}`, 'shop/y')), false);
    assert.equal(uses(one, object(`v1 ${kind}`, 'test/x')), false, 'of another namespace');
    assert.equal(uses(one, object(`acme.io/v1 ${kind}`, 'shop/x')), false, 'of another group');
  }
});

test('who it runs as, and through whom it is reached', () => {
  const plain = pod('shop/p', undefined, { labels: { app: 'web', tier: 'a' }, spec: {} });
  const named = pod('shop/q', undefined, { spec: { serviceAccountName: 'bot' } });
  const account = (name: string) => object('v1 ServiceAccount', `shop/${name}`);
  assert.deepEqual([uses(plain, account('default')), uses(named, account('default'))], [true, false]);
  assert.deepEqual([uses(plain, account('bot')), uses(named, account('bot'))], [false, true]);
  assert.deepEqual(needsOf(plain), ['ServiceAccount default']);
  assert.deepEqual(
    needsOf(pod('shop/r', undefined, { spec: { serviceAccountName: 'bot', ...mount('data') } })),
    ['ServiceAccount bot', 'PersistentVolumeClaim data'],
  );
  const service = (selector: object | undefined) => object('v1 Service', 'shop/s', { spec: { selector } });
  assert.equal(uses(plain, service({ app: 'web' })), true);
  assert.equal(uses(plain, service({ app: 'web', tier: 'b' })), false);
  assert.equal(uses(plain, service({})), false, 'one without a selector selects nothing');
  assert.equal(uses(plain, service(undefined)), false);
});
