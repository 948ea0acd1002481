import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certainDeleteOptions, isDeleteParameter, isDryRunAsSent, isDryRunQuery } from './options.ts';

const options = (body: Record<string, unknown> | undefined, query = '') =>
  certainDeleteOptions(body, new URLSearchParams(query));

test('the body counts, and without one the query', () => {
  assert.equal(options({ propagationPolicy: 'Orphan' }).propagationPolicy, 'Orphan');
  assert.equal(options(undefined, 'propagationPolicy=Foreground').propagationPolicy, 'Foreground');
  assert.equal(options({}, 'propagationPolicy=Foreground').propagationPolicy, undefined);
  const preconditions = { uid: 'u', resourceVersion: '1' };
  assert.deepEqual(
    options({ kind: 'DeleteOptions', apiVersion: 'v1', preconditions }).preconditions,
    preconditions,
  );
});

test('a field that nobody knows could make it more than it seems', () => {
  assert.throws(() => options({ newField: 1 }), /DeleteOptions has the field "newField"/);
  assert.throws(
    () => options({ preconditions: { generation: 1 } }),
    /preconditions has the field "generation"/,
  );
  assert.doesNotThrow(() => options({ preconditions: null }));
});

test('what the API server refuses is not understood', () => {
  assert.throws(() => options({ orphanDependents: true, propagationPolicy: 'Orphan' }), /both set/);
  assert.doesNotThrow(() => options({ orphanDependents: true }));
  assert.throws(() => options({ propagationPolicy: '' }), /is empty/);
  assert.throws(() => options(undefined, 'propagationPolicy='), /is empty/);
  assert.throws(() => options({ dryRun: ['Some'] }), /dryRun is \["Some"\]/);
  assert.throws(() => options(undefined, 'dryRun=Some'), /dryRun is \["Some"\]/);
  assert.doesNotThrow(() => options({ dryRun: ['All'] }));
  assert.doesNotThrow(() => options(undefined, 'dryRun=All&dryRun=All'));
  assert.doesNotThrow(() => options({}, 'dryRun=Some'), 'the query is not looked at');
});

test('which parameters of a query are options of a delete', () => {
  for (const name of [
    'gracePeriodSeconds',
    'propagationPolicy',
    'orphanDependents',
    'dryRun',
    'uid',
    'resourceVersion',
    'preconditions',
  ])
    assert.equal(isDeleteParameter(name), true, name);
  for (const name of ['labelSelector', 'fieldManager', 'pretty'])
    assert.equal(isDeleteParameter(name), false, name);
});

test('a dry run is one where every value says All', () => {
  const dry = (query: string) => [isDryRunQuery(new URLSearchParams(query)), isDryRunAsSent(query)];
  assert.deepEqual(dry('dryRun=All'), [true, true]);
  assert.deepEqual(dry('dryRun=All&dryRun=All'), [true, true]);
  assert.deepEqual(dry('dryRun=All&dryRun=Some'), [false, false]);
  assert.deepEqual(dry('dryRun='), [false, false]);
  assert.deepEqual(dry(''), [false, false]);
  assert.equal(isDryRunAsSent('a=%zz&dryRun=All'), false, 'what the server reads otherwise, or not at all');
  assert.equal(isDryRunAsSent('a=b;dryRun=All'), false);
});
