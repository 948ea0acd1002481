import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type RunningSandbox, startSandbox } from '@toolcrib/sandbox';
import { parse } from 'yaml';
import { guardClient } from '../laptop/api/client.ts';
import { guardPid } from '../laptop/daemon.ts';
import { turnOn } from '../laptop/on.ts';
import { pathsOf } from '../laptop/paths.ts';
import { startGuard } from './guard.ts';

// A whole guard in this process, with its threads, before a real cluster.

const home = mkdtempSync(join(tmpdir(), 'toolcrib-guard-main-'));
const direct = join(home, 'config');
const env = { TOOLCRIB_HOME: join(home, 'state'), KUBECONFIG: direct, HOME: home };
const paths = pathsOf(env, home);
let cluster: RunningSandbox;
before(async () => {
  cluster = await startSandbox({ name: 'prod', controllers: false, podStartMs: 20 });
  writeFileSync(direct, cluster.kubeconfig());
});
after(async () => {
  await cluster?.close();
  rmSync(home, { recursive: true });
});

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { token: string } }[];
}

/** A GET as a client of this terminal sends it. */
async function get(kubeconfig: Kubeconfig, path: string, token: string): Promise<number | undefined> {
  const { server, 'certificate-authority-data': ca } =
    kubeconfig.clusters[0]?.cluster ?? assert.fail('no cluster');
  return new Promise((resolve, reject) => {
    const url = new URL(`${server}${path}`);
    request(
      url,
      { ca: Buffer.from(ca, 'base64'), headers: { authorization: `Bearer ${token}` }, agent: false },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      },
    )
      .on('error', reject)
      .end();
  });
}

test('it lets in who has a context’s token, is the only one of its folder, and leaves nothing of its life behind', async () => {
  const guard = await startGuard(env, home);
  try {
    const { kubeconfig } = await turnOn(paths, env, 'sh', home);
    const ours = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
    const token = ours.users[0]?.user.token ?? '';
    assert.equal(new URL(ours.clusters[0]?.cluster.server ?? '').port, String(guard.port));
    assert.equal(await get(ours, '/api/v1/namespaces', token), 200);
    assert.equal(await get(ours, '/api/v1/namespaces', `${token}x`), 401);
    const status = await guardClient(paths.socket).status();
    assert.deepEqual(
      [status.port, status.pid, status.contexts],
      [guard.port, process.pid, [{ context: 'prod', mode: 'observe' }]],
    );
    assert.equal(guardPid(paths), process.pid);
    await assert.rejects(startGuard(env, home), { name: 'ToolcribError', code: 'conflict' });
    assert.equal(guardPid(paths), process.pid, 'who came second took nothing from it');
  } finally {
    await guard.close();
  }
  assert.equal(guardPid(paths), undefined);
  assert.equal(existsSync(paths.socket), false);
  await assert.rejects(guardClient(paths.socket).status(), { code: 'not-running' });
  // What it held is free again: port, lock, journal.
  const next = await startGuard(env, home);
  assert.equal(next.port, guard.port);
  await next.close();
});

test('a start that fails leaves the folder to the next one', async () => {
  writeFileSync(direct, '] no file');
  await assert.rejects(startGuard({ ...env, TOOLCRIB_HOME: join(home, 'other') }, home), {
    code: 'bad-file',
  });
  writeFileSync(direct, cluster.kubeconfig());
  const guard = await startGuard({ ...env, TOOLCRIB_HOME: join(home, 'other') }, home);
  await guard.close();
});
