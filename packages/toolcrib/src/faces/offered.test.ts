import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Command } from 'commander';
import { operationNames } from '../operations/operation.ts';
import { offered, whyNot } from './api/routes.ts';
import { apiRoutes } from './api/server.ts';
import { commandOf, noOperation } from './cli/offers.ts';
import { programFor } from './cli/program.ts';

// What one face offers and another does not is a decision that is written down: docs/operations.md has it from here.

test('the command line calls every operation', () => {
  const folder = join(import.meta.dirname, 'cli');
  const sources = readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'));
  const called = operationNames.filter((name) =>
    sources.some((text) => text.includes(`import('../../operations/${name}.ts')`)),
  );
  assert.deepEqual(called, [...operationNames]);
});

test('the API answers for every operation that it does not say it leaves out', async () => {
  const asked: string[] = [];
  const app = apiRoutes({
    perform: async ({ name }) => void asked.push(name),
    mint: () => assert.fail('nobody asked for a run'),
    revoke: () => undefined,
    log: () => undefined,
  });
  const paths = [
    'status',
    'holds',
    'holds/BCDFG',
    'acts',
    'acts/act-1',
    'radius',
    'vet/criteria',
    'vet/trust',
  ].map((path) => ['GET', path]);
  const changes = ['holds/BCDFG/approve', 'holds/BCDFG/deny', 'acts/act-1/undo', 'acts/act-1/finish', 'stop'];
  for (const [method, path] of [...paths, ...changes.map((path) => ['POST', path])])
    await app.request(`/v1/${path}`, { method });
  assert.deepEqual(asked.sort(), [...offered]);
  for (const name of operationNames)
    assert.equal(whyNot(name) === undefined, offered.includes(name), 'what is left out says why');
});

test('every command asks for an operation, or says why it is none', async () => {
  const leaves = (command: Command, above: string): string[] =>
    command.commands.flatMap((one) => {
      const path = `${above} ${one.name()}`.trim();
      const does = one.commands.length === 0 || one.registeredArguments.length > 0;
      return [...(does ? [path] : []), ...leaves(one, path)];
    });
  const commands = leaves(await programFor(''), '');
  // `log ACT`, `vet --verify PACK`, `vet . --publish`: the words before what it takes.
  const asked = Object.values(commandOf).map((text) => text.replace(/( \.)?( --\S+)?( [A-Z/]+)*$/, ''));
  assert.deepEqual([...new Set([...asked, ...Object.keys(noOperation)])].sort(), commands.sort());
});
