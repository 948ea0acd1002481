import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { builtInRules } from '../policy/policy.ts';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, paths, put, seen, until } from '../testing/target.ts';
import { openWay, policyOf } from '../testing/way.ts';
import { podsOf, runDeployment, runStatefulSet } from '../testing/workloads.ts';
import { judge } from './judge.ts';
import {
  collected,
  configMap,
  GHOST,
  MERGE,
  owned,
  ref,
  said,
  send,
  write,
} from './testing/writing-owners.ts';

const RULES = JSON.stringify(builtInRules);

/** Writes that leave an object to nobody who stands are held; let go, it is kept first. */
export function disownedHeldContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  test('every way of writing an owner that is not there is held as a delete, and nothing is sent', () =>
    inNamespace(target, async (namespace) => {
      const { metadata } = await configMap(target, namespace, 'cfg');
      const at = `${paths.core(namespace, 'configmaps')}/cfg`;
      const whole = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cfg', namespace } };
      const put = { ...whole, metadata: { ...whole.metadata, ...owned([GHOST]).metadata } };
      const yaml = `{apiVersion: v1, kind: ConfigMap, metadata: {name: cfg, ownerReferences: [{apiVersion: v1, kind: Node, name: ghost, uid: ${GHOST.uid}}]}}`;
      const apply = 'fieldManager=me&force=true';
      for (const [what, request] of Object.entries({
        merge: write('PATCH', at, MERGE, owned([GHOST])),
        strategic: write('PATCH', at, 'application/strategic-merge-patch+json', owned([GHOST])),
        json: write('PATCH', at, 'application/json-patch+json', [
          { op: 'add', path: '/metadata/ownerReferences', value: [GHOST] },
        ]),
        apply: write('PATCH', at, 'application/apply-patch+yaml', put, apply),
        'apply in YAML': write('PATCH', at, 'application/apply-patch+yaml', yaml, apply),
        'apply in YAML with an escape': write(
          'PATCH',
          at,
          'application/apply-patch+yaml',
          yaml.replace('ownerReferences', '"owner\\x52eferences"'),
          apply,
        ),
        put: write('PUT', at, 'application/json', put),
        'put in YAML': write('PUT', at, 'application/yaml', yaml),
        escaped: write(
          'PATCH',
          at,
          MERGE,
          JSON.stringify(owned([GHOST])).replace('ownerReferences', 'owner\\u0052eferences'),
        ),
      })) {
        const { instruction, row } = await said(target, request);
        assert.equal(instruction.do === 'answer' && instruction.status, 403, what);
        assert.equal(row?.state, 'refused', what);
        assert.equal(row?.effect.verb, 'delete', what);
        assert.deepEqual(row?.targetUids, [metadata.uid], what);
      }
      assert.deepEqual((await seen(target, at))?.metadata.ownerReferences, undefined);
    }));

  test('a dry run is one by the reading of the server alone: a query of which it reads nothing, or another part, is none', () =>
    inNamespace(target, async (namespace) => {
      await configMap(target, namespace, 'cfg');
      const at = `${paths.core(namespace, 'configmaps')}/cfg`;
      for (const query of [
        `${'&'.repeat(10_000)}dryRun=All`,
        `dryRun=All${'&'.repeat(10_000)}`,
        'a;&dryRun=All',
        'dryRun=All&b=%zz',
        'dryRun=All;',
        'dryRun=All;b',
        'dryRun=%41ll&dryRun=%ff',
      ]) {
        const { instruction } = await said(target, write('PATCH', at, MERGE, owned([GHOST]), query));
        assert.equal(instruction.do === 'answer' && instruction.status, 400, query.slice(0, 30));
      }
      const { instruction } = await said(target, write('PATCH', at, MERGE, owned([GHOST]), 'dry%52un=%41ll'));
      assert.equal(instruction.do === 'forward' && instruction.query, 'dryRun=All');
      assert.equal(
        (await send(target, write('PATCH', at, MERGE, owned([GHOST]), 'dryRun=All'), instruction)).status,
        200,
      );
      assert.deepEqual((await seen(target, at))?.metadata.ownerReferences, undefined);
    }));

  test('a Namespace, and what may lose its status only', () =>
    inNamespace(target, async (namespace) => {
      await runDeployment(target, namespace, 'web', 2);
      const patch = write('PATCH', `/api/v1/namespaces/${namespace}`, MERGE, owned([GHOST]));
      const held = await said(target, patch, RULES);
      assert.equal(held.instruction.do === 'answer' && held.instruction.status, 403);
      assert.equal(held.row?.decision.rule, 'outage');
      const status = `${paths.apps(namespace, 'deployments')}/web/status`;
      const { row } = await said(target, write('PATCH', status, MERGE, owned([GHOST])), RULES);
      assert.equal(row?.decision.rule, 'outage');
    }));

  test('an owner of another namespace, with another UID, or on its way out does not stand', () =>
    inNamespace(target, (elsewhere) =>
      inNamespace(target, async (namespace) => {
        const other = await configMap(target, elsewhere, 'owner');
        const own = await configMap(target, namespace, 'owner');
        const going = await put(target, paths.core(namespace, 'configmaps'), {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'going', finalizers: ['acme.io/slow'] },
        });
        const goingAt = `${paths.core(namespace, 'configmaps')}/going`;
        await target.https('DELETE', goingAt);
        await configMap(target, namespace, 'cfg');
        const at = `${paths.core(namespace, 'configmaps')}/cfg`;
        const unserved = { ...ref(own), apiVersion: 'acme.io/v1', kind: 'Widget' };
        for (const one of [
          { ...ref(own), uid: other.metadata.uid },
          ref({ ...other, metadata: { ...other.metadata, name: 'elsewhere' } }),
          ref(going),
          unserved,
        ]) {
          const { instruction } = await said(target, write('PATCH', at, MERGE, owned([one])));
          assert.equal(instruction.do, 'answer', JSON.stringify(one));
        }
        await target.https('PATCH', goingAt, { metadata: { finalizers: null } });
      }),
    ));

  test('it takes the object that was seen, and none that has its name since: in JSON', () =>
    inNamespace(target, async (namespace) => {
      const at = `${paths.core(namespace, 'configmaps')}/cfg`;
      const whole = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'cfg', ...owned([GHOST]).metadata },
      };
      for (const request of [
        write('PATCH', at, MERGE, `{"data":{"n":"1"},${JSON.stringify(owned([GHOST])).slice(1)}`),
        write('PATCH', at, 'application/strategic-merge-patch+json', owned([GHOST])),
        write('PUT', at, 'application/json', whole),
      ]) {
        await configMap(target, namespace, 'cfg');
        const { deps, close } = openWay(target.cluster, policyOf('[]', 'observe'));
        const instruction = await judge(deps, request);
        await close();
        await target.https('DELETE', at);
        await until('it is gone', async () => (await seen(target, at)) === undefined);
        await configMap(target, namespace, 'cfg');
        const { status } = await send(target, request, instruction);
        assert.ok(status === 409 || status === 422, `${request.method}: ${status}`);
        assert.equal((await seen(target, at))?.metadata.ownerReferences, undefined);
        await target.https('DELETE', at);
        await until('it is gone', async () => (await seen(target, at)) === undefined);
      }
    }));

  test('what the server refuses is answered in its words, without a hold', () =>
    inNamespace(target, async (namespace) => {
      await configMap(target, namespace, 'cfg');
      const at = `${paths.core(namespace, 'configmaps')}/cfg`;
      const { instruction, row } = await said(
        target,
        write('PATCH', at, MERGE, owned([{ ...GHOST, uid: '' }])),
      );
      assert.equal(instruction.do === 'answer' && instruction.status, 422);
      assert.equal(row, undefined);
    }));

  test('let go, it is kept first, goes as it came and says so; the collector then takes it with its Pods', () =>
    inNamespace(target, async (namespace) => {
      const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
      const at = `${paths.apps(namespace, 'deployments')}/web`;
      const request = write('PATCH', at, MERGE, owned([GHOST]));
      const { deps, journal, close } = openWay(target.cluster, policyOf('[]', 'observe'));
      const instruction = await judge(deps, request);
      assert.match(
        instruction.warnings.join('\n'),
        /Node ghost.* the garbage collector deletes it\ntoolcrib undo act-/,
      );
      const [act] = await journal.acts();
      const [snapshot] = await journal.snapshotsOf(act?.id ?? '');
      const kept = new Set(snapshot?.objects.map(({ metadata }) => metadata.uid));
      for (const { metadata } of [owner, ...pods]) assert.ok(kept.has(metadata.uid), metadata.name);
      await close();
      assert.equal((await send(target, request, instruction)).status, 200);
      await collected(target, at);
      await until('its Pods are gone', async () => (await podsOf(target, namespace, 'web')).length === 0);
    }));

  test('a StatefulSet whose first ordinal moves loses the Pods before it: held, also by a PUT that leaves it out', () =>
    inNamespace(target, async (namespace) => {
      await runStatefulSet(target, namespace, 'db', 2);
      const at = `${paths.apps(namespace, 'statefulsets')}/db`;
      const start = (from: number, replicas = 2) => ({ spec: { replicas, ordinals: { start: from } } });
      const held = await said(target, write('PATCH', at, MERGE, start(3)));
      assert.equal(held.instruction.do === 'answer' && held.instruction.status, 403);
      assert.match(held.row?.effect.verb === 'not-understood' ? held.row.effect.why : '', /from 0 to 3/);
      for (const same of [start(0), start(0, 3)])
        assert.equal((await said(target, write('PATCH', at, MERGE, same))).instruction.do, 'forward');
      assert.equal((await target.https('PATCH', at, start(3))).status, 200);
      const { metadata, spec } = (await seen(target, at)) ?? assert.fail('it is there');
      const body = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: metadata.name }, spec };
      const without = { ...body, spec: { ...spec, ordinals: undefined } };
      const put = await said(target, write('PUT', at, 'application/json', without));
      assert.match(put.row?.effect.verb === 'not-understood' ? put.row.effect.why : '', /from 3 to 0/);
    }));
}
