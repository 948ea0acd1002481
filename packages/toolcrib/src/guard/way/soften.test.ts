import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSandbox } from '../../testing/sandbox-target.ts';
import { type ClusterTarget, inNamespace, paths, seen } from '../../testing/target.ts';
import { runStatefulSet } from '../../testing/workloads.ts';
import type { Instruction } from '../request.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { judge } from './judge.ts';

let target: ClusterTarget;
before(async () => {
  target = await openSandbox();
});
after(() => target.close());

const answered = (instruction: Instruction) => {
  assert.equal(instruction.do, 'answer');
  const { status = 0, body = '' } = instruction.do === 'answer' ? instruction : {};
  return { status, body: JSON.parse(Buffer.from(body).toString()) };
};

for (const preconditions of [
  { uid: '00000000-0000-4000-8000-000000000000' },
  { resourceVersion: '1' },
] as const) {
  const [what] = Object.keys(preconditions);
  test(`softened, with a ${what} that does not fit: answered as the cluster answers, and it stands`, () =>
    inNamespace(target, async (namespace) => {
      await runStatefulSet(target, namespace, 'web', 1);
      const { deps, journal, close } = openWay(
        target.cluster,
        policyOf('[{name: all, when: "true", then: hold}]'),
      );
      const path = `${paths.apps(namespace, 'statefulsets')}/web`;
      const options = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions };
      const request = () => asked('DELETE', path, { body: Buffer.from(JSON.stringify(options)) });
      const held = answered(await judge(deps, request()));
      deps.desk.answer(
        held.body.details.causes[0].message,
        { as: 'softened', by: 'aiko', withoutNet: false },
        60_000,
      );
      const { status, body } = answered(await judge(deps, request()));
      const direct = await target.https('DELETE', path, options);
      assert.equal(status, 409);
      assert.deepEqual(body, direct.body);
      assert.deepEqual((await seen(target, path))?.metadata.finalizers ?? [], []);
      assert.deepEqual(await journal.softenings(), []);
      await close();
    }));
}
