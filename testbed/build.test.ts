// What people see who have no Go, or an old one. Needs no Go itself.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { lockBuild } from './lock.ts';

const run = join(import.meta.dirname, 'run.ts');

function testbed(t: { after(undo: () => void): void }, go: string | undefined, ...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-go-'));
  t.after(() => rmSync(folder, { recursive: true }));
  if (go) writeFileSync(join(folder, 'go'), `#!/bin/sh\n${go}\n`, { mode: 0o755 });
  const env = { PATH: folder, HOME: folder, XDG_CACHE_HOME: folder, TMPDIR: folder };
  const { status, stdout, stderr } = spawnSync(process.execPath, [run, ...args], { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('without Go: what, why and what next', (t) => {
  const { status, stdout, stderr } = testbed(t, undefined);
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /no "go" on the PATH.*Kubernetes' Go modules.*Install Go 1\.25/s);
});

test('with a Go that is too old, no newer one is fetched behind its owner’s back', (t) => {
  const { status, stderr } = testbed(
    t,
    '[ "$GOTOOLCHAIN" = local ] || exit 9; echo go version go1.24.9 linux/amd64',
  );
  assert.equal(status, 1);
  assert.match(stderr, /too old: go version go1\.24\.9.*Install Go 1\.25/s);
});

test('a build that fails says so with the compiler’s words', (t) => {
  const go = 'case $1 in version) echo go version go1.26.0 linux/amd64;; *) echo boom >&2; exit 1;; esac';
  const { status, stderr } = testbed(t, go);
  assert.equal(status, 1);
  assert.match(stderr, /"go build".*failed \(exit 1\).*boom/s);
});

test('a build that fails leaves no folder in the cache; one that is killed does not hold up the next', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-go-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const go = (build: string) => {
    const script = `#!/bin/sh\ncase $1 in version) echo go version go1.26.0 linux/amd64;; *) ${build};; esac\n`;
    writeFileSync(join(folder, 'go'), script, { mode: 0o755 });
    const env = { PATH: `${folder}:/usr/bin:/bin`, HOME: folder, XDG_CACHE_HOME: folder, TMPDIR: folder };
    return spawnSync(process.execPath, [run], { env, encoding: 'utf8', timeout: 60_000 });
  };
  const cached = () =>
    readdirSync(join(folder, 'toolcrib', 'testbed')).filter((name) => !/\.lock/.test(name));
  assert.equal(go('echo boom >&2; exit 1').status, 1);
  assert.deepEqual(cached(), []);
  // The compiler ends the builder, as somebody may who grows impatient.
  assert.equal(go('kill -9 $PPID; exit 1').signal, 'SIGKILL');
  const { status, stderr } = go('echo again >&2; exit 1');
  assert.equal(status, 1);
  assert.match(stderr, /again/);
  assert.doesNotMatch(stderr, /waiting/);
  assert.deepEqual(cached(), []);
});

test('the lock: many wait, one at a time has it, and it does not outlive its process', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-lock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'x.lock');
  const holder = `import { lockBuild } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))};
    await lockBuild(${JSON.stringify(path)}, () => {}); process.kill(process.pid, 'SIGKILL');`;
  assert.equal(spawnSync(process.execPath, ['--input-type=module', '-e', holder]).signal, 'SIGKILL');
  let inside = 0;
  let most = 0;
  const told: string[] = [];
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      const release = await lockBuild(path, (line) => told.push(line));
      most = Math.max(most, ++inside);
      await new Promise((done) => setTimeout(done, 20));
      inside--;
      release();
    }),
  );
  assert.equal(most, 1);
  assert.equal(told.length, 3);
});

test('wrong usage is exit code 2, before anything is built', (t) => {
  assert.equal(testbed(t, undefined, '--name', '../x').status, 2);
  assert.equal(testbed(t, undefined, 'begin').status, 2);
  assert.equal(testbed(t, undefined, '--nope').status, 2);
});

test('status and stop need no Go', (t) => {
  const asked = testbed(t, undefined, 'status');
  assert.equal(asked.status, 1);
  assert.match(asked.stdout, /not running/);
  assert.equal(testbed(t, undefined, 'stop').status, 0);
});
