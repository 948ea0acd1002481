import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { ownFolder, readIfThere, replaceOwnFile, takeLock, withLock, writeOwnFile } from './files.ts';
import { startOf } from './process-id.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-files-'));
after(() => rmSync(root, { recursive: true }));

/** A program of its own that takes a lock, says so, and keeps it. */
function holder(t: TestContext, path: string, more: string[] = [], then = '') {
  const program = `import { takeLock } from ${JSON.stringify(import.meta.resolve('./files.ts'))};
    const said = takeLock(${JSON.stringify(path)}) ? 'mine' : 'taken'; setInterval(() => {}, 1000);
    setImmediate(() => { ${then} setImmediate(() => console.log(said)); });`;
  const options = process.execArgv.filter((option) => !option.startsWith('--test'));
  const child = spawn(process.execPath, [...options, ...more, '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

test('a lock is one process’s at a time, also within this one, and goes with its process', async (t) => {
  const path = join(root, 'lock');
  const child = holder(t, path);
  assert.match(String(await once(child.stdout, 'data')), /mine/);
  assert.equal(takeLock(path), undefined);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const release = takeLock(path);
  assert.ok(release);
  assert.equal(takeLock(path), undefined, 'taken twice in one process');
  // Our own failed second try must not have let go of the first.
  const other = holder(t, path);
  assert.match(String(await once(other.stdout, 'data')), /taken/);
  other.kill('SIGKILL');
  release();
  takeLock(path)?.();
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('a lock is held until it is let go, also where memory is tidied up and nobody kept the way to let go', async (t) => {
  const path = join(root, 'tidied');
  const child = holder(t, path, ['--expose-gc'], 'for (let i = 0; i < 3; i++) gc();');
  assert.match(String(await once(child.stdout, 'data')), /mine/);
  assert.equal(takeLock(path), undefined);
});

test('withLock runs one at a time, lets go after an error, and gives up in the end', async () => {
  const path = join(root, 'with');
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 5 }, () =>
      withLock(path, 5_000, async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 10));
        inside--;
      }),
    ),
  );
  assert.equal(most, 1);
  await assert.rejects(
    withLock(path, 0, () => Promise.reject(new Error('x'))),
    /x/,
  );
  const release = takeLock(path);
  await assert.rejects(
    withLock(path, 50, async () => undefined),
    { code: 'conflict' },
  );
  release?.();
});

test('own files are replaced whole, for their owner only, and leave nothing beside them', () => {
  const path = join(root, 'new', 'folder', 'file');
  writeOwnFile(path, 'one');
  writeOwnFile(path, 'two');
  assert.equal(readFileSync(path, 'utf8'), 'two');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(join(root, 'new', 'folder')).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(join(root, 'new', 'folder')), ['file']);
  assert.equal(readIfThere(join(root, 'none')), undefined);
  mkdirSync(join(root, 'a-folder'));
  assert.throws(() => readIfThere(join(root, 'a-folder')), { code: 'bad-file' });
  mkdirSync(join(root, 'shared'));
  chmodSync(join(root, 'shared'), 0o777);
  assert.throws(() => writeOwnFile(join(root, 'shared', 'x'), ''), {
    code: 'bad-file',
    message: /by others/,
  });
});

test('a folder that can not be made is one clear error, wherever it is', () => {
  for (const folder of ['/proc/nope', '/proc/nope/deeper', '/dev/null/x'])
    assert.throws(
      () => ownFolder(folder),
      { code: 'bad-file', message: /can't be made/, next: /TOOLCRIB_HOME/ },
      folder,
    );
  ownFolder(join(root, 'a', 'b', 'c'));
  assert.equal(statSync(join(root, 'a', 'b', 'c')).mode & 0o777, 0o700);
});

test('a process is known by its start: alive, ended, another', async () => {
  const own = startOf(process.pid);
  assert.ok(own);
  assert.equal(startOf(process.pid), own);
  const child = spawn('sleep', ['30']);
  await once(child, 'spawn');
  const theirs = startOf(child.pid ?? 0);
  assert.ok(theirs);
  assert.notEqual(theirs, own);
  child.kill();
  await once(child, 'exit');
  assert.equal(startOf(child.pid ?? 0), undefined);
});

test('our write gives way to what another program wrote after we had read, and to its lock', () => {
  const path = join(mkdtempSync(join(root, 'write-')), 'file');
  assert.equal(replaceOwnFile(path, undefined, 'one'), true);
  assert.equal(replaceOwnFile(path, undefined, 'two'), false);
  assert.equal(replaceOwnFile(path, 'zero', 'two'), false);
  writeFileSync(`${path}.lock`, '');
  assert.equal(replaceOwnFile(path, 'one', 'two'), false);
  assert.equal(readFileSync(path, 'utf8'), 'one');
  utimesSync(`${path}.lock`, 0, Date.now() / 1000 - 60);
  assert.equal(replaceOwnFile(path, 'one', 'two'), true);
  assert.deepEqual(readdirSync(dirname(path)), ['file']);
});
