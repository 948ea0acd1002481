import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from './openapi.ts';
import { offered } from './routes.ts';

interface Document {
  paths: Record<string, Record<string, { operationId: string; parameters: { name: string; in: string }[] }>>;
  components: { schemas: Record<string, unknown> };
}
const document = openApi() as unknown as Document;

test('every operation stands in it once, and only what looks is a GET', () => {
  const all = Object.values(document.paths).flatMap((path) => Object.entries(path));
  assert.deepEqual(all.map(([, { operationId }]) => operationId).sort(), [...offered].sort());
  const looking = all.filter(([method]) => method === 'get').map(([, { operationId }]) => operationId);
  assert.deepEqual(looking.sort(), ['act', 'criteria', 'held', 'hold', 'log', 'radius', 'status', 'trust']);
});

test('what it refers to is in it, and each thing stands there once', () => {
  const text = JSON.stringify(document);
  const refs = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, id = '']) => id);
  assert.ok(refs.length > 20);
  for (const id of refs) assert.ok(document.components.schemas[id], id);
  assert.equal(
    text.match(/"\$ref":"(?!#\/components\/schemas\/)/g),
    null,
    'nothing is referred to elsewhere',
  );
  assert.ok(text.length < 60_000, String(text.length));
});

test('what is in a path is a parameter of it', () => {
  for (const [path, methods] of Object.entries(document.paths))
    for (const { parameters } of Object.values(methods)) {
      const inPath = parameters.filter((one) => one.in === 'path').map(({ name }) => `{${name}}`);
      assert.deepEqual(path.match(/\{\w+\}/g) ?? [], inPath, path);
    }
});
