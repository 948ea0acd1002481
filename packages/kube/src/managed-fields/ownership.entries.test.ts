import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../objects.ts';
import { schemaOf } from '../schema/index.ts';
import type { FieldManager } from './ownership.ts';
import { applyConfiguration, managedFieldsAfterUpdate } from './ownership.ts';

const NOW = '2026-11-02T10:00:00Z';
const EARLIER = '2026-11-01T10:00:00Z';

/** A Deployment with this spec, and with what is said of its fields. */
function deployment(spec: object, managedFields?: unknown[], uid?: string): KubeObject {
  const metadata = { name: 'web', ...(uid ? { uid } : {}), ...(managedFields ? { managedFields } : {}) };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec } as KubeObject;
}

/** An entry of managedFields; `fields` are those of the spec. */
const entry = (manager: string, fields: string[], more: object = {}) => ({
  manager,
  operation: 'Update',
  apiVersion: 'apps/v1',
  time: EARLIER,
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:spec': Object.fromEntries(fields.map((field) => [`f:${field}`, {}])) },
  ...more,
});

const context = (name: string, operation: FieldManager['operation'] = 'Update', subresource?: string) => ({
  schema: schemaOf(deployment({})),
  manager: { name, operation, ...(subresource ? { subresource } : {}) },
  time: NOW,
  hasStatus: true,
});

interface Read {
  manager: string;
  operation: string;
  apiVersion: string;
  time?: string;
  subresource?: string;
  fieldsV1: { 'f:spec'?: Record<string, unknown> };
}

/** Entries as `manager operation apiVersion subresource time: fields of the spec`. */
const lines = (entries: unknown) =>
  (entries as Read[]).map(({ manager, operation, apiVersion, subresource = '-', time = '-', fieldsV1 }) => {
    const fields = Object.keys(fieldsV1['f:spec'] ?? {}).map((field) => field.replace('f:', ''));
    return `${manager} ${operation} ${apiVersion} ${subresource} ${time === NOW ? 'now' : time}: ${fields.join(' ')}`;
  });

function updated(before: KubeObject | undefined, after: KubeObject, who = context('me')): string[] {
  return lines(managedFieldsAfterUpdate(before, after, who));
}

test('an update adds to its own entry, and to that of no other', () => {
  const spec = { replicas: 1 };
  const next = { replicas: 1, paused: true };
  const with_ = (...entries: unknown[]) => updated(deployment(spec, entries), deployment(next));
  assert.deepEqual(with_(entry('me', ['replicas'])), ['me Update apps/v1 - now: paused replicas']);
  for (const [more, line] of [
    [{ apiVersion: 'apps/v1beta1' }, `me Update apps/v1beta1 - ${EARLIER}: replicas`],
    [{ subresource: 'scale' }, `me Update apps/v1 scale ${EARLIER}: replicas`],
  ] as const)
    assert.deepEqual(with_(entry('me', ['replicas'], more)), [line, 'me Update apps/v1 - now: paused']);
  assert.deepEqual(with_(entry('me', ['replicas'], { operation: 'Apply' })), [
    `me Apply apps/v1 - ${EARLIER}: replicas`,
    'me Update apps/v1 - now: paused',
  ]);
  assert.deepEqual(with_(entry('other', ['replicas'])), [
    `other Update apps/v1 - ${EARLIER}: replicas`,
    'me Update apps/v1 - now: paused',
  ]);
});

test('an update that changes nothing leaves the time; what is changed or removed is lost to others', () => {
  const before = deployment({ replicas: 1, paused: true, minReadySeconds: 5 }, [
    entry('me', ['minReadySeconds']),
    entry('other', ['paused', 'replicas']),
  ]);
  assert.deepEqual(updated(before, deployment({ replicas: 1, paused: true, minReadySeconds: 5 })), [
    `me Update apps/v1 - ${EARLIER}: minReadySeconds`,
    `other Update apps/v1 - ${EARLIER}: paused replicas`,
  ]);
  assert.deepEqual(updated(before, deployment({ replicas: 2, minReadySeconds: 5 })), [
    'me Update apps/v1 - now: minReadySeconds replicas',
  ]);
  assert.deepEqual(updated(before, deployment({ replicas: 1, paused: true })), [
    `other Update apps/v1 - ${EARLIER}: paused replicas`,
  ]);
});

test('the entries stand by operation, then time, then name, version and subresource', () => {
  const given = [
    entry('b', ['a1']),
    entry('a', ['a2'], { subresource: 'scale' }),
    entry('a', ['a3']),
    entry('a', ['a4'], { apiVersion: 'apps/v0' }),
    entry('z', ['a5'], { operation: 'Apply' }),
    entry('z', ['a6'], { time: '2026-10-01T10:00:00Z' }),
    entry('y', ['a7'], { time: undefined }),
  ];
  const spec = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((index) => [`a${index}`, index]));
  for (const entries of [given, [...given].reverse()])
    assert.deepEqual(
      updated(deployment(spec, entries), deployment(spec)).map((line) => line.split(': ')[1]),
      ['a5', 'a7', 'a6', 'a4', 'a3', 'a2', 'a1'],
    );
});

