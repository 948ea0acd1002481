import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { AskedRequest, Instruction } from '../request.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, inNamespace, items, paths, seen, until } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { podsOf, runDeployment } from '../testing/workloads.ts';
import { undoAct } from '../undo/act.ts';
import { requestHandler } from '../way/request-handler.ts';
import type { Subject } from './subject.ts';
import { plant } from './testing/plant.ts';

let target: ClusterTarget;
before(async () => {
  target = await openSandbox();
});
after(() => target.close());

let take: (() => void) | undefined;
afterEach(() => {
  take?.();
  take = undefined;
});

const GHOST = { apiVersion: 'v1', kind: 'Node', name: 'ghost', uid: '00000000-0000-4000-8000-000000000001' };
const MERGE = 'application/merge-patch+json';
const patch = (path: string, body: object): AskedRequest =>
  asked('PATCH', path, {
    headers: { 'user-agent': 'dashboard/1.0', 'content-type': MERGE },
    body: Buffer.from(JSON.stringify(body)),
  });
const codeOf = (instruction: Instruction) => (instruction.do === 'answer' ? instruction.status : 0);

/** A write that scales to 0 and leaves its Deployment to an owner that is not there, where its Pods shall stay. */
const scalesAndDeletes = {
  metadata: { ownerReferences: [GHOST], finalizers: ['orphan'] },
  spec: { replicas: 0 },
};

test('a write that scales down and has the collector delete: held for either, and said with both', () =>
  inNamespace(target, async (namespace) => {
    const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
    const path = `${paths.apps(namespace, 'deployments')}/web`;
    for (const rules of [
      '[{name: scales, when: \'effect.verb == "scale" && effect.replicas == 0\', then: hold}]',
      '[{name: deletes, when: \'effect.verb == "delete"\', then: hold}]',
      '[{name: warns, when: \'effect.verb == "delete"\', then: warn}, {name: scales, when: \'effect.verb == "scale"\', then: hold}]',
    ]) {
      const { deps, journal, close } = openWay(target.cluster, policyOf(rules));
      assert.equal(codeOf(await requestHandler(deps).judge(patch(path, scalesAndDeletes))), 403, rules);
      const [hold] = deps.desk.list();
      const title = `a write that deletes deployment ${namespace}/web, and scale deployment ${namespace}/web to 0`;
      assert.equal((await journal.acts())[0]?.title, title);
      assert.equal(hold?.decision.then, 'hold');
      assert.deepEqual(
        hold?.radius.targets.map(({ uid }) => uid),
        [owner.metadata.uid],
      );
      // The delete alone would leave its Pods; the scale alone would leave the Deployment.
      const going = hold?.radius.members.filter(({ fate }) => fate === 'deleted').map(({ ref }) => ref.uid);
      for (const one of [owner, ...pods]) assert.ok(going?.includes(one.metadata.uid ?? ''), one.kind);
      assert.equal(hold?.radius.counts.workloadsLeftWithoutPods, 1);
      await close();
    }
    assert.equal((await seen(target, path))?.spec?.replicas, 2);
  }));

test('it is kept with all that goes with either, really takes both, and an undo brings both back', () =>
  inNamespace(target, async (namespace) => {
    const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
    const path = `${paths.apps(namespace, 'deployments')}/web`;
    const { deps, journal, close } = openWay(target.cluster, policyOf('[]'));
    const thinking = requestHandler(deps);
    const { finalizers: _, ...metadata } = scalesAndDeletes.metadata;
    const request = patch(path, { ...scalesAndDeletes, metadata });
    const instruction = await thinking.judge(request);
    assert.ok(instruction.do === 'forward');
    const [act] = await journal.acts();
    const [record] = await journal.requests({ actId: act?.id ?? '' });
    assert.deepEqual(record?.effect.verb === 'several' && record.effect.effects.map(({ verb }) => verb), [
      'delete',
      'scale',
    ]);
    const snapshot = await journal.snapshot(record?.snapshotId ?? '');
    const kept = new Set(snapshot?.objects.map((object) => object.metadata.uid));
    for (const one of [owner, ...pods]) assert.ok(kept.has(one.metadata.uid), one.kind);
    // The UID that was seen goes with it.
    const sent = JSON.parse(Buffer.from(instruction.body?.bytes ?? '').toString());
    assert.equal(sent.metadata.uid, owner.metadata.uid);
    assert.equal(sent.spec.replicas, 0);
    const answer = await target.cluster.request({
      method: 'PATCH',
      path,
      headers: { 'content-type': MERGE },
      body: instruction.body?.bytes ?? request.body,
    });
    assert.equal(answer.status, 200);
    thinking.settled(request.id, { status: 200, said: 'yes' });
    await until('collected', async () => (await seen(target, path)) === undefined);
    await until('its Pods are gone', async () => (await podsOf(target, namespace, 'web')).length === 0);
    await thinking.close();
    const { results } = await undoAct({ ...deps, by: 'aiko' }, act?.id ?? '', () => undefined);
    assert.deepEqual(
      results.filter(({ result }) => result === 'failed' || result === 'unknown'),
      [],
    );
    const back = await until('it runs again', async () => {
      const now = await seen(target, path);
      return now?.status?.readyReplicas === 2 ? now : undefined;
    });
    assert.equal(back?.spec?.replicas, 2);
    await close();
  }));

