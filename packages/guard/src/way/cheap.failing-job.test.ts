import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { builtInRules } from '../policy/policy.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, inNamespace, items, paths, put, seen, until } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { judge } from './judge.ts';

let target: ClusterTarget;
before(async () => {
  // Its Pods run on until they are deleted.
  target = await openSandbox({ jobPodMs: 3_600_000 });
});
after(() => target.close());

async function runningPod(namespace: string, spec: object): Promise<KubeObject> {
  const template = {
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'm', image: 'pause' }],
    },
  };
  await put(target, `/apis/batch/v1/namespaces/${namespace}/jobs`, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'move' },
    spec: { ...spec, template },
  });
  return until('a ready Pod', async () => {
    const [pod] = await items(target, paths.pods(namespace));
    const conditions: { type: string; status: string }[] = pod?.status?.conditions ?? [];
    return conditions.some(({ type, status }) => type === 'Ready' && status === 'True') && pod;
  });
}

for (const [what, spec] of [
  ['forgives none', { backoffLimit: 0 }],
  [
    'has a rule about exit codes',
    { podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [143] } }] } },
  ],
] as const)
  test(`the Pod of a Job that ${what} is held, and promised to nobody`, () =>
    inNamespace(target, async (namespace) => {
      const { metadata } = await runningPod(namespace, spec);
      const { deps, journal, close } = openWay(target.cluster, policyOf(JSON.stringify(builtInRules)));
      const told = await judge(deps, asked('DELETE', `${paths.pods(namespace)}/${metadata.name}`));
      assert.equal(told.do, 'answer');
      const [hold] = deps.desk.list();
      assert.equal(hold?.decision.rule, 'outage');
      assert.deepEqual(
        hold?.radius.members.map(({ ref, fate, loss }) => [ref.kind, fate, loss]),
        [
          ['Pod', 'deleted', 'lost'],
          ['Job', 'stops', 'lost'],
        ],
      );
      await deps.desk.answer(hold?.code ?? '', { as: 'as-sent', by: 'ben', withoutNet: false }, 60_000);
      await judge(deps, asked('DELETE', `${paths.pods(namespace)}/${metadata.name}`));
      const [snapshot] = await journal.snapshotsOf(hold?.actId ?? '');
      assert.deepEqual(
        snapshot?.promised?.map(({ loss }) => loss),
        ['lost'],
      );
      await close();
    }));

test('the Pod of a Job that forgives one passes by its effect alone, and comes back', () =>
  inNamespace(target, async (namespace) => {
    const { metadata } = await runningPod(namespace, { backoffLimit: 1 });
    const { deps, journal, close } = openWay(target.cluster, policyOf(JSON.stringify(builtInRules)));
    const path = `${paths.pods(namespace)}/${metadata.name}`;
    assert.equal((await judge(deps, asked('DELETE', path))).do, 'forward');
    const [act] = await journal.acts();
    const [request] = await journal.requests({ actId: act?.id ?? '' });
    assert.equal(request?.decision.rule, 'replaced-pod');
    await target.https('DELETE', path);
    await until('another', async () =>
      (await items(target, paths.pods(namespace))).find((pod) => pod.metadata.uid !== metadata.uid),
    );
    assert.equal((await seen(target, `/apis/batch/v1/namespaces/${namespace}/jobs/move`))?.status?.failed, 1);
    await close();
  }));

test('a drain is not held for a Job that ignores disruptions; its Pod deleted is', () =>
  inNamespace(target, async (namespace) => {
    const rules = [
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
    ];
    // Of several at once the whole radius is looked at.
    for (const parallelism of [1, 2]) {
      const spec = { podFailurePolicy: { rules }, parallelism, completions: 2 };
      const { metadata } = await runningPod(namespace, spec);
      const { deps, close } = openWay(target.cluster, policyOf(JSON.stringify(builtInRules)));
      const path = `${paths.pods(namespace)}/${metadata.name}`;
      const eviction = {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: metadata.name, namespace },
      };
      const body = new TextEncoder().encode(JSON.stringify(eviction));
      const headers = { 'content-type': 'application/json' };
      const told = await judge(deps, asked('POST', `${path}/eviction`, { body, headers }));
      assert.equal(told.do, 'forward', `${parallelism}`);
      assert.equal((await judge(deps, asked('DELETE', path))).do, 'answer');
      await close();
      await target.https('DELETE', `/apis/batch/v1/namespaces/${namespace}/jobs/move`, {
        propagationPolicy: 'Background',
      });
      await until('gone', async () => (await items(target, paths.pods(namespace))).length === 0);
    }
  }));
