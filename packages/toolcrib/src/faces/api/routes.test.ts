import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operations } from '../../operations/index.ts';
import { fromQuery, offered, routeOf, whyNot } from './routes.ts';

test('what only looks is a GET; what stands in the path is asked for nowhere else', () => {
  const { method, inPath, others, required } = routeOf(operations.approve);
  assert.deepEqual(
    [method, inPath, Object.keys(others), required],
    ['POST', ['code'], ['as', 'withoutNet'], ['as']],
  );
  assert.equal(routeOf(operations.radius).method, 'GET');
});

test('what the API does not offer has a reason, and no route', () => {
  assert.deepEqual(offered.toSorted(), [
    ...['act', 'approve', 'criteria', 'deny', 'finish', 'held', 'hold', 'log'],
    ...['radius', 'status', 'stop', 'trust', 'undo'],
  ]);
  for (const name of offered) assert.equal(whyNot(name), undefined, name);
  assert.match(whyNot('vet') ?? '', /opens files by the paths/);
  assert.throws(() => routeOf(operations.vet), /the API does not offer vet: it opens files/);
});

test('in a query everything is text, and becomes what the schema says where it is that', () => {
  const log = routeOf(operations.log);
  assert.deepEqual(fromQuery(log, { limit: '3', context: '7' }), { limit: 3, context: '7' });
  for (const limit of ['', ' ', 'many', '1e999']) assert.deepEqual(fromQuery(log, { limit }), { limit });
  const held = routeOf(operations.held);
  assert.deepEqual(fromQuery(held, { closed: 'false' }), { closed: false });
  assert.deepEqual(fromQuery(held, { closed: 'true' }), { closed: true });
  assert.deepEqual(fromQuery(held, { closed: '1', unheardOf: 'x' }), { closed: '1', unheardOf: 'x' });
});
