import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { loadPerson } from './person-kubeconfig.ts';
import { aPerson, config, kubectlPath } from './testing/terminals.ts';

test('what kubectl writes while the guard reads and writes is never lost', async (t) => {
  if (!kubectlPath()) return t.skip('the packed kubectl does not run on this machine');
  const { on, sync, home, paths } = aPerson({ a: config('a', 'prod') });
  const { kubeconfig } = await on('one', 'a');
  const env = { HOME: home, PATH: process.env.PATH, KUBECONFIG: kubeconfig };
  let ended = false;
  const writing = (async () => {
    const run = promisify(execFile);
    for (let at = 0; at < 12; at++) {
      for (const args of [
        ['set-cluster', `k${at}`, '--server', `https://k${at}.example`],
        ['set-credentials', `k${at}`, '--token', `secret-${at}`],
        ['set-context', `k${at}`, '--cluster', `k${at}`, '--user', `k${at}`],
        ['use-context', `k${at}`],
      ]) {
        // kubectl does not wait for its own lock, and says so.
        for (;;) {
          const failed = await run(kubectlPath() ?? '', ['config', ...args], { env }).then(
            () => undefined,
            (error: Error) => error.message,
          );
          if (failed === undefined) break;
          assert.match(failed, /\.lock|no context exists|could not find/, failed);
        }
      }
    }
    ended = true;
  })();
  while (!ended) {
    await sync();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await writing;
  for (let tries = 0; (await sync()).busy; tries++) {
    assert.ok(tries < 100);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const person = loadPerson(paths, {}, home);
  for (let at = 0; at < 12; at++) {
    const { cluster, user } = person.context(`k${at}`);
    assert.deepEqual([cluster.server, user.token], [`https://k${at}.example`, `secret-${at}`]);
  }
});
