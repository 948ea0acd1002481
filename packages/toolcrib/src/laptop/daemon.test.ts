import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { answers, becomeGuard, ensureGuard, guardPid, stopGuard } from './daemon.ts';
import { type Paths, pathsOf } from './paths.ts';
import { startOf } from './process-id.ts';

const root = mkdtempSync(join(tmpdir(), 'tc-d-'));
after(() => rmSync(root, { recursive: true }));

/** A stand-in for the guard's program: real process, lock, pid file and socket; only the door is missing. */
function place(body = ''): { paths: Paths; main: string; env: NodeJS.ProcessEnv } {
  const folder = mkdtempSync(join(root, 'g-'));
  const env = { ...process.env, TOOLCRIB_HOME: folder };
  const main = join(folder, 'main.ts');
  writeFileSync(
    main,
    `import { createServer } from 'node:http';
     import { rmSync } from 'node:fs';
     import { becomeGuard, reportStartFailure } from ${JSON.stringify(import.meta.resolve('./daemon.ts'))};
     import { pathsOf } from ${JSON.stringify(import.meta.resolve('./paths.ts'))};
     import { makeSecret } from ${JSON.stringify(import.meta.resolve('./api/socket.ts'))};
     import { ToolcribError } from ${JSON.stringify(import.meta.resolve('@toolcrib/model'))};
     const paths = pathsOf(process.env);
     try {
       const release = becomeGuard(paths);
       console.log('a guard begins');
       ${body}
       rmSync(paths.socket, { force: true });
       makeSecret(paths.socket);
       const server = createServer((_, response) => response.end('{}')).listen(paths.socket);
       process.on('SIGTERM', () => { server.close(); server.closeAllConnections(); release(); process.exit(0); });
     } catch (error) { reportStartFailure(paths, error); process.exit(1); }`,
  );
  return { paths: pathsOf(env), main, env };
}
const beginnings = (paths: Paths) => readFileSync(paths.log, 'utf8').split('a guard begins').length - 1;

test('many terminals ask at once: one guard is started, answers, and is stopped', async () => {
  const { paths, main, env } = place();
  const all = await Promise.all(Array.from({ length: 5 }, () => ensureGuard(paths, { main, env })));
  assert.deepEqual(all.sort(), ['running', 'running', 'running', 'running', 'started']);
  assert.equal(beginnings(paths), 1);
  assert.equal(statSync(paths.log).mode & 0o777, 0o600);
  const pid = guardPid(paths);
  assert.ok(pid && pid !== process.pid);
  assert.equal(await ensureGuard(paths, { main, env }), 'running');
  assert.throws(() => becomeGuard(paths), { code: 'conflict' });
  assert.equal(await stopGuard(paths), 'stopped');
  assert.equal(startOf(pid), undefined);
  assert.equal(await answers(paths.socket), false);
  assert.equal(existsSync(paths.pid), false);
  assert.equal(await stopGuard(paths), 'not-running');
  assert.equal(await ensureGuard(paths, { main, env }), 'started');
  assert.equal(await stopGuard(paths), 'stopped');
});

test('a guard that was killed leaves nothing in the way of the next', async () => {
  const { paths, main, env } = place();
  await ensureGuard(paths, { main, env });
  const pid = guardPid(paths);
  assert.ok(pid);
  process.kill(pid, 'SIGKILL');
  while (startOf(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(existsSync(paths.pid) && existsSync(paths.socket), 'this test shows nothing');
  assert.equal(guardPid(paths), undefined);
  assert.equal(await ensureGuard(paths, { main, env }), 'started');
  assert.equal(await stopGuard(paths), 'stopped');
});

test('a pid that was given to another process is not taken for ours, and that process is not ended', async () => {
  const { paths } = place();
  becomeGuard(paths)();
  const stranger = spawn('sleep', ['60']);
  await once(stranger, 'spawn');
  for (const start of ['', 'another boot 12345', startOf(process.pid)]) {
    writeFileSync(paths.pid, JSON.stringify({ pid: stranger.pid, start }));
    assert.equal(guardPid(paths), undefined);
    assert.equal(await stopGuard(paths), 'not-running');
    assert.ok(startOf(stranger.pid ?? 0), 'a stranger was ended');
  }
  for (const text of ['', '{', '{"pid":-1,"start":"x"}']) {
    writeFileSync(paths.pid, text);
    assert.equal(await stopGuard(paths), 'not-running');
  }
  stranger.kill();
});

test('why a guard can’t start is said where it was asked for', async () => {
  const failing = place(
    `throw new ToolcribError('port-in-use', 'Port 23456 is in use.', { next: 'Free it.' });`,
  );
  await assert.rejects(ensureGuard(failing.paths, failing), {
    code: 'port-in-use',
    message: /23456/,
    next: 'Free it.',
  });
  const crashing = place(`console.error('something is badly wrong'); process.exit(7);`);
  await assert.rejects(ensureGuard(crashing.paths, crashing), {
    code: 'not-running',
    message: /exit code 7.*something is badly wrong/s,
  });
  const silent = place('await new Promise((resolve) => setTimeout(resolve, 60_000));');
  await assert.rejects(ensureGuard(silent.paths, { ...silent, timeout: 700 }), {
    code: 'not-running',
    message: /0\.7 s/,
  });
  // The one that was too slow is ended, so that the next start finds the place free.
  for (let i = 0; guardPid(silent.paths) && i < 200; i++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(guardPid(silent.paths), undefined);
});
