import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
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

test('of a clone it is the root’s, whatever a build left in the package; of an installed package never the project’s around it', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'toolcrib-shipped-'));
  t.after(() => rmSync(root, { recursive: true }));
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const from = (path: string) => pathToFileURL(join(root, path)).href;
  put('clone/examples/kafka.yaml', 'new');
  put('clone/packages/toolcrib/src/laptop/shipped.ts', '');
  put('clone/packages/toolcrib/examples/kafka.yaml', 'old');
  put('clone/packages/toolcrib/package.json', 'its own');
  put('clone/package.json', 'the workspace’s');
  const inClone = from('clone/packages/toolcrib/src/laptop/shipped.ts');
  assert.equal(shipped('examples/kafka.yaml', inClone), 'new');
  assert.equal(shipped('package.json', inClone), 'its own');
  put('project/examples/kafka.yaml', 'somebody’s');
  put('project/node_modules/toolcrib/examples/kafka.yaml', 'ours');
  assert.equal(
    shipped('examples/kafka.yaml', from('project/node_modules/toolcrib/dist/laptop/shipped.js')),
    'ours',
  );
});
