import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Effect } from '@toolcrib/model';
import type { Aim } from '../radius/view.ts';
import type { NotUnderstood, Subject } from './subject.ts';
import { understoodAsDelete } from './subject.ts';
import { together } from './together.ts';

const object = (uid: string, name = uid): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, uid },
});
const at = { group: '', version: 'v1', resource: 'pods', name: 'a' };
const destructive = (uid: string, does: 'delete' | 'scale' = 'delete', more: object = {}) =>
  ({
    kind: 'destructive',
    effect: { verb: 'scale', target: at, replicas: 0, dryRun: false },
    objects: [object(uid)],
    aims: [
      {
        ref: { apiVersion: 'v1', kind: 'Pod', name: uid, uid },
        type: at,
        effect: { does, options: {}, replicas: 0 } as Aim['effect'],
      },
    ],
    ...more,
  }) as Subject;
const unread: NotUnderstood = { verb: 'not-understood', target: at, why: 'no words' };
const no: Subject = {
  kind: 'answered',
  answer: { do: 'answer', status: 409, body: '', type: '', warnings: [] },
};

test('one alone is what it is, and what destroys nothing is left out', () => {
  const one = destructive('a');
  assert.equal(together([one]), one);
  assert.equal(together([{ kind: 'harmless' }, one]), one);
  assert.deepEqual(together([{ kind: 'harmless' }, { kind: 'harmless', warning: 'w' }]), {
    kind: 'harmless',
    warning: 'w',
  });
  const dry: Subject = { kind: 'dry-run', effect: {} as never };
  assert.equal(together([{ kind: 'harmless' }, dry]), dry);
});

test("the cluster's own no to one of them is its no", () => {
  assert.equal(together([destructive('a'), no]), no);
});

test('whatever any of them takes is aimed at and kept, and the delete of an object is the last word on it', () => {
  const both = together([
    destructive('a', 'delete', { also: [object('x')], unseen: [{ kind: 'Pod', why: 'w' }], hooks: [] }),
    destructive('a', 'scale', { also: [object('x'), object('y')], blind: 'not seen' }),
    destructive('b', 'delete', { blind: 'not seen' }),
  ]);
  assert.ok(both.kind === 'destructive');
  assert.deepEqual(
    both.objects.map(({ metadata }) => metadata.uid),
    ['a', 'b'],
  );
  assert.deepEqual(
    both.also?.map(({ metadata }) => metadata.uid),
    ['x', 'y'],
  );
  assert.deepEqual(
    both.aims.map(({ ref, effect }) => `${effect.does} ${ref.uid}`),
    ['scale a', 'delete a', 'delete b'],
  );
  assert.deepEqual([both.unseen, both.blind, both.hooks], [[{ kind: 'Pod', why: 'w' }], 'not seen', []]);
  assert.equal((both.effect as Extract<Effect, { verb: 'several' }>).effects.length, 3);
});

test('what of it can not be read counts for the whole, and the rest is told with it', () => {
  const both = together([destructive('a', 'scale'), understoodAsDelete(unread, [object('a')])]);
  assert.ok(both.kind === 'not-understood');
  assert.equal(both.effect.why, 'besides, scale pod a to 0; no words');
  assert.deepEqual(both.effect.target, at);
  assert.equal(both.aims.at(-1)?.effect.does, 'delete');
});

test('each object is kept once, as it was read first, and one without a UID is nobody else', () => {
  const created = () => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'new' } });
  const both = together([
    destructive('a', 'delete', { also: [created()] }),
    { ...destructive('a'), objects: [object('a', 'later')], also: [created()] } as Subject,
  ]);
  assert.ok(both.kind === 'destructive');
  assert.deepEqual(both.objects, [object('a')]);
  assert.deepEqual(both.also, [created(), created()]);
});

test('what only one of them says is said of the whole, and what none says of neither', () => {
  const both = together([
    destructive('a', 'delete', { also: [object('x')], blind: 'not seen' }),
    destructive('b'),
  ]);
  assert.ok(both.kind === 'destructive');
  assert.deepEqual([both.also, both.blind], [[object('x')], 'not seen']);
  assert.deepEqual(Object.keys(together([destructive('a'), destructive('b')])), [
    'kind',
    'effect',
    'objects',
    'aims',
  ]);
});
