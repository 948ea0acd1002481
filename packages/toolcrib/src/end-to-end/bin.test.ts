import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';

// What the installed command does before the program itself is loaded.

const root = mkdtempSync(join(tmpdir(), 'toolcrib-bin-'));
after(() => rmSync(root, { recursive: true }));

/** The command in a package that has these files and no others. */
function started(name: string, files: Record<string, string>, asked = '--version') {
  const bin = join(root, name, 'bin', 'toolcrib.js');
  cpSync(join(import.meta.dirname, '../../bin/toolcrib.js'), bin);
  for (const [path, text] of Object.entries({ 'package.json': '{"type":"module"}', ...files })) {
    mkdirSync(dirname(join(root, name, path)), { recursive: true });
    writeFileSync(join(root, name, path), text);
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, asked], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const MAIN = 'dist/faces/cli/main.js';

test('it runs what was built', () => {
  assert.deepEqual(started('built', { [MAIN]: 'console.log(process.argv[2]);' }), {
    status: 0,
    stdout: '--version\n',
    stderr: '',
  });
});

test('a clone that was not built is told so in one sentence, with what to do', () => {
  const { status, stdout, stderr } = started('clone', { 'src/faces/cli/main.ts': '' });
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /^toolcrib is not built in this clone: run "npm run build" [^\n]*\n$/);
});

test('where it can’t be loaded, the `eval` of `on` fails, and `run` has a code of its own', () => {
  const on = started('eval', { 'src/faces/cli/main.ts': '' }, 'on');
  assert.deepEqual([on.status, on.stdout], [2, "sh -c 'exit 2'\n"]);
  const completion = started('shell', { 'src/faces/cli/main.ts': '' }, 'completion');
  assert.equal(completion.stdout, "sh -c 'exit 2'\n");
  assert.equal(started('run', { 'src/faces/cli/main.ts': '' }, 'run').status, 125);
});

test('an installation without the program is told as that: nobody could build there', () => {
  const { status, stderr } = started('broken', {});
  assert.equal(status, 2);
  assert.match(stderr, /^toolcrib is not installed whole [^\n]*: install it again\.\n$/);
});

test('what is missing elsewhere is told whole', () => {
  const { status, stderr } = started('half', { [MAIN]: "import 'not-there-at-all';" });
  assert.equal(status, 3);
  assert.match(stderr, /could not be loaded: .*not-there-at-all/);
});
