import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Effect, RequestRecord, Snapshot } from '@toolcrib/model';
import { builtInRules } from '../policy/policy.ts';
import type { Instruction } from '../request.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, inNamespace, paths, seen } from '../testing/target.ts';
import { asked, openWay } from '../testing/way.ts';
import { runDeployment } from '../testing/workloads.ts';
import { planUndo } from '../undo/plan.ts';
import { kinds } from '../undo/testing/memory-cluster.ts';
import { cheapCase } from '../way/cheap.ts';
import { judge } from '../way/judge.ts';
import { no, readable } from './cautious.ts';
import { deleteIn, kindOf, unreadWhy } from './index.ts';
import type { Destructive } from './subject.ts';
import { plant } from './testing/plant.ts';

// A kind of effect that says as little as it may: its title, and how it is read.

const prune = (target: object) => ({ verb: 'prune', target, dryRun: false }) as unknown as Destructive;
const little = {
  title: () => 'prune something',
  read: ({ method, body, target }: { method: string; body: Uint8Array; target: object }) =>
    method === 'PATCH' && Buffer.from(body).includes('prune') ? prune(target) : undefined,
} as never;

let take: (() => void) | undefined;
afterEach(() => {
  take?.();
  take = undefined;
});

const WITH = (mode: string) => {
  const rules = JSON.stringify(builtInRules.map(({ name }) => name));
  return `{apiVersion: toolcrib.dev/v1alpha1, kind: GuardPolicy, spec: {clusters: [{context: prod, mode: ${mode}}], hold: {waitSeconds: 0}, disable: ${rules}, rules: []}}`;
};
const pruneOf = (namespace: string, { metadata }: KubeObject) =>
  asked('PATCH', `${paths.pods(namespace)}/${metadata.name}`, {
    headers: { 'user-agent': 'dashboard/1.0', 'content-type': 'application/merge-patch+json' },
    body: Buffer.from('{"metadata":{"annotations":{"prune":"true"}}}'),
  });
const codeOf = (instruction: Instruction) => (instruction.do === 'answer' ? instruction.status : 0);

async function onePod(namespace: string): Promise<KubeObject> {
  const { pods } = await runDeployment(target, namespace, 'web', 2);
  const pod = await seen(target, `${paths.pods(namespace)}/${pods[0]?.metadata.name}`);
  assert.ok(pod);
  return pod;
}

let target: ClusterTarget;
before(async () => {
  target = await openSandbox();
});
after(() => target.close());

describe('an effect of which nobody has said anything, on a Pod that its controller replaces', () => {
  test('is none of the cheap cases, although a delete of the same Pod is', () =>
    inNamespace(target, async (namespace) => {
      const pod = await onePod(namespace);
      const { deps, close } = openWay(target.cluster, WITH('enforce'));
      const at = { requestId: 'r', alone: true, cluster: target.cluster, person: 'aiko', ...deps };
      const type = { group: '', version: 'v1', resource: 'pods', namespace, name: pod.metadata.name };
      const deleted: Effect = { verb: 'delete', target: type, options: {}, dryRun: false };
      assert.equal(await cheapCase(prune(type), [pod], at), undefined);
      assert.equal((await cheapCase(deleted, [pod], at))?.why, 'replaced-pod');
      await close();
    }));

  test('is held in enforce without any rule, and nothing is sent', () =>
    inNamespace(target, async (namespace) => {
      take = plant('prune', little);
      const pod = await onePod(namespace);
      const { deps, close } = openWay(target.cluster, WITH('enforce'));
      assert.equal(codeOf(await judge(deps, pruneOf(namespace, pod))), 403);
      const [hold] = deps.desk.list();
      assert.equal(hold?.decision.rule, 'not-understood');
      assert.match(hold?.decision.reason ?? '', /nothing says what a request to prune takes/);
      assert.equal(hold?.decision.softening?.possible, false);
      // The worst that could come of it, and the Pod is no more than one of those.
      assert.deepEqual(
        hold?.radius.members.map(({ ref, fate }) => [ref.name, fate]),
        [[pod.metadata.name, 'deleted']],
      );
      await close();
    }));

  test('is kept before it goes, in observe too', () =>
    inNamespace(target, async (namespace) => {
      take = plant('prune', little);
      const pod = await onePod(namespace);
      const { deps, journal, close } = openWay(target.cluster, WITH('observe'));
      assert.equal((await judge(deps, pruneOf(namespace, pod))).do, 'forward');
      const [act] = await journal.acts();
      const [record] = await journal.requests({ actId: act?.id ?? '' });
      const snapshot = await journal.snapshot(record?.snapshotId ?? '');
      assert.deepEqual(
        snapshot?.objects.map(({ metadata }) => metadata.uid),
        [pod.metadata.uid],
      );
      assert.equal(record?.decision.wouldBe, 'hold');
      await close();
    }));

  test('is held although it says what it is aimed at, and is not sent where its record can not be stored', () =>
    inNamespace(target, async (namespace) => {
      const pod = await onePod(namespace);
      const look = async (effect: Destructive) => ({ kind: 'destructive', effect, objects: [pod], aims: [] });
      take = plant('prune', { ...(little as object), look } as never);
      for (const mode of ['enforce', 'observe']) {
        const { deps, close } = openWay(target.cluster, WITH(mode));
        assert.equal(codeOf(await judge(deps, pruneOf(namespace, pod))), 403, mode);
        const [hold] = deps.desk.list();
        assert.equal(hold?.decision.rule, mode === 'enforce' ? 'not-understood' : 'not-kept', mode);
        await close();
      }
      const now = await seen(target, `${paths.pods(namespace)}/${pod.metadata.name}`);
      assert.equal(now?.metadata.annotations?.prune, undefined);
    }));
});

