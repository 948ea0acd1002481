import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, test } from 'node:test';
import { called } from './called.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-called-'));
after(() => rmSync(root, { recursive: true }));

/** A folder with a file called `toolcrib`. */
function folder(name: string, mode = 0o755): string {
  mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, name, 'toolcrib'), '');
  chmodSync(join(root, name, 'toolcrib'), mode);
  return join(root, name);
}
const path = (...folders: string[]) => ({ PATH: folders.join(delimiter) });

test('who has it in PATH calls it by its name, in a clone too', () => {
  for (const isClone of [true, false])
    assert.deepEqual(called(path('/nowhere', folder('bin')), isClone), { as: 'toolcrib' });
});

test('what npm puts into PATH while it runs a script is not in the shell behind it', () => {
  const its = folder('clone/node_modules/.bin');
  assert.equal(called(path(its), true).as, 'npm run --silent toolcrib --');
  assert.deepEqual(called(path(its, folder('bin2')), true), { as: 'toolcrib' });
});

test('a folder of its name, and what can’t be run, are none', () => {
  mkdirSync(join(root, 'other/toolcrib'), { recursive: true });
  assert.equal(called(path(join(root, 'other')), true).make, 'npm run binary');
  if (process.getuid?.() !== 0) assert.ok(called(path(folder('bin3', 0o644)), true).why);
  assert.ok(called({}, true).why);
});

test('installed, and not in PATH, it is called as it was started, in words that a shell takes', () => {
  assert.deepEqual(called({}, false, ['/usr/bin/node', '/opt/my tools/toolcrib']), {
    as: "/usr/bin/node '/opt/my tools/toolcrib'",
    why: 'There is no toolcrib in your PATH yet',
  });
});
