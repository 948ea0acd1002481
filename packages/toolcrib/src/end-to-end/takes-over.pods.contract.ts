import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClusterTarget, OpenTarget } from '@toolcrib/guard/testing/target.ts';
import { inNamespace, paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import { asked } from '@toolcrib/guard/testing/way.ts';
import { podsOf, runReplicaSet, uidsOf } from '@toolcrib/guard/testing/workloads.ts';
import { carriedOut, isHeld, JSON_TYPE, left, RULES, running, said, send } from '../testing/taken-over.ts';

const APPLY = 'application/apply-patch+yaml';
const FORCED = 'fieldManager=me&force=true';

/** Which Pods are taken over, which go, and what an undo makes of it. */
export function takesOverPodsContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  test('for no Pods, after a delete that left them: an outage, in whatever form it is sent, and nothing is sent', () =>
    inNamespace(target, async (namespace) => {
      const { pods, again, path, at } = await left(target, namespace, 'deployments');
      const none = again(0);
      const yaml = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 0, selector: {matchLabels: {app: web}}, template: ${JSON.stringify(none.spec.template)}}}`;
      for (const [what, request] of Object.entries({
        create: send('POST', path, none),
        'create in YAML': send('POST', path, yaml, 'application/yaml'),
        'without a type': asked('POST', path, { body: Buffer.from(JSON.stringify(none)) }),
        'a field twice': send(
          'POST',
          path,
          JSON.stringify(none).replace('"replicas":0', '"replicas":3,"replicas":0'),
        ),
        apply: send('PATCH', at, none, APPLY, FORCED),
        'apply in YAML': send('PATCH', at, yaml, APPLY, FORCED),
      })) {
        const { instruction, row, act, hold } = await said(target, request, RULES);
        assert.equal(instruction.do === 'answer' && instruction.status, 403, what);
        assert.equal(row?.decision.rule, 'outage', what);
        assert.equal(row?.effect.verb === 'scale' && row.effect.was, 3, what);
        assert.match(act?.title ?? '', /^create deployment .*web with 0 of 3 Pods$/);
        const shown = hold?.radius.members.filter(({ fate }) => fate === 'deleted') ?? [];
        assert.deepEqual(shown.map(({ ref }) => ref.uid).sort(), uidsOf(pods), what);
        assert.ok(shown.every(({ loss }) => loss === 'restorable'));
      }
      assert.equal(await seen(target, at), undefined);
      assert.deepEqual(uidsOf(await podsOf(target, namespace, 'web')), uidsOf(pods));
    }));

  for (const resource of ['deployments', 'replicasets', 'statefulsets'] as const)
    test(`${resource}: kept before it goes, deleted by the cluster as it was told, and undone`, () =>
      inNamespace(target, async (namespace) => {
        const { pods, again, path, at } = await left(target, namespace, resource);
        const { instruction, kept, undo, close } = await carriedOut(target, send('POST', path, again(0)));
        assert.match(
          instruction.warnings.join('\n'),
          /takes over 3 Pods that run without a workload, and deletes all of them\ntoolcrib undo act-/,
        );
        assert.deepEqual(kept, uidsOf(pods));
        await running(target, namespace, 0);
        const { results } = await undo();
        assert.deepEqual(
          results.filter(({ result }) => result !== 'done' && result !== 'skipped'),
          [],
        );
        const back = await running(target, namespace, 3);
        assert.equal((await seen(target, at))?.spec?.replicas, 3);
        if (resource === 'statefulsets')
          assert.deepEqual(
            back.map(({ metadata }) => metadata.name),
            pods.map(({ metadata }) => metadata.name),
          );
        await close();
      }));

  test('what is as large as what it takes over, or takes over nothing, is no act', () =>
    inNamespace(target, async (namespace) => {
      const { again, path } = await left(target, namespace, 'deployments', 2);
      const other = again(0, 'other');
      other.spec = { ...other.spec, selector: { matchLabels: { app: 'other' } } };
      other.spec.template = { ...other.spec.template, metadata: { labels: { app: 'other' } } };
      const elsewhere = path.replace(namespace, 'default');
      for (const [what, request] of Object.entries({
        'as large': send('POST', path, again(2)),
        larger: send('POST', path, again(5)),
        'other Pods': send('POST', path, other),
        'another namespace': send('POST', elsewhere, again(0)),
        'a dry run': send('POST', path, again(0), JSON_TYPE, 'dryRun=All'),
      })) {
        const { instruction, act } = await said(target, request);
        assert.equal(instruction.do, 'forward', what);
        assert.deepEqual(instruction.warnings, [], what);
        assert.equal(act, undefined, what);
      }
    }));

  test('Pods that have a workload, or another name than a set gives, are taken over by nobody', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runReplicaSet(target, namespace, 'web', 2);
      const small = (kind: string) => ({
        apiVersion: 'apps/v1',
        kind,
        metadata: { name: 'small' },
        spec: { ...owner.spec, replicas: 0, ...(kind === 'StatefulSet' ? { serviceName: 'small' } : {}) },
      });
      const at = (resource: string) => paths.apps(namespace, resource);
      assert.equal(
        (await said(target, send('POST', at('replicasets'), small('ReplicaSet')))).instruction.do,
        'forward',
      );
      await target.https('DELETE', `${at('replicasets')}/web?propagationPolicy=Orphan`);
      await until('its Pods are nobody’s', async () =>
        (await podsOf(target, namespace, 'web')).every(({ metadata }) => !metadata.ownerReferences?.length),
      );
      const sets = send('POST', at('statefulsets'), small('StatefulSet'));
      assert.equal((await said(target, sets)).instruction.do, 'forward');
      assert.ok(isHeld(await said(target, send('POST', at('replicasets'), small('ReplicaSet')))));
    }));

  test('of Pods that are taken over singly each is kept, since it is a guess which of them go', () =>
    inNamespace(target, async (namespace) => {
      const { pods, again, path } = await left(target, namespace, 'replicasets');
      const { kept, undo, close } = await carriedOut(target, send('POST', path, again(2)));
      assert.deepEqual(kept, uidsOf(pods));
      await running(target, namespace, 2);
      const { results } = await undo();
      assert.deepEqual(results.map(({ result }) => result).sort(), [
        'done',
        'skipped',
        'unchanged',
        'unchanged',
      ]);
      await running(target, namespace, 3);
      await close();
    }));

  test('a Pod that its template does not make is lost, and said to be', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await left(target, namespace, 'replicasets', 1);
      await put(target, paths.pods(namespace), {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'debug', labels: { app: 'web' } },
        spec: { containers: [{ name: 'debug', image: 'registry.k8s.io/pause:3.9' }] },
      });
      await running(target, namespace, 2);
      const none = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web' } };
      const request = send('POST', paths.apps(namespace, 'replicasets'), {
        ...none,
        spec: { ...owner.spec, replicas: 0 },
      });
      const { hold } = await said(target, request);
      const losses = hold?.radius.members.filter(({ ref }) => ref.kind === 'Pod').map(({ loss }) => loss);
      assert.deepEqual(losses?.sort(), ['lost', 'restorable']);
    }));
}
