import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TokenGrant, tokenTable } from '@toolcrib/guard/door/tokens';
import { grants } from './grants.ts';

function start() {
  const tokens = tokenTable();
  const gone: string[] = [];
  const table = grants({ tokens, person: 'aiko', cut: ({ id, context }) => gone.push(`${id} ${context}`) });
  const run = (token: string, context: string, meaning: string, id = 'run-1') =>
    table.add(token, { id, context, person: 'aiko', meaning } satisfies TokenGrant);
  const leads = (token: string) => tokens.find(`Bearer ${token}`)?.context;
  return { table, gone, run, leads };
}

test('a label that changes hands takes every token with it that meant the old thing, a run’s too', () => {
  const { table, gone, run, leads } = start();
  table.renew({ prod: 'own-prod', test: 'own-test' }, (context) => `cluster of ${context}`);
  run('r-prod', 'prod', 'cluster of prod');
  run('r-test', 'test', 'cluster of test');
  // Two terminals' prod came to mean two things: its token is a new one.
  table.renew({ prod: 'new-prod', 'prod~2': 'own-2', test: 'own-test' }, (context) =>
    context === 'prod' ? 'another cluster' : `cluster of ${context}`,
  );
  assert.equal(leads('own-prod'), undefined);
  assert.equal(leads('r-prod'), undefined);
  assert.equal(leads('new-prod'), 'prod');
  assert.equal(leads('r-test'), 'test', 'of the same run, and untouched');
  assert.deepEqual(gone.sort(), ['ctx-prod prod', 'run-1 prod']);
});

test('a run that began when the label had changed hands already keeps its own', () => {
  const { table, gone, run, leads } = start();
  table.renew({ prod: 'own-prod' }, () => 'a');
  run('early', 'prod', 'a', 'run-1');
  run('late', 'prod', 'b', 'run-2');
  table.renew({ prod: 'new-prod' }, () => 'b');
  assert.deepEqual([leads('early'), leads('late')], [undefined, 'prod']);
  assert.deepEqual(gone, ['ctx-prod prod', 'run-1 prod']);
});

test('a label that is gone, or means nobody knows what, leaves no token behind', () => {
  const { table, run, leads } = start();
  table.renew({ prod: 'own-prod', test: 'own-test' }, () => 'a');
  run('r-prod', 'prod', 'a');
  run('r-test', 'test', '');
  table.renew({ test: 'new-test' }, () => '');
  assert.deepEqual([leads('own-prod'), leads('r-prod'), leads('r-test')], [undefined, undefined, undefined]);
});

test('a file that is changed, with the label as it was, costs no run its token; the end of a run costs it all', () => {
  const { table, gone, run, leads } = start();
  table.renew({ prod: 'own-prod', test: 'own-test' }, () => 'a');
  run('r-prod', 'prod', 'a');
  run('r-test', 'test', 'a');
  table.renew({ prod: 'own-prod', test: 'own-test' }, () => 'the same cluster, with new credentials');
  assert.equal(leads('r-prod'), 'prod');
  assert.deepEqual(gone, []);
  table.revoke('run-1');
  assert.deepEqual([leads('r-prod'), leads('r-test'), leads('own-prod')], [undefined, undefined, 'prod']);
  assert.deepEqual(gone, ['run-1 prod', 'run-1 test']);
});
