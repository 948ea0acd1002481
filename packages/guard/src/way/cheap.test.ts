import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Cluster, Journal, RequestRecord } from '@toolcrib/model';
import { builtInRules } from '../policy/policy.ts';
import type { Instruction } from '../request.ts';
import { grant } from '../testing/grant.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, inNamespace, paths, put, seen, until } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { runDeployment } from '../testing/workloads.ts';
import { judge } from './judge.ts';

let target: ClusterTarget;
before(async () => {
  target = await openSandbox();
});
after(() => target.close());

const RULES = JSON.stringify(builtInRules);
const codeOf = (instruction: Instruction): number =>
  instruction.do === 'answer' ? instruction.status : Number.NaN;

/** A claim of its own for a Pod, bound to a volume that goes with it. */
async function ownedClaim(namespace: string, pod: KubeObject): Promise<KubeObject> {
  const { name, uid } = pod.metadata;
  const at = paths.claims(namespace);
  await put(target, at, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: `${name}-scratch`, ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid }] },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  return until('bound', async () => {
    const claim = await seen(target, `${at}/${name}-scratch`);
    return claim?.status?.phase === 'Bound' && claim;
  });
}

async function finishedPod(namespace: string, name: string): Promise<KubeObject> {
  await put(target, paths.pods(namespace), {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'a' }] },
  });
  const status = { status: { phase: 'Succeeded' } };
  return (await target.https('PATCH', `${paths.pods(namespace)}/${name}/status`, status)).body;
}

const evict = (namespace: string, { metadata }: KubeObject) =>
  asked('POST', `${paths.pods(namespace)}/${metadata.name}/eviction`, {
    body: Buffer.from(JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata })),
  });

async function firstRequest(journal: Journal): Promise<RequestRecord | undefined> {
  const [act] = await journal.acts();
  return (await journal.requests({ actId: act?.id ?? '' }))[0];
}

/** The same cluster, and how many calls went to it. */
function counting(cluster: Cluster): { cluster: Cluster; calls: string[] } {
  const calls: string[] = [];
  const counted = new Proxy(cluster, {
    get(real, name) {
      const value = Reflect.get(real, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (['get', 'list', 'request'].includes(String(name))) calls.push(String(name));
        return Reflect.apply(value, real, args);
      };
    },
  });
  return { cluster: counted, calls };
}

const cases: [string, (namespace: string) => Promise<KubeObject>, 'delete' | 'evict'][] = [
  ['a finished Pod', (namespace) => finishedPod(namespace, 'job'), 'delete'],
  ['a replaced Pod', async (namespace) => firstPod(namespace), 'delete'],
  ['an eviction', async (namespace) => firstPod(namespace), 'evict'],
];
async function firstPod(namespace: string): Promise<KubeObject> {
  const { pods } = await runDeployment(target, namespace, 'web', 2);
  return pods[0] as KubeObject;
}

for (const [what, make, verb] of cases) {
  test(`${what} with a claim of its own: held for its data, and kept with it once approved`, () =>
    inNamespace(target, async (namespace) => {
      const pod = await make(namespace);
      const claim = await ownedClaim(namespace, pod);
      const { deps, journal, close } = openWay(target.cluster, policyOf(RULES));
      const path = `${paths.pods(namespace)}/${pod.metadata.name}`;
      const request = () => (verb === 'evict' ? evict(namespace, pod) : asked('DELETE', path));
      const held = await judge(deps, request());
      assert.equal(codeOf(held), 403);
      const [hold] = deps.desk.list();
      assert.equal(hold?.decision.rule, 'data-loss');
      await deps.desk.answer(hold?.code ?? '', { as: 'as-sent', by: 'aiko', withoutNet: false }, 60_000);
      assert.equal((await judge(deps, request())).do, 'forward');
      const [snapshot] = await journal.snapshotsOf(hold?.actId ?? '');
      const kept = snapshot?.objects.map(({ metadata }) => metadata.name) ?? [];
      for (const name of [pod.metadata.name, claim.metadata.name, claim.spec?.volumeName])
        assert.ok(kept.includes(name), `${name} of ${kept}`);
      await close();
    }));

  test(`${what} that owns nothing passes at once`, () =>
    inNamespace(target, async (namespace) => {
      const pod = await make(namespace);
      const { deps, journal, close } = openWay(target.cluster, policyOf(RULES));
      const path = `${paths.pods(namespace)}/${pod.metadata.name}`;
      const request = verb === 'evict' ? evict(namespace, pod) : asked('DELETE', path);
      assert.equal((await judge(deps, request)).do, 'forward');
      const stored = await firstRequest(journal);
      assert.match(stored?.decision.rule ?? '', /^(finished-pod|replaced-pod|eviction-within-budget)$/);
      assert.equal(stored?.unseen, undefined);
      await close();
    }));
}

test('twenty evictions side by side look once', () =>
  inNamespace(target, async (namespace) => {
    const { pods } = await runDeployment(target, namespace, 'web', 20);
    const { cluster, calls } = counting(target.cluster);
    const { deps, close } = openWay(cluster, policyOf(RULES));
    const answers = await Promise.all(pods.map((pod) => judge(deps, evict(namespace, pod))));
    assert.ok(answers.every((answer) => answer.do === 'forward'));
    assert.equal(calls.filter((call) => call === 'list').length, 5);
    // The Pod itself, and its controller.
    assert.equal(calls.length, 5 + 2 * 20);
    await close();
  }));

test('a Pod that came after the look is looked at anew', () =>
  inNamespace(target, async (namespace) => {
    const { deps, close } = openWay(target.cluster, policyOf(RULES));
    const remove = (pod: KubeObject) =>
      judge(deps, asked('DELETE', `${paths.pods(namespace)}/${pod.metadata.name}`));
    assert.equal((await remove(await finishedPod(namespace, 'one'))).do, 'forward');
    const later = await finishedPod(namespace, 'two');
    await ownedClaim(namespace, later);
    assert.equal(codeOf(await remove(later)), 403);
    await close();
  }));

for (const [what, rights, expected] of [
  ['claims', ['pods', 'services', 'configmaps', 'secrets'], 'held'],
  ['Secrets', ['pods', 'services', 'configmaps', 'persistentvolumeclaims'], 'passed'],
] as const) {
  test(`by somebody who may not list ${what}: ${expected}`, () =>
    inNamespace(target, async (namespace) => {
      const pod = await firstPod(namespace);
      const person = `cho-${what.toLowerCase()}`;
      await grant(target, namespace, person, [
        { apiGroups: ['', 'apps'], resources: ['pods', 'replicasets'], verbs: ['get', 'delete'] },
        { apiGroups: [''], resources: rights, verbs: ['list'] },
      ]);
      const { deps, journal, close } = openWay(await target.person(person), policyOf(RULES));
      const path = `${paths.pods(namespace)}/${pod.metadata.name}`;
      const instruction = await judge(deps, asked('DELETE', path));
      assert.equal(instruction.do === 'forward' ? 'passed' : 'held', expected);
      const stored = await firstRequest(journal);
      if (expected === 'passed') {
        assert.equal(stored?.decision.rule, 'replaced-pod');
        assert.deepEqual(
          stored?.unseen?.map(({ kind, unlikely }) => [kind, unlikely]),
          [['Secret', true]],
        );
        assert.deepEqual(instruction.warnings, []);
      } else assert.equal(stored?.decision.rule, 'not-understood');
      await close();
    }));
}
