import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { grant } from '@toolcrib/guard/testing/grant.ts';
import type { ClusterTarget, OpenTarget } from '@toolcrib/guard/testing/target.ts';
import { inNamespace, items, paths, until } from '@toolcrib/guard/testing/target.ts';
import { openWay, policyOf } from '@toolcrib/guard/testing/way.ts';
import { runReplicaSet } from '@toolcrib/guard/testing/workloads.ts';
import { judge } from '@toolcrib/guard/way/judge';
import { isHeld, left, RULES, said, send } from '../testing/taken-over.ts';

/** What it costs to look, and what is said where it can not be looked at. */
export function takesOverLooksContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  test('an ordinary create costs one LIST of metadata, a Deployment’s two', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runReplicaSet(target, namespace, 'other', 1);
      const calls: string[] = [];
      const counting = new Proxy(target.cluster, {
        get(of, name) {
          const found = of[name as keyof typeof of];
          if (typeof found !== 'function') return found;
          return (...all: unknown[]) => {
            const query = name === 'list' ? (all[1] as { metadata?: boolean; labelSelector?: string }) : {};
            calls.push(
              `${String(name)}${query.metadata ? ' metadata' : ''}${query.labelSelector ? ' by label' : ''}`,
            );
            return (found as (...args: unknown[]) => unknown).apply(of, all);
          };
        },
      });
      for (const [resource, kind, lists] of [
        ['deployments', 'Deployment', 2],
        ['replicasets', 'ReplicaSet', 1],
      ] as const) {
        const spec = { ...owner.spec, selector: { matchLabels: { app: 'web' } } };
        spec.template = { ...spec.template, metadata: { labels: { app: 'web' } } };
        const body = { apiVersion: 'apps/v1', kind, metadata: { name: 'web' }, spec };
        const { instruction } = await said(
          target,
          send('POST', paths.apps(namespace, resource), body),
          RULES,
          counting,
        );
        assert.equal(instruction.do, 'forward');
        assert.deepEqual(calls.splice(0), Array(lists).fill('list metadata by label'), kind);
      }
    }));

  test('who may not list what stands there deploys all the same, and is told; for no Pods it is held', () =>
    inNamespace(target, async (namespace) => {
      const { again, path } = await left(target, namespace, 'deployments', 2);
      const robot = `robot-${namespace}`;
      await grant(target, namespace, robot, [
        { apiGroups: ['apps'], resources: ['deployments'], verbs: ['create', 'get', 'patch'] },
      ]);
      const cluster = await target.person(robot);
      const one = await until('the grant counts', async () => {
        const found = await said(target, send('POST', path, again(1)), RULES, cluster);
        return found.instruction.do === 'forward' && found;
      });
      assert.match(one.instruction.warnings.join(), /could not be looked at/);
      const none = await said(target, send('POST', path, again(0)), RULES, cluster);
      assert.ok(isHeld(none));
      assert.equal(none.row?.decision.rule, 'not-understood');
      const { deps, close } = openWay(cluster, policyOf(RULES, 'observe'));
      const passed = await judge(deps, send('POST', path, again(0)));
      await close();
      assert.equal(passed.do, 'forward');
      assert.match(passed.warnings.join(), /could not see all that this may take: Pod\./);
    }));

  test('a look that fails is no "nothing"', () =>
    inNamespace(target, async (namespace) => {
      const { again, path } = await left(target, namespace, 'replicasets', 2);
      const failing = new Proxy(target.cluster, {
        get(of, name) {
          const found = of[name as keyof typeof of];
          if (name === 'list') return () => of.list({ group: 'acme.io', version: 'v1', resource: 'none' });
          return typeof found === 'function' ? found.bind(of) : found;
        },
      });
      const { instruction, row } = await said(target, send('POST', path, again(1)), RULES, failing);
      assert.equal(instruction.do === 'answer' && instruction.status, 403);
      assert.equal(row?.decision.rule, 'not-understood');
    }));

  test('what the server refuses is answered in its words, without a hold', () =>
    inNamespace(target, async (namespace) => {
      const { again, path } = await left(target, namespace, 'replicasets', 1);
      const bad = again(0);
      bad.spec = { ...bad.spec, template: undefined };
      const { instruction, row } = await said(target, send('POST', path, bad));
      assert.equal(instruction.do === 'answer' && instruction.status, 422);
      assert.equal(row, undefined);
      assert.equal((await items(target, path)).length, 0);
    }));
}
