import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSandbox } from '../../packages/guard/src/testing/sandbox-target.ts';
import { crudOfEveryKind } from './crud.ts';

interface Resource {
  name: string;
  verbs: string[];
}

test('every built-in kind that the sandbox lets people create and list has its CRUD step', async () => {
  const target = await openSandbox({ controllers: false });
  try {
    const groups = (await target.https('GET', '/apis')).body.groups as {
      versions: { groupVersion: string }[];
    }[];
    const versions = [
      '/api/v1',
      ...groups.flatMap((group) => group.versions.map((one) => `/apis/${one.groupVersion}`)),
    ];
    const resources = new Set<string>();
    for (const path of versions) {
      const { body } = await target.https('GET', path);
      for (const { name, verbs } of body.resources as Resource[])
        if (verbs.includes('create') && verbs.includes('list')) resources.add(name);
    }
    assert.ok(resources.size > 30, [...resources].join());
    assert.deepEqual([...resources].sort(), crudOfEveryKind.steps.map(({ name }) => name).sort());
  } finally {
    await target.close();
  }
});
