import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { operationNames } from '../operations/operation.ts';
import { apiRoutes } from './api/server.ts';

// What one face offers and another does not is a decision that is written down: docs/api.md says it of what is no operation.

test('the command line calls every operation', () => {
  const folder = join(import.meta.dirname, 'cli');
  const sources = readdirSync(folder)
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'));
  const called = operationNames.filter((name) =>
    sources.some((text) => text.includes(`import('../../operations/${name}.ts')`)),
  );
  assert.deepEqual(called, [...operationNames]);
});

test('the API answers for every operation', async () => {
  const asked: string[] = [];
  const app = apiRoutes({
    perform: async ({ name }) => void asked.push(name),
    mint: () => assert.fail('nobody asked for a run'),
    revoke: () => undefined,
    log: () => undefined,
  });
  const paths = ['status', 'holds', 'holds/BCDFG', 'acts', 'acts/act-1', 'radius'].map((path) => [
    'GET',
    path,
  ]);
  const changes = ['holds/BCDFG/approve', 'holds/BCDFG/deny', 'acts/act-1/undo', 'acts/act-1/finish', 'stop'];
  for (const [method, path] of [...paths, ...changes.map((path) => ['POST', path])])
    await app.request(`/v1/${path}`, { method });
  assert.deepEqual(asked.sort(), [...operationNames]);
});
