import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listed, nearest } from './near.ts';

test('a name that was meant: nearest first, at most three, each once', () => {
  const known = ['prod-1234', 'prod-2', 'dev', 'prod-2', 'prod-123', 'prod-12'];
  assert.deepEqual(nearest('prod', known), ['prod-2', 'prod-12', 'prod-123']);
});

test('the names that there are, as a line tells them: nearest first, each once, at most ten', () => {
  assert.equal(listed('b', ['zz', 'b2', 'zz', 'b']), 'b, b2, zz');
  const many = Array.from({ length: 14 }, (_, index) => `context-${String(index).padStart(2, '0')}`);
  const told = listed('context-13', many);
  assert.match(told, /^context-13, /);
  assert.match(told, /, … and 4 more$/);
  assert.equal(told.split(', ').length, 11);
});

test('whatever a file calls a context stays one short name on the line', () => {
  const told = listed('x', ['a\nb', 'c\u001b[2J', 'd'.repeat(5_000), 'e\u202e']);
  assert.doesNotMatch(told, /[\u0000-\u001f\u202e]/);
  assert.ok(told.length < 200, String(told.length));
  assert.match(told, /d…/);
  // Two that are told alike are one.
  assert.equal(listed('x', ['a\nb', 'a\rb']), 'a\ufffdb');
  const [near = ''] = nearest('ab', ['a\nb']);
  assert.equal(near, 'a\ufffdb');
});

test('a name that a reader would not see, or not as one, is in quotes', () => {
  assert.equal(listed('', ['  ', '', 'a b', 'ab']), '"", "  ", ab, "a b"');
  assert.deepEqual(nearest('a c', ['a b']), ['"a b"']);
});

test('names of any length are compared in no time', () => {
  const long = Array.from({ length: 500 }, (_, index) => `${'x'.repeat(5_000)}${index}`);
  const begun = process.cpuUsage();
  listed('y'.repeat(5_000), long);
  nearest('y'.repeat(5_000), long);
  const { user } = process.cpuUsage(begun);
  assert.ok(user < 2_000_000, `${user} µs`);
});
