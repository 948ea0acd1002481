// The picture of the README is what the demo shows in a terminal. Needs script(1).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { drift, linesOf } from './drift.ts';
import { record } from './record.ts';
import { svgOf } from './svg.ts';

const root = join(import.meta.dirname, '../..');

test('the committed picture shows what the demo says today: its commands, and all but what is another one each time', () => {
  const shown = linesOf(readFileSync(join(root, 'docs/picture.svg'), 'utf8'));
  assert.ok(shown.some((row) => /\$ toolcrib undo ACT/.test(row)));
  assert.deepEqual(drift(shown, linesOf(svgOf(record(root)))), [], 'npm run picture');
});
