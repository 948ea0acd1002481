import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AskedRequest } from '../request.ts';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { ACT, create, FORMS, replicaSet, stage } from './testing/softened-window.ts';

/** Who may end a window by creating, and who may not. */
export function windowProgramsContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  const PROGRAMS: [string, Partial<AskedRequest>][] = [
    ['an agent', { agent: true }],
    [
      'a service account',
      {
        headers: {
          'impersonate-user': 'system:serviceaccount:flux:apply',
          'impersonate-group': 'system:masters',
        },
      },
    ],
    ['a controller', { headers: { 'user-agent': 'helm-controller/v1.2.0 (linux/amd64)' } }],
    ['an operator', { headers: { 'user-agent': 'kafka-operator/v0.0.0 (linux/amd64) kubernetes/$Format' } }],
  ];
  for (const [who, more] of PROGRAMS) {
    test(`${who} ends no window: what would, is refused, and a person is told`, () =>
      stage(target, {}, async ({ namespace, send, old, told }) => {
        const object = replicaSet('other');
        for (const form of [{}, FORMS[2]?.[1]]) {
          const headers = { ...form?.headers, ...more.headers };
          const { status, text } = await send(create(namespace, object, { ...form, ...more, headers }));
          assert.equal(status, 403, text);
          assert.match(text, new RegExp(`${who}.*toolcrib finish ${ACT}`, 's'));
          assert.match(text, new RegExp(`toolcrib undo ${ACT}`));
        }
        assert.match(told.join('\n'), new RegExp(`held: .*web.*toolcrib finish ${ACT}`, 's'));
        assert.equal(await old(), 'runs, softened');
      }));
  }

  test('where no rule stops anything, an agent’s create passes, and takes nothing either', () =>
    stage(target, { mode: 'observe' }, async ({ namespace, send, old }) => {
      const { instruction, status } = await send(create(namespace, replicaSet('other'), { agent: true }));
      assert.equal(status, 201);
      assert.match(instruction.warnings.join(), new RegExp(`toolcrib finish ${ACT}`));
      assert.equal(await old(), 'runs, softened');
    }));

  test('an agent’s create that the old Pods are for is as smooth as anybody’s', () =>
    stage(target, {}, async ({ namespace, send, old }) => {
      const { status } = await send(create(namespace, replicaSet('web'), { agent: true }));
      assert.equal(status, 201);
      assert.equal(await old(), 'runs, undone');
    }));

  test('once its undo was asked for, a create does not end it either', () =>
    stage(target, {}, async ({ namespace, send, old, askUndo }) => {
      await askUndo();
      const { status, text } = await send(create(namespace, replicaSet('other')));
      assert.equal(status, 409, text);
      assert.match(text, new RegExp(`its undo was asked for.*toolcrib finish ${ACT}`, 's'));
      assert.equal(await old(), 'runs, softened');
      assert.equal((await send(create(namespace, replicaSet('web')))).status, 201);
      assert.equal(await old(), 'runs, undone');
    }));
}
