// What needs the real control plane ends, and red, where that can't be built: CI must never hang.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
const LIMIT = 240_000;

/** Runs a script of the workspace with a Go whose builds fail. @returns its exit code; undefined where it hangs */
async function runWithoutBuild(t: { after(undo: () => void): void }, ...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-go-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const go = 'case $1 in version) echo go version go1.26.0 linux/amd64;; *) echo boom >&2; exit 1;; esac';
  writeFileSync(join(folder, 'go'), `#!/bin/sh\n${go}\n`, { mode: 0o755 });
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    HOME: folder,
    XDG_CACHE_HOME: folder,
    TMPDIR: folder,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
  };
  const child = spawn(process.execPath, ['--conditions=toolcrib-source', ...args], {
    cwd: root,
    env,
    // A group of its own, so that a hanging grandchild ends as well.
    detached: true,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const stop = setTimeout(() => child.pid && process.kill(-child.pid, 'SIGKILL'), LIMIT);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(stop);
  return { code: code ?? undefined, said };
}

test('npm run test:cluster ends, and each file of it is red', async (t) => {
  const { code, said } = await runWithoutBuild(t, 'scripts/test.ts', 'cluster');
  assert.equal(code, 1, said.slice(-2_000));
  assert.match(said, /"go build".*failed \(exit 1\)/s);
  assert.match(said, /ℹ pass 0\n/);
});

test('npm run conformance ends, and says why', async (t) => {
  const { code, said } = await runWithoutBuild(t, 'conformance/run.ts');
  assert.equal(code, 1, said.slice(-2_000));
  assert.match(said, /"go build".*failed \(exit 1\)/s);
});
