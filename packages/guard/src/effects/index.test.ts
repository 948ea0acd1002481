import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster, Effect, SingleEffect } from '@toolcrib/model';
import { aRequest } from '../journal/testing/records.ts';
import type { ResourceTarget } from '../read/target.ts';
import { asked } from '../testing/way.ts';
import { effectKindContract } from './effect-kind.contract.ts';
import type { LookAt } from './effect-kind.ts';
import {
  beginsUninstall,
  deleteIn,
  eachEffect,
  effectsIn,
  KINDS,
  kindOf,
  lookAtEffect,
  mayBeOne,
  scaleIn,
  unreadWhy,
} from './index.ts';
import type { Subject } from './subject.ts';

for (const [verb, kind] of Object.entries(KINDS)) effectKindContract(verb, kind);

const web = { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'shop', name: 'web' };
const deleted: SingleEffect = { verb: 'delete', target: web, options: {}, dryRun: false };
const scaled: SingleEffect = { verb: 'scale', target: web, replicas: 0, was: 2, dryRun: false };
const both: Effect = { verb: 'several', target: web, effects: [deleted, scaled], dryRun: false };

test('each effect of a request is gone about by itself', () => {
  assert.deepEqual(effectsIn(deleted), [deleted]);
  assert.deepEqual(effectsIn(both), [deleted, scaled]);
  const record = aRequest({ id: 'r', effect: both });
  assert.deepEqual(eachEffect([record]), [
    { ...record, effect: deleted },
    { ...record, effect: scaled },
  ]);
});

test('what a request is besides its verb is asked of its kind, and of several of each', () => {
  assert.deepEqual([deleteIn(deleted), deleteIn(scaled)], [deleted, undefined]);
  assert.deepEqual([scaleIn(scaled), scaleIn(deleted)], [scaled, undefined]);
  const unread = { verb: 'not-understood' as const, target: web, why: 'no words' };
  assert.deepEqual([unreadWhy(unread), unreadWhy(deleted)], ['no words', undefined]);
  const release: Effect = { verb: 'uninstall', target: web, release: 'web', dryRun: false };
  assert.deepEqual([beginsUninstall(release), beginsUninstall(deleted)], [true, false]);
  assert.equal(kindOf(both).title(both), 'delete deployment shop/web, and scale deployment shop/web to 0');
});

test('several are of the kinds that are given, as one is', () => {
  const kinds = { delete: { title: () => 'a planted word' } };
  assert.equal(kindOf(deleted, kinds).title(deleted), 'a planted word');
  assert.match(kindOf(both, kinds).title(both), /^a planted word, and scale deployment/);
});

test('whether a request may be of any kind is seen from its method and path', () => {
  const path = (more: object) => ({ type: 'resource', ...web, ...more }) as ResourceTarget;
  assert.equal(mayBeOne('DELETE', path({})), true);
  assert.equal(mayBeOne('PATCH', path({})), true);
  assert.equal(mayBeOne('PATCH', path({ group: '', resource: 'configmaps' })), false);
  assert.equal(mayBeOne('GET', path({})), false);
});

test('a request is looked at by its kind, and what only the server can tell as a size', async () => {
  const seen: Subject = { kind: 'harmless' };
  const at = { request: asked('DELETE', '/x') } as Partial<LookAt> as LookAt;
  const kinds = { delete: { title: () => '', look: async () => seen } };
  assert.equal(await lookAtEffect(deleted, at, kinds), seen);

  const object = { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 0 } };
  const metadata = { name: 'web', namespace: 'shop', uid: 'u1' };
  const body = Buffer.from(JSON.stringify({ ...object, metadata }));
  const cluster = {
    request: async () => ({ status: 200, headers: {}, body }),
  } as Partial<Cluster> as Cluster;
  const request = asked('PATCH', '/apis/apps/v1/namespaces/shop/deployments/web');
  const byServer = { verb: 'ask-server' as const, target: web, why: 'who knows' };
  // Nothing runs of it that could go. Of what can't be read all would be taken to go.
  assert.deepEqual(await lookAtEffect(byServer, { request, cluster, as: undefined }), { kind: 'harmless' });
});
