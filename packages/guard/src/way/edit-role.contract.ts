import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { builtInRules } from '../policy/policy.ts';
import { bindEdit } from '../testing/edit-role.ts';
import { type ClusterTarget, inNamespace, type OpenTarget, paths, put, until } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { runDeployment } from '../testing/workloads.ts';
import { judge } from './judge.ts';

const RULES = JSON.stringify(builtInRules);
const GROUP = 'edit-role.example.com';

/** A custom kind that ships no part of the `edit` role, as most don't. */
const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `monitors.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: 'monitors', singular: 'monitor', kind: 'Monitor', listKind: 'MonitorList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};

/** Who has the stock `edit` role works as before: what that role can't see is no reason to hold or to warn. */
export function editRoleContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
    await put(target, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', DEFINITION);
    await until('the custom kind is served', async () => {
      const { status } = await target.https('GET', `/apis/${GROUP}/v1/namespaces/default/monitors`);
      return status === 200;
    });
  });
  after(() => target.close());

  /** A way of ben's own, once his rights are in force. */
  async function openBens(namespace: string, mode: string) {
    await bindEdit(target, namespace, 'ben');
    const cluster = await target.person('ben');
    const type = { group: '', version: 'v1', resource: 'configmaps' };
    await until('rights in force', () => cluster.list(type, { namespace }).catch(() => undefined));
    return openWay(cluster, policyOf(RULES, mode));
  }

  for (const mode of ['enforce', 'warn', 'observe']) {
    test(`${mode}: a ConfigMap and an idle Deployment go, without a warning`, () =>
      inNamespace(target, async (namespace) => {
        const maps = paths.core(namespace, 'configmaps');
        await put(target, maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'conf' } });
        await runDeployment(target, namespace, 'idle', 0);
        const { deps, journal, close } = await openBens(namespace, mode);
        for (const path of [`${maps}/conf`, `${paths.apps(namespace, 'deployments')}/idle`]) {
          const went = await judge(deps, asked('DELETE', path));
          assert.equal(went.do, 'forward', `${path}: ${JSON.stringify(deps.desk.list()[0]?.radius.unseen)}`);
          assert.deepEqual(went.warnings, []);
        }
        for (const { id } of await journal.acts()) {
          const [request] = await journal.requests({ actId: id });
          const told = request?.unseen ?? [];
          assert.ok(
            told.some(({ kind }) => kind === `Monitor.${GROUP}`),
            'the journal has what was not seen',
          );
          assert.ok(
            told.every(({ unlikely }) => unlikely),
            JSON.stringify(told),
          );
        }
        await close();
      }));
  }

  test('a Deployment with Pods is held by its rule, needs no name, and can be softened', () =>
    inNamespace(target, async (namespace) => {
      await runDeployment(target, namespace, 'web', 2);
      const { deps, close } = await openBens(namespace, 'enforce');
      await judge(deps, asked('DELETE', `${paths.apps(namespace, 'deployments')}/web`));
      const [hold] = deps.desk.list();
      assert.equal(hold?.decision.rule, 'outage');
      assert.equal(hold?.radius.state, 'complete', JSON.stringify(hold?.radius.unseen));
      assert.equal(hold?.needsName, undefined);
      assert.deepEqual(hold?.decision.softening, { possible: true, how: 'orphan-first' });
      await close();
    }));

  test('who may neither read nor delete is refused by the cluster at once, in no mode with a code', () =>
    inNamespace(target, async (namespace) => {
      const maps = paths.core(namespace, 'configmaps');
      await put(target, maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'conf' } });
      for (const mode of ['enforce', 'observe']) {
        const { deps, close } = openWay(await target.person('nobody'), policyOf(RULES, mode));
        const refused = await judge(deps, asked('DELETE', `${maps}/conf`));
        assert.equal(refused.do === 'answer' && refused.status, 403);
        const text = Buffer.from(refused.do === 'answer' ? refused.body : '').toString();
        assert.match(text, /is forbidden: you may not delete configmaps/);
        assert.deepEqual(deps.desk.list(), []);
        await close();
      }
    }));
}
