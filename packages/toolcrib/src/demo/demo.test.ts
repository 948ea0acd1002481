import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CLI } from '../testing/programs.ts';
import { pause } from '../testing/running-guard.ts';

// The real demo, ended early at different moments: nothing that it started may outlive it.

const root = mkdtempSync(join(tmpdir(), 'tc-demo-'));
after(() => rmSync(root, { recursive: true }));

/** Processes that still have something of this folder on their command line (Linux). */
function left(folder: string): string[] {
  if (!existsSync('/proc/self/cmdline')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const home = readFileSync(`/proc/${pid}/environ`, 'utf8');
        return command.includes(folder) || home.includes(`TOOLCRIB_HOME=${folder}`)
          ? [`${pid} ${command}`]
          : [];
      } catch {
        return [];
      }
    });
}

function start(name: string) {
  const folder = join(root, name);
  const temporary = mkdtempSync(folder);
  const env = { ...process.env, TMPDIR: temporary };
  const child = spawn(process.execPath, ['--conditions=toolcrib-source', '--no-warnings', CLI, 'demo'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  return {
    child,
    temporary,
    said: () => said,
    async until(what: RegExp | (() => boolean)) {
      const isSo = typeof what === 'function' ? what : () => what.test(said);
      for (let waited = 0; !isSo(); waited += 20) {
        assert.ok(waited < 60_000 && child.exitCode === null, `it never came to ${what}:\n${said}`);
        await pause(20);
      }
    },
    async end() {
      if (child.exitCode === null) await once(child, 'exit');
      assert.deepEqual(left(temporary), [], said);
      assert.deepEqual(readdirSync(temporary), [], said);
      return child.exitCode;
    },
  };
}

test('Ctrl-C while the cluster is coming up, and while the guard is: both are ended, the folder is gone', async () => {
  const early = start('early-');
  await early.until(() => readdirSync(early.temporary).some((name) => name.startsWith('toolcrib-demo-')));
  early.child.kill('SIGINT');
  assert.equal(await early.end(), 130, early.said());
  const guard = start('guard-');
  await guard.until(/apply -f examples\/kafka\.yaml/);
  const [folder = ''] = readdirSync(guard.temporary);
  await guard.until(() => existsSync(join(guard.temporary, folder, 'home', 'door.json')));
  guard.child.kill('SIGINT');
  guard.child.kill('SIGINT');
  assert.equal(await guard.end(), 130, guard.said());
});

test('an output that nobody reads any more ends it too', async () => {
  const piped = start('piped-');
  await piped.until(/1\. A cluster/);
  piped.child.stdout.destroy();
  assert.equal(await piped.end(), 0, piped.said());
});
