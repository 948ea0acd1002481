import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { briefly } from './briefly.ts';

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-briefly-'));
after(() => rmSync(folder, { recursive: true }));
const env = { PATH: process.env.PATH, TOOLCRIB_KEY: 'secret of the key' };
const sh = (script: string, limit = 60_000) =>
  briefly('/bin/sh', ['-c', script], { env, cwd: folder, limit });

test('what a program says, and how it ended', async () => {
  assert.deepEqual(await sh('echo out; echo err >&2; exit 3'), { stdout: 'out\n', stderr: 'err\n', code: 3 });
  const killed = await sh('kill -9 $$');
  assert.deepEqual([killed.code, killed.why], [undefined, 'it ended by SIGKILL']);
  const none = await briefly('toolcrib-no-such-program', [], { env, limit: 60_000 });
  assert.deepEqual([none.missing, none.code], [true, undefined]);
});

test('our own key is not told to it, and it has nothing to read', async () => {
  const { stdout } = await sh('env; cat');
  assert.match(stdout, /^PATH=/m);
  assert.doesNotMatch(stdout, /secret of the key/);
});

const isThere = (pid: string) =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

test('one that hangs is ended with all that it started, and what it said before counts', async (t) => {
  if (process.platform !== 'linux') return t.skip('looked up in /proc');
  const said = await sh('sleep 100000 & echo $! $$; wait', 2_000);
  assert.equal(said.why, 'no answer within 2 s');
  const pids = said.stdout.trim().split(' ');
  assert.equal(pids.length, 2, said.stdout);
  // A signal takes its moment.
  while (pids.some(isThere)) await new Promise((resolve) => setImmediate(resolve));
});

test('a child that holds the pipe open is not waited for', async () => {
  const { stdout, code } = await sh('sleep 100000 & echo told');
  assert.deepEqual([stdout, code], ['told\n', 0]);
});

test('a flood is not kept', async () => {
  const { stdout } = await sh('yes | head -c 5000000');
  assert.ok(stdout.length < 200_000, `${stdout.length}`);
});