test('who resets the ownership: an empty list, or one of empty entries, and only of what was there', () => {
  const before = deployment({ replicas: 1 }, [entry('other', ['replicas'])]);
  const with_ = (managedFields: unknown[], old: KubeObject | undefined) =>
    updated(old, deployment({ replicas: 2 }, managedFields));
  assert.deepEqual(with_([], before), []);
  assert.deepEqual(with_([{}], before), []);
  const mine = ['me Update apps/v1 - now: replicas'];
  assert.deepEqual(with_([{ manager: 'other' }], before), mine);
  assert.deepEqual(with_([entry('other', ['replicas']), {}], before), mine);
  assert.deepEqual(with_([], undefined), ['me Update apps/v1 - now: . replicas']);
});

test('an entry that says too little is nobody’s, and stays', () => {
  const { fieldsV1 } = entry('', ['replicas']);
  assert.deepEqual(updated(deployment({ replicas: 1 }, [{ fieldsV1 }]), deployment({ replicas: 1 })), [
    ' Update  - -: replicas',
  ]);
});

test('what an object brings along wins over what it had; what nobody owns is not tracked by updates', () => {
  const spec = { replicas: 1, paused: true };
  const before = deployment(spec, [entry('old', ['paused'])], 'u');
  assert.deepEqual(updated(before, deployment(spec, [entry('given', ['replicas'])])), [
    `given Update apps/v1 - ${EARLIER}: replicas`,
  ]);
  assert.deepEqual(updated(before, deployment(spec)), [`old Update apps/v1 - ${EARLIER}: paused`]);
  const unowned = deployment({ replicas: 1 }, undefined, 'u');
  assert.deepEqual(managedFieldsAfterUpdate(unowned, deployment({ replicas: 2 }), context('me')), []);
  assert.deepEqual(updated(deployment({ replicas: 1 }), deployment({ replicas: 2 })), [
    'me Update apps/v1 - now: replicas',
  ]);
});

const applied = (live: KubeObject | undefined, spec: object, apiVersion = 'apps/v1') => {
  const outcome = applyConfiguration(
    live,
    { ...deployment(spec), apiVersion },
    { ...context('me', 'Apply'), force: false },
  );
  assert.ok('object' in outcome, JSON.stringify(outcome));
  return lines(outcome.object.metadata.managedFields);
};

test('an apply has a time where it adds, changes or removes, and else the time that it had', () => {
  const mine = (...fields: string[]) => entry('me', fields, { operation: 'Apply' });
  const live = (managedFields: unknown[]) => deployment({ replicas: 1, paused: true }, managedFields);
  assert.deepEqual(applied(undefined, { replicas: 1 }), ['me Apply apps/v1 - now: replicas']);
  assert.deepEqual(applied(live([mine('paused', 'replicas')]), { replicas: 1, paused: true }), [
    `me Apply apps/v1 - ${EARLIER}: paused replicas`,
  ]);
  assert.deepEqual(applied(live([mine('replicas')]), { replicas: 1, paused: true }), [
    `me Apply apps/v1 - ${EARLIER}: paused replicas`,
  ]);
  assert.deepEqual(applied(live([]), { replicas: 1 }), ['me Apply apps/v1 - -: replicas']);
  assert.deepEqual(applied(live([mine('replicas')]), { replicas: 2 }), ['me Apply apps/v1 - now: replicas']);
  assert.deepEqual(applied(live([mine('replicas')]), { replicas: 1, minReadySeconds: 5 }), [
    'me Apply apps/v1 - now: minReadySeconds replicas',
  ]);
  assert.deepEqual(applied(live([mine('paused', 'replicas')]), { replicas: 1 }), [
    'me Apply apps/v1 - now: replicas',
  ]);
});

test('an apply of another version is still the same manager’s', () => {
  const live = deployment({ replicas: 1 }, [
    entry('me', ['replicas'], { operation: 'Apply', apiVersion: 'apps/v0' }),
  ]);
  assert.deepEqual(applied(live, { replicas: 1 }), [`me Apply apps/v1 - ${EARLIER}: replicas`]);
});

test('who owns a field that is in conflict is named as the server names it', () => {
  const owner = (name: string, more: object) => {
    const live = deployment({ replicas: 1 }, [entry(name, ['replicas'], more)]);
    const outcome = applyConfiguration(live, deployment({ replicas: 2 }), {
      ...context('me', 'Apply'),
      force: false,
    });
    return 'conflicts' in outcome ? outcome.conflicts : [];
  };
  const field = '.spec.replicas';
  assert.deepEqual(owner('a', {}), [{ owner: '"a" using apps/v1', field }]);
  assert.deepEqual(owner('a', { operation: 'Apply' }), [{ owner: '"a"', field }]);
  assert.deepEqual(owner('a', { subresource: 'scale' }), [
    { owner: '"a" with subresource "scale" using apps/v1', field },
  ]);
  assert.deepEqual(owner('a', { operation: 'Apply', subresource: 'scale' }), [
    { owner: '"a" with subresource "scale"', field },
  ]);
});
