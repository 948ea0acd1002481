import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { keeping, programOf } from './testing/program.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-synced-'));
after(() => rmSync(root, { recursive: true, force: true }));

test('the kernel is asked to sync after each keep was written and before it resolves', (t) => {
  const trace = join(root, 'trace');
  if (spawnSync('strace', ['-o', trace, 'true']).status !== 0)
    return t.skip('strace is not here, or may not trace');
  const keeps = 20;
  const run = spawnSync('strace', [
    '-f',
    '-y',
    '-o',
    trace,
    '-e',
    'trace=openat,write,pwrite64,fsync,fdatasync',
    process.execPath,
    ...programOf(mkdtempSync(join(root, 'j-')), randomBytes(32), keeping(keeps)),
  ]);
  assert.equal(run.status, 0, run.stderr.toString());
  // Between one "resolved" (its number written to stdout) and the next: writes to the log, then a sync of it.
  let wrote = false;
  let synced = false;
  let resolved = 0;
  // Where another thread calls in the midst of it, a call is two lines: its end has no file, and so is its thread's.
  const syncing = new Set<string>();
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    const thread = line.split(' ')[0] ?? '';
    if (/pwrite64\(\d+<[^>]*journal\.db-wal>/.test(line)) {
      wrote = true;
      synced = false;
    }
    if (/(fsync|fdatasync)\(\d+<[^>]*journal\.db-wal>\)\s+= 0/.test(line)) synced = true;
    if (/(fsync|fdatasync)\(\d+<[^>]*journal\.db-wal> <unfinished/.test(line)) syncing.add(thread);
    if (/<\.\.\. (fsync|fdatasync) resumed>\)\s+= 0/.test(line) && syncing.delete(thread)) synced = true;
    if (/write\(1<[^>]*>, "\d+\\n"/.test(line)) {
      assert.ok(wrote && synced, `keep ${resolved} resolved before its log was written and synced`);
      resolved++;
      wrote = false;
      synced = false;
    }
  }
  assert.equal(resolved, keeps);
});
