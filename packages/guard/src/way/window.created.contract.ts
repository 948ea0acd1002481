import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { paths, put, until } from '../testing/target.ts';
import { ACT, create, FORMS, replicaSet, stage } from './testing/softened-window.ts';

/** What was created again, in each form in which it may be sent: for the old Pods, for others, refused. */
export function windowCreatedContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  for (const [what, form, text] of FORMS) {
    test(`${what} with the old selector: the same Pod goes on, and is never finished`, () =>
      stage(target, {}, async ({ namespace, send, old }) => {
        const object = replicaSet('web');
        const { instruction, status } = await send(
          create(namespace, object, { ...form, body: Buffer.from(text(object)) }),
        );
        assert.match(instruction.warnings.join(), /its Pods were adopted/);
        assert.equal(status, 201);
        assert.equal(await old(), 'runs, undone');
      }));

    test(`${what} with another selector: once it stands, what was left goes`, () =>
      stage(target, {}, async ({ namespace, send, old }) => {
        const object = replicaSet('other');
        const { instruction, status } = await send(
          create(namespace, object, { ...form, body: Buffer.from(text(object)) }),
        );
        assert.match(instruction.warnings.join(), /is finished/);
        assert.equal(status, 201);
        assert.equal(await old(), 'goes, finished');
      }));

    test(`${what} that the cluster refuses is answered in its words, and ends nothing`, () =>
      stage(target, {}, async ({ namespace, send, old }) => {
        const object = { ...replicaSet('web'), spec: {} };
        const { status, text: said } = await send(
          create(namespace, object, { ...form, body: Buffer.from(text(object)) }),
        );
        assert.equal(status, 422, said);
        assert.match(said, /"reason":"Invalid"/);
        assert.equal(await old(), 'runs, softened');
      }));
  }

  test('to what stands there again already a write is no create: it ends nothing', () =>
    stage(target, {}, async ({ namespace, send, old }) => {
      await put(target, paths.apps(namespace, 'replicasets'), replicaSet('other'));
      const apply = create(namespace, replicaSet('other', { replicas: 2 }), FORMS[2]?.[1]);
      apply.query = 'fieldManager=gitops&force=true';
      const merge = create(
        namespace,
        { spec: { replicas: 3 } },
        { method: 'PATCH', headers: { 'content-type': 'application/merge-patch+json' } },
      );
      for (const request of [apply, merge]) assert.equal((await send(request)).status, 200);
      assert.equal((await send(create(namespace, replicaSet('other')))).status, 409, 'it exists');
      assert.equal(await old(), 'runs, softened');
    }));

  test('of another name, and where only a dry run is asked for, nothing is judged', () =>
    stage(target, {}, async ({ namespace, send, old }) => {
      const other = { ...replicaSet('other'), metadata: { name: 'shop' } };
      const { instruction, status } = await send(create(namespace, other));
      assert.deepEqual([instruction.warnings, status], [[], 201]);
      const dry = create(namespace, replicaSet('other'));
      dry.query = 'dryRun=All';
      assert.equal((await send(dry)).status, 201);
      assert.equal(await old(), 'runs, softened');
    }));

  test('while a create that adopts is on its way, what is due is not finished under it', () =>
    stage(target, { answered: false }, async ({ namespace, send, old, finishNow }) => {
      assert.equal((await send(create(namespace, replicaSet('web')))).instruction.do, 'forward');
      await assert.rejects(finishNow(), { code: 'conflict' });
      assert.equal(await old(), 'runs, softened');
    }));

  test('what could not be finished behind it stays softened, and a person is told', () =>
    stage(
      target,
      {
        finishWith: new Proxy(target.cluster, {
          get: (real, name) =>
            name === 'delete' ? () => Promise.reject(new Error('forbidden')) : Reflect.get(real, name),
        }),
      },
      async ({ namespace, send, old, told }) => {
        const { status } = await send(create(namespace, replicaSet('other')));
        assert.equal(status, 201);
        await until('told', async () => told.length > 0);
        assert.match(told.join(), new RegExp(`failed: .*web.*forbidden.*toolcrib finish ${ACT}`, 's'));
        assert.equal(await old(), 'runs, softened');
      },
    ));
}
