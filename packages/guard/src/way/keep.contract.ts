import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { type Journal, ToolcribError } from '@toolcrib/model';
import type { Instruction } from '../request.ts';
import { type ClusterTarget, type OpenTarget, put } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { judge } from './judge.ts';
import { onTheWay } from './on-the-way.ts';
import { recover } from './recover.ts';

/** Law 1, over this target: nothing is destroyed before it is kept. */
export function keepFirstContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  const AT = '/api/v1/namespaces/default/configmaps';
  const configMap = (name: string): Promise<KubeObject> =>
    put(target, AT, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
  const aMoment = () => new Promise((resolve) => setTimeout(resolve, 300));
  const bodyOf = (instruction: Instruction) =>
    JSON.parse(Buffer.from((instruction.do === 'answer' ? instruction.body : undefined) ?? '{}').toString());

  for (const mode of ['enforce', 'warn', 'observe']) {
    test(`${mode}: a delete goes on only once its snapshot is durable`, async () => {
      const object = await configMap(`gate-${mode}`);
      let open: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        open = resolve;
      });
      let reached: () => void = () => undefined;
      const atTheGate = new Promise<void>((resolve) => {
        reached = resolve;
      });
      const slow = (journal: Journal): Journal => ({
        ...journal,
        async keep(snapshot, request) {
          reached();
          await gate;
          await journal.keep(snapshot, request);
        },
      });
      const { deps, journal, close } = openWay(target.cluster, policyOf('[]', mode), slow);
      let instruction: Instruction | undefined;
      const request = asked('DELETE', `${AT}/gate-${mode}`);
      const judged = judge(deps, request).then((now) => {
        instruction = now;
      });
      await atTheGate;
      await aMoment();
      assert.equal(instruction, undefined, 'it was let go while its snapshot was still being written');
      open();
      await judged;
      assert.equal((instruction as Instruction | undefined)?.do, 'forward');
      const [snapshot] = await journal.snapshotsOf((await journal.acts())[0]?.id ?? '');
      assert.deepEqual(snapshot?.objects, [object]);
      await close();
    });

    test(`${mode}: what can't be kept is refused, and its code lets it go only with its name`, async () => {
      await configMap(`full-${mode}`);
      const full = (journal: Journal): Journal => ({
        ...journal,
        keep: () => Promise.reject(new ToolcribError('journal', 'the disk is full.')),
      });
      const { deps, close } = openWay(target.cluster, policyOf('[]', mode), full);
      const request = () => asked('DELETE', `${AT}/full-${mode}`);
      const refused = await judge(deps, request());
      assert.equal(refused.do === 'answer' && refused.status, 403);
      assert.match(bodyOf(refused).message, /could not be kept \(the disk is full\)/);
      const code = bodyOf(refused).details.causes[0].message;
      assert.equal(deps.desk.get(code)?.needsName, `full-${mode}`);
      await deps.desk.answer(code, { as: 'as-sent', by: 'aiko', withoutNet: true }, 60_000);
      const gone = await judge(deps, request());
      assert.equal(gone.do, 'forward');
      assert.match(gone.warnings.join(), /without a net/);
      assert.equal((await judge(deps, request())).do, 'answer', 'it was a pass for once');
      await close();
    });
  }

  test('harmless writes pass while the journal is down', async () => {
    const apiVersion = 'apps/v1';
    const at = '/apis/apps/v1/namespaces/default/deployments';
    await put(target, at, {
      apiVersion,
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'b' }] } },
      },
    });
    const broken = () => Promise.reject(new ToolcribError('journal', 'it is away'));
    const down = (journal: Journal): Journal =>
      new Proxy(journal, { get: (of, name) => (name === 'close' ? of.close.bind(of) : broken) });
    const { deps, close } = openWay(target.cluster, policyOf('[]'), down);
    const headers = { 'content-type': 'application/merge-patch+json' };
    for (const patch of ['{"spec":{"replicas":5}}', '{"metadata":{"labels":{"a":"b"}}}']) {
      const request = asked('PATCH', `${at}/web`, { headers, body: Buffer.from(patch) });
      assert.equal((await judge(deps, request)).do, 'forward', patch);
    }
    await close();
  });

  test('after a restart: held was never sent; kept is settled by what stands; what is under way now is left alone', async () => {
    const [gone, stands] = [await configMap('gone'), await configMap('stands')];
    const { deps, journal, close } = openWay(target.cluster, policyOf('[]'));
    for (const { metadata } of [gone, stands]) await judge(deps, asked('DELETE', `${AT}/${metadata.name}`));
    const holding = openWay(
      target.cluster,
      policyOf('[{name: all, when: "true", then: hold}]'),
      () => journal,
    );
    await configMap('held');
    await judge(holding.deps, asked('DELETE', `${AT}/held`));
    await target.https('DELETE', `${AT}/gone`);
    // The guard has died, and begins anew: nothing is on the way in its memory.
    deps.onTheWay = onTheWay();
    const restart = Date.now() + 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    await configMap('new');
    await judge(deps, asked('DELETE', `${AT}/new`));
    assert.equal((await recover(deps, restart)).again.length, 1, 'what stands may still go');
    const later = (ms: number) => ({ ...deps, clock: { ...deps.clock, now: () => Date.now() + ms } });
    await recover(later(80_000), restart);
    assert.deepEqual((await recover(later(90_000), restart)).again, []);
    const states: Record<string, string> = {};
    for (const { id } of await journal.acts())
      for (const { path, state } of await journal.requests({ actId: id }))
        states[path.slice(AT.length + 1)] = state;
    assert.deepEqual(states, {
      gone: 'carried-out',
      stands: 'not-carried-out',
      held: 'refused',
      new: 'kept',
    });
    await close();
    await holding.close();
  });
}
