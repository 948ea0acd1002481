import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'acorn';
import { bundled } from './bundle.ts';

const ROOT = join(import.meta.dirname, '..');

/** What is imported late in a text, as it is written there; types in comments are none. */
function importedLate(text: string): string[] {
  const found: string[] = [];
  const look = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    const { type, start, end } = node as { type?: string; start: number; end: number };
    if (type === 'ImportExpression') found.push(text.slice(start, end));
    for (const part of Object.values(node)) look(part);
  };
  look(parse(text, { ecmaVersion: 'latest' }));
  return found;
}

test('the parts of the single executable ask its loader for all that they need: it knows no import()', async () => {
  assert.deepEqual(importedLate('const a = 1; /** @type {import("b")} */ import("node:fs")'), [
    'import("node:fs")',
  ]);
  const parts = await bundled(ROOT, { form: 'cjs' });
  assert.ok(parts.some(({ name }) => name === 'faces/cli/main.js'));
  for (const { name, text } of parts)
    if (typeof text === 'string') assert.deepEqual(importedLate(text), [], name);
});
