import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chart } from '@toolcrib/guard/testing/chart.ts';
import { inNamespace, paths, seen } from '@toolcrib/guard/testing/target.ts';
import { realClients } from '@toolcrib/sandbox';
import { type OpenGuarded, openStage, type Stage } from '../testing/stage.ts';

const MAPS = `apiVersion: v1
kind: ConfigMap
metadata: {name: one}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two}
`;
const EVENTS = ['pre-delete', 'post-delete'];

/** A Job for each event. Its Pod ends as the sandbox and the testbed are told to end it. */
function hook(event: string, policy: string | undefined, exitCode: number): string {
  const ends = `testbed.toolcrib.dev/exit-code: "${exitCode}", sandbox.toolcrib.dev/exit-code: "${exitCode}"`;
  return `---
apiVersion: batch/v1
kind: Job
metadata:
  name: ${event}
  annotations:
    helm.sh/hook: ${event}
${policy === undefined ? '' : `    helm.sh/hook-delete-policy: ${policy}\n`}spec:
  backoffLimit: 0
  template:
    metadata: {annotations: {${ends}}}
    spec: {restartPolicy: Never, containers: [{name: main, image: registry.k8s.io/pause:3.10}]}
`;
}

/**
 * An uninstall of a release with hooks is asked once, before its first hook runs; the yes is for all that it writes into its
 * record, and none of its hooks runs without one. With the real helm.
 * @param helms further helm binaries, beside the one that the tests carry
 */