test('of a write whose delete never came, an undo puts the size back', () =>
  inNamespace(target, async (namespace) => {
    const { owner } = await runDeployment(target, namespace, 'web', 2);
    const path = `${paths.apps(namespace, 'deployments')}/web`;
    const { deps, journal, close } = openWay(target.cluster, policyOf('[]'));
    const thinking = requestHandler(deps);
    const request = patch(path, scalesAndDeletes);
    assert.equal((await thinking.judge(request)).do, 'forward');
    // The cluster has taken it, and its collector finds the owner by then: it stands, with no Pods.
    const scaled = { 'content-type': MERGE };
    const body = Buffer.from('{"spec":{"replicas":0}}');
    await target.cluster.request({ method: 'PATCH', path, headers: scaled, body });
    thinking.settled(request.id, { status: 200, said: 'yes' });
    await thinking.close();
    const [act] = await journal.acts();
    await undoAct({ ...deps, by: 'aiko' }, act?.id ?? '', () => undefined);
    const now = await seen(target, path);
    assert.deepEqual([now?.metadata.uid, now?.spec?.replicas], [owner.metadata.uid, 2]);
    await close();
  }));

// A kind that may stand beside any other: it strips an object of its finalizers.
const strip = {
  title: ({ target }: { target: { name: string } }) => `strip ${target.name} of its finalizers`,
  mayBe: (method: string) => method === 'PATCH',
  read: ({ body, target }: { body: Uint8Array; target: object }) =>
    Buffer.from(body).includes('"finalizers":null') ? { verb: 'strip', target, dryRun: false } : undefined,
  look: async (effect: unknown, { cluster }: { cluster: ClusterTarget['cluster'] }): Promise<Subject> => {
    const { target: at } = effect as {
      target: Parameters<typeof cluster.get>[0] & { namespace: string; name: string };
    };
    const object = (await cluster.get(at, at)) as KubeObject;
    return { kind: 'destructive', effect: effect as never, objects: [object], aims: [] };
  },
  unread: () => undefined,
} as never;

test('one that scales and strips a finalizer says both, and the rule for either holds it', () =>
  inNamespace(target, async (namespace) => {
    take = plant('strip', strip);
    await runDeployment(target, namespace, 'web', 1);
    const path = `${paths.apps(namespace, 'deployments')}/web`;
    for (const verb of ['scale', 'strip']) {
      const { deps, journal, close } = openWay(
        target.cluster,
        policyOf(`[{name: one, when: 'effect.verb == "${verb}"', then: hold}]`),
      );
      const both = { metadata: { finalizers: null }, spec: { replicas: 0 } };
      assert.equal(codeOf(await requestHandler(deps).judge(patch(path, both))), 403);
      const [hold] = deps.desk.list();
      assert.equal(hold?.decision.rule, 'one', verb);
      const title = `strip web of its finalizers, and scale deployment ${namespace}/web to 0`;
      assert.equal((await journal.acts())[0]?.title, title);
      // Alone each is what it was.
      await requestHandler(deps).judge(patch(path, { spec: { replicas: 0 } }));
      assert.equal(
        deps.desk.list().find(({ effect }) => effect.verb === 'scale')?.effect.verb,
        verb === 'scale' ? 'scale' : undefined,
      );
      await close();
    }
    assert.equal((await items(target, paths.apps(namespace, 'deployments')))[0]?.spec?.replicas, 1);
  }));

test('where one of them can’t be read, the no of a rule to the other counts, and no yes goes round it', () =>
  inNamespace(target, async (namespace) => {
    const { look } = strip as { look: typeof stripped };
    const stripped = async (...asked: unknown[]): Promise<Subject> => {
      const found = await look(...asked);
      const { target: of } = asked[0] as { target: never };
      const effect = { verb: 'not-understood' as const, why: 'it is blurred', target: of };
      return { ...found, kind: 'not-understood', effect } as Subject;
    };
    take = plant('strip', { ...(strip as object), look: stripped } as never);
    await runDeployment(target, namespace, 'web', 1);
    const path = `${paths.apps(namespace, 'deployments')}/web`;
    const both = patch(path, { metadata: { finalizers: null }, spec: { replicas: 0 } });
    const rule = `[{name: never, when: 'effect.verb == "scale"', then: deny}]`;
    for (const [policy, then] of [
      [rule, 'deny'],
      ['[]', 'hold'],
    ] as const) {
      const { deps, journal, close } = openWay(target.cluster, policyOf(policy));
      assert.equal(codeOf(await requestHandler(deps).judge(both)), 403);
      const [act] = await journal.acts();
      const [request] = await journal.requests({ actId: act?.id ?? '' });
      assert.equal(request?.decision.then, then);
      assert.equal(request?.effect.verb, 'not-understood');
      await close();
    }
  }));
