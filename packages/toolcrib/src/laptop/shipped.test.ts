import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { shipped } from './shipped.ts';

const own = join(import.meta.dirname, '../..');

test('a file of the package, and one that lies at the root of a clone', () => {
  assert.equal(shipped('package.json'), readFileSync(join(own, 'package.json'), 'utf8'));
  assert.equal(shipped('examples/kafka.yaml'), readFileSync(join(own, '../../examples/kafka.yaml'), 'utf8'));
});

test('what does not ship is missing, and how it comes back is said', () => {
  assert.throws(() => shipped('examples/none.yaml'), {
    code: 'missing-part',
    message: /examples\/none\.yaml/,
    next: 'Install toolcrib again.',
  });
});
