import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { SingleEffect } from '@toolcrib/model';
import { anAct, aRequest, aSnapshot } from '../journal/testing/records.ts';
import { asked } from '../testing/way.ts';
import { forget, type JudgedAhead, offered } from './offered.ts';
import type { Step } from './step.ts';

const LIST = '/api/v1/namespaces/shop/configmaps';
const LEASE = { guard: 'guard-1', until: 77 };
const target = (name: string) => ({
  group: '',
  version: 'v1',
  resource: 'configmaps',
  namespace: 'shop',
  name,
});
const map = (name: string, resourceVersion?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', uid: `uid-${name}`, ...(resourceVersion ? { resourceVersion } : {}) },
});

function judged(name: string, objects: KubeObject[], effect?: SingleEffect): JudgedAhead {
  const request = asked('DELETE', `${LIST}/${name}`, { id: `req-${name}`, query: 'gracePeriodSeconds=0' });
  const remove = { verb: 'delete', target: target(name), options: { gracePeriodSeconds: 0 }, dryRun: false };
  const step = { request, subject: { effect: effect ?? remove, objects } } as unknown as Step;
  return {
    step,
    snapshot: aSnapshot({ id: `snap-${name}` }),
    record: aRequest({ id: `req-${name}` }),
    rules: 'as they stood',
  };
}

/** The request that is judged now, of a session, seen at a moment. */
const first = {
  request: asked('DELETE', `${LIST}/first`, { id: 'req-first', headers: { 'kubectl-session': 's1' } }),
  live: { act: anAct() },
  seen: { radius: { seenAt: 1_000 } },
} as unknown as Step;

test('a pass goes out only for the object in every byte that was kept, as its own client will ask for it', () => {
  const given = offered(first, [judged('a', [map('a', '7')])], LEASE, ({ request }) => [
    `warned of ${request.id}`,
  ]);
  const [pass, ...more] = given.passes;
  assert.deepEqual(more, []);
  assert.deepEqual([pass?.id, pass?.path], ['req-a', `${LIST}/a`]);
  assert.ok(pass?.instruction.do === 'forward');
  const { body, path, lease, warnings } = pass.instruction;
  assert.deepEqual([path, lease, warnings], [`${LIST}/a`, LEASE, ['warned of req-a']]);
  const sent = JSON.parse(Buffer.from(body?.bytes ?? '').toString());
  assert.deepEqual(sent.preconditions, { uid: 'uid-a', resourceVersion: '7' });
  assert.equal(sent.gracePeriodSeconds, 0);
});

test('it is for the same session’s like requests, by the rules of then, and for a moment', () => {
  const given = offered(first, [judged('a', [map('a', '7')])], LEASE, () => []);
  assert.deepEqual([given.actId, given.first, given.rules], ['act-000001', 'req-first', 'as they stood']);
  assert.equal(given.like.headers['kubectl-session'], 's1');
  assert.equal('path' in given.like || 'id' in given.like, false);
  assert.equal(given.until, 1_000 + 5_000, 'five seconds after it was seen');
});

test('what was not seen, has no version, or is no delete of one object has no pass', () => {
  const evict: SingleEffect = {
    verb: 'evict',
    target: { ...target('d'), resource: 'pods' },
    options: {},
    dryRun: false,
  };
  const without = [judged('b', []), judged('c', [map('c')]), judged('d', [map('d', '7')], evict)];
  assert.deepEqual(offered(first, without, LEASE, () => []).passes, []);
  assert.equal(offered(first, [], LEASE, () => []).rules, '');
});

test('what was judged for nothing is forgotten whole; a journal that can not is only logged', async () => {
  const asks: unknown[] = [];
  const logged: unknown[] = [];
  const log = (line: string, detail?: Record<string, unknown>) => void logged.push([line, detail]);
  const together = async (moment: object) => void asks.push(moment);
  await forget({ journal: { together }, log }, []);
  assert.deepEqual(asks, []);
  await forget({ journal: { together }, log }, [judged('a', []), judged('b', [])]);
  assert.deepEqual([asks, logged], [[{ forget: ['req-a', 'req-b'] }], []]);
  const failing = async () => {
    throw new Error('locked');
  };
  await forget({ journal: { together: failing }, log }, [judged('a', [])]);
  assert.deepEqual(logged, [['what was judged ahead could not be forgotten', { why: 'Error: locked' }]]);
});
