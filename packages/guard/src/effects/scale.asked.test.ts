import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Cluster } from '@toolcrib/model';
import { asked } from '../testing/way.ts';
import { lookAtScale } from './scale.ts';

// What a write comes to where the cluster has to be asked for it, in the words of the subject that is judged.

const AT = '/apis/apps/v1/namespaces/shop/statefulsets/kafka';
const target = { group: 'apps', version: 'v1', resource: 'statefulsets', namespace: 'shop', name: 'kafka' };
const byServer = { verb: 'ask-server' as const, target, why: 'only the server can say' };
const to = (replicas: number) => ({ verb: 'scale' as const, target, replicas, dryRun: false });

const set = (spec: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'kafka', namespace: 'shop', uid: 'u1' },
  spec,
});
const said = (status: number, body: object) => ({
  status,
  headers: {},
  body: Buffer.from(JSON.stringify(body)),
});
const failure = (code: number, reason: string, more: object = {}) =>
  said(code, { apiVersion: 'v1', kind: 'Status', status: 'Failure', code, reason, message: 'No.', ...more });

interface Scene {
  effect?: Parameters<typeof lookAtScale>[0];
  now: ReturnType<typeof said>;
  dryRun?: ReturnType<typeof said>;
  method?: string;
  path?: string;
}

/** What it is about in a cluster that answers so; and which methods the cluster was asked. */
async function looked({ effect = byServer, now, dryRun, method = 'PATCH', path = AT }: Scene) {
  const methods: string[] = [];
  const cluster = {
    async request({ method }: { method: string }) {
      methods.push(method);
      const answer = method === 'GET' ? now : dryRun;
      assert.ok(answer, `nobody was to ask for a ${method}`);
      return answer;
    },
    resources: async () => ({ resources: [], failed: [] }),
  } as Partial<Cluster> as Cluster;
  const request = asked(method, path, { body: Buffer.from('{}') });
  return { found: await lookAtScale(effect, { request, cluster, as: undefined }), methods };
}

/** Why it is taken as a delete of its object. */
async function whyNot(scene: Scene): Promise<string> {
  const { found } = await looked(scene);
  assert.ok(found.kind === 'not-understood');
  assert.deepEqual(
    found.objects.map(({ metadata }) => metadata.uid),
    ['u1'],
  );
  return found.effect.why;
}

const three = said(200, set({ replicas: 3 }));

test('what the server makes of it counts: fewer, as many, or none that anybody could name', async () => {
  const { found } = await looked({ now: three, dryRun: said(200, set({ replicas: 1 })) });
  assert.ok(found.kind === 'destructive' && found.effect.verb === 'scale');
  assert.deepEqual(found.effect, { verb: 'scale', target, replicas: 1, was: 3, dryRun: false });
  assert.equal((await looked({ now: three, dryRun: three })).found.kind, 'harmless');
  assert.match(
    await whyNot({ now: three, dryRun: said(200, set({})) }),
    /takes the number of replicas away \(3 now\)/,
  );
  assert.match(await whyNot({ now: three, dryRun: failure(504, 'Timeout') }), /and it did not say/);
});

test('what the server refuses is answered with its own words', async () => {
  const { found } = await looked({ now: three, dryRun: failure(409, 'Conflict') });
  assert.ok(found.kind === 'answered' && found.answer.do === 'answer');
  assert.equal(found.answer.status, 409);
});

test('a first ordinal that moves takes Pods, however many it is to have', async () => {
  const from = (start: number) => said(200, set({ replicas: 3, ordinals: { start } }));
  assert.match(await whyNot({ now: three, dryRun: from(5) }), /moves the first ordinal from 0 to 5/);
  // A PUT that does not say them puts them back to 0.
  const moved = await whyNot({ effect: to(3), method: 'PUT', now: from(1), dryRun: three });
  assert.match(moved, /moves the first ordinal from 1 to 0/);
});

test('what is read from the request alone asks for no dry run', async () => {
  for (const [method, now] of [
    ['PUT', three],
    ['PATCH', said(200, set({ replicas: 3, ordinals: { start: 2 } }))],
  ] as const) {
    const { found, methods } = await looked({ effect: to(2), method, now });
    assert.deepEqual([found.kind, methods], ['destructive', ['GET']]);
  }
});

test('of what has no Pods nothing goes, and nobody is asked', async () => {
  const none = await looked({ now: said(200, set({ replicas: 0 })) });
  assert.deepEqual([none.found, none.methods], [{ kind: 'harmless' }, ['GET']]);
  // A custom resource without such a number is not scaled by a write to it.
  const path = '/apis/example.com/v1/namespaces/shop/kafkas/kafka';
  const own = await looked({ path, now: said(200, set({})) });
  assert.deepEqual([own.found, own.methods], [{ kind: 'harmless' }, ['GET']]);
});

test('its /scale holds no ordinals, so none of them move by it', async () => {
  const now = said(200, set({ replicas: 3, ordinals: { start: 2 } }));
  const scale = {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: 'kafka', namespace: 'shop' },
  };
  const dryRun = said(200, { ...scale, spec: { replicas: 3 } });
  const { found } = await looked({ path: `${AT}/scale`, now, dryRun });
  assert.deepEqual(found, { kind: 'harmless' });
});

test('what may not be read is taken as all of it; what is not there is a create', async () => {
  const { found } = await looked({ now: failure(403, 'Forbidden') });
  assert.ok(found.kind === 'not-understood');
  assert.deepEqual(found.objects, []);
  assert.match(found.blind ?? '', /can't be read with these rights/);
  assert.equal(found.effect.why, found.blind);
  const details = { name: 'kafka', group: 'apps', kind: 'statefulsets' };
  const absent = await looked({ now: failure(404, 'NotFound', { details }) });
  assert.deepEqual(absent.found, { kind: 'harmless' });
});