export function helmHooksContract(open: OpenGuarded, helms: Record<string, string> = {}): void {
  let stage: Stage;
  before(async () => {
    const rules = [{ name: 'releases', when: 'effect.resource == "releases"', then: 'hold' }];
    stage = await openStage(open, { rules });
  });
  after(() => stage?.close());

  const record = (namespace: string) => `${paths.core(namespace, 'secrets')}/sh.helm.release.v1.web.v1`;
  const standing = async (namespace: string): Promise<string[]> => {
    const found = [];
    for (const name of ['one', 'two'])
      if (await seen(stage.target, `${paths.core(namespace, 'configmaps')}/${name}`)) found.push(name);
    return found;
  };
  const ran = async (namespace: string): Promise<string[]> => {
    const jobs = await Promise.all(
      EVENTS.map(async (event) =>
        (await seen(stage.target, `/apis/batch/v1/namespaces/${namespace}/jobs/${event}`)) ? [event] : [],
      ),
    );
    return jobs.flat();
  };
  const statusOf = async (namespace: string) =>
    (await seen(stage.target, record(namespace)))?.metadata.labels?.status;

  for (const name of ['helm', ...Object.keys(helms)]) {
    const helmIn = async (namespace: string, context: string, ...args: string[]) =>
      stage.home.launch(helms[name] ?? (await realClients()).helm, [...args, '-n', namespace], {
        kubeconfig: stage.guard.kubeconfig(context),
      }).done;
    const uninstall = (namespace: string, ...args: string[]) =>
      helmIn(namespace, 'enforce', 'uninstall', 'web', '--timeout', '60s', ...args);
    const install = async (namespace: string, hooks: string) => {
      const folder = chart(stage.home.folder, `${namespace}-web`, MAPS);
      writeFileSync(join(folder, 'templates', 'hooks.yaml'), hooks);
      const said = await helmIn(namespace, 'observe', 'install', 'web', folder);
      assert.equal(said.code, 0, said.stderr);
    };
    /** Its first try: asked once, and nothing has happened. */
    const askedFirst = async (namespace: string, ...args: string[]) => {
      const refused = await uninstall(namespace, ...args);
      assert.equal(refused.code, 1, refused.stdout);
      const [hold, ...more] = (await stage.holds(namespace)).filter(({ state }) => state === 'open');
      assert.ok(hold, refused.stderr);
      assert.deepEqual(more, [], 'one question');
      assert.match(refused.stderr, new RegExp(`${hold.code} HELD by toolcrib: `));
      assert.deepEqual(await standing(namespace), ['one', 'two']);
      return hold;
    };

    describe(`${name}, a release with hooks`, () => {
      const policies = [
        undefined,
        'hook-succeeded',
        'hook-failed',
        'before-hook-creation',
        'before-hook-creation,hook-succeeded,hook-failed',
      ];
      const flags = [[], ['--wait'], ['--keep-history'], ['--wait', '--keep-history'], []];
      for (const [n, policy] of policies.entries()) {
        const args = flags[n] ?? [];
        const how = `policy ${policy ?? 'not said'}${args.length > 0 ? `, ${args.join(' ')}` : ''}`;
        test(`${how}: one question before a hook runs, and one yes for all of it`, () =>
          inNamespace(stage.target, async (namespace) => {
            await install(namespace, EVENTS.map((event) => hook(event, policy, 0)).join(''));
            const hold = await askedFirst(namespace, ...args);
            assert.deepEqual(await ran(namespace), [], 'no hook has run');
            assert.equal(await statusOf(namespace), 'deployed');
            await stage.approve(hold, 'as-sent');
            const done = await uninstall(namespace, ...args);
            assert.equal(done.code, 0, done.stderr);
            assert.doesNotMatch(done.stderr, /(by toolcrib:|toolcrib refused)/);
            assert.deepEqual(await standing(namespace), []);
            assert.equal(
              await statusOf(namespace),
              args.includes('--keep-history') ? 'uninstalled' : undefined,
            );
            const stay = policy?.includes('hook-succeeded') ? [] : EVENTS;
            assert.deepEqual(await ran(namespace), stay, 'each hook has run');
            assert.equal((await stage.holds(namespace)).length, 1, 'nothing of it was asked again');
            const undone = await stage.home.cli('undo', hold.actId);
            assert.equal(undone.code, 0, undone.stdout + undone.stderr);
            assert.deepEqual(await standing(namespace), ['one', 'two']);
            assert.equal(await statusOf(namespace), 'deployed');
          }));
      }

      test('a hook that fails: helm stops there; typed again it is another act, and asked for', () =>
        inNamespace(stage.target, async (namespace) => {
          await install(namespace, hook('pre-delete', 'hook-failed', 1));
          const hold = await askedFirst(namespace);
          await stage.approve(hold, 'as-sent');
          const failed = await uninstall(namespace);
          assert.equal(failed.code, 1);
          assert.match(failed.stderr, /BackoffLimitExceeded|Job Failed/);
          assert.doesNotMatch(failed.stderr, /(by toolcrib:|toolcrib refused)/);
          assert.deepEqual(await standing(namespace), ['one', 'two']);
          const again = await askedFirst(namespace, '--no-hooks');
          assert.notEqual(again.code, hold.code);
          await stage.approve(again, 'as-sent');
          assert.equal((await uninstall(namespace, '--no-hooks')).code, 0);
          assert.deepEqual(await standing(namespace), []);
        }));

      test('said no to: no hook runs, also not by a second try', () =>
        inNamespace(stage.target, async (namespace) => {
          await install(namespace, hook('pre-delete', undefined, 0));
          const hold = await askedFirst(namespace);
          await stage.guard.api.answer(hold.code, { as: 'denied' });
          await askedFirst(namespace);
          assert.deepEqual(await ran(namespace), []);
          assert.equal(await statusOf(namespace), 'deployed');
        }));

      test('a hook of an earlier uninstall still stands, which helm deletes first', () =>
        inNamespace(stage.target, async (namespace) => {
          const hooks = EVENTS.map((event) => hook(event, undefined, 0)).join('');
          await install(namespace, hooks);
          const first = await askedFirst(namespace);
          await stage.approve(first, 'as-sent');
          assert.equal((await uninstall(namespace)).code, 0);
          assert.deepEqual(await ran(namespace), EVENTS);
          await install(namespace, hooks);
          const hold = await askedFirst(namespace);
          await stage.approve(hold, 'as-sent');
          const done = await uninstall(namespace);
          assert.equal(done.code, 0, done.stderr);
          assert.deepEqual(await standing(namespace), []);
          assert.deepEqual(await ran(namespace), EVENTS);
          assert.equal((await stage.holds(namespace)).length, 2);
        }));
    });
  }
}