describe('the undo of an effect of which nobody has said anything', () => {
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', namespace: 'shop', uid: 'u1' },
  };
  const record = {
    id: 'r',
    actId: 'a',
    at: 1,
    method: 'PATCH',
    path: '/api/v1/namespaces/shop/pods/a',
    effect: prune({ group: '', version: 'v1', resource: 'pods', namespace: 'shop', name: 'a' }),
    decision: { then: 'allow', rule: 'x', reason: 'y' },
    state: 'answered',
    status: 200,
    targetUids: ['u1'],
  } as RequestRecord;
  const snapshots: Snapshot[] = [
    { id: 's', actId: 'a', requestId: 'r', takenAt: 1, context: '', objects: [pod] },
  ];
  const saidOf = (now: KubeObject | null, one = record) =>
    planUndo(snapshots, [], { kinds, at: { '/Pod/shop/a': now }, unreadable: {}, marked: [] }, [
      one,
    ]).steps.map((step) => (step.do === 'none' ? step.result.result : step.do));

  test('says that it is not known whether all of it is back, gone or standing', () => {
    assert.ok(saidOf(null).includes('unknown'));
    assert.ok(saidOf(pod).includes('unknown'));
    // A status tells nothing either: who knows what was done before it failed.
    assert.ok(saidOf(pod, { ...record, status: 409 }).includes('unknown'));
  });

  test('says nothing of the kind where it never left', () => {
    assert.deepEqual(saidOf(pod, { ...record, state: 'refused' }), ['unchanged']);
  });
});

test('whatever such an effect does not say is the cautious answer', () => {
  const target = { group: '', version: 'v1', resource: 'pods', namespace: 'shop', name: 'a' };
  const effect = prune(target) as Effect;
  const kind = kindOf(effect);
  assert.equal(kind.title(effect), 'prune pod shop/a');
  assert.equal(kind.typed(effect, ' (+ 1 more)'), 'prune pods/a -n shop (+ 1 more)');
  assert.match(kind.asSentWhy(effect, 1), /nothing is known that would come to the same/);
  assert.deepEqual([kind.pinned(effect, asked('PATCH', '/x'), undefined), kind.facts(effect)], [{}, {}]);
  assert.match(unreadWhy(effect) ?? '', /prune/);
  assert.equal(deleteIn(effect), undefined);
  assert.equal(kind.cheap, undefined);
  assert.equal(kind.likeness, undefined);
  assert.equal(kind.asDryRun, undefined);
  assert.equal(kind.became, undefined);
  assert.equal(kind.refusedBy(403), false);
  assert.equal(kind.targets, 'unknown');
  assert.equal(kind.undo, 'unknown');
  assert.equal(kind.sideBySide, false);
  assert.equal(kind.oneByOne, false);
  assert.equal(kind.helmSends, true);
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'a', uid: 'u1' };
  assert.deepEqual(kind.aim(effect, ref)?.effect, {
    does: 'delete',
    options: { propagationPolicy: 'Background' },
  });
  // A name that every object has is no kind.
  assert.equal(kindOf({ ...effect, verb: 'toString' } as never).undo, 'unknown');
  const record = { group: '', version: 'v1', resource: 'secrets', name: 'sh.helm.release.v1.web.v3' };
  assert.equal(kindOf(effect).beginsUninstall(prune(record) as Effect), true);
  assert.equal(kindOf(effect).beginsUninstall(effect), false);
  assert.equal(kindOf(effect).beginsUninstall({ verb: 'prune' } as never), false);
});

test('a kind that is known for certain says so in as many words', () => {
  assert.equal(no(), false);
  assert.equal(readable(), undefined);
});
