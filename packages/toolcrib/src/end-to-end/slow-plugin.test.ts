import assert from 'node:assert/strict';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { inNamespace, paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import { parse, stringify } from 'yaml';
import { type GuardHome, guardHome, type RunningGuard } from '../testing/running-guard.ts';
import { type GuardedTarget, openGuardedSandbox, send } from '../testing/stage.ts';

// A credential plugin that takes longer than the guard's lease, in front of a cluster: the guard lives on meanwhile.

const policy = `
apiVersion: toolcrib.dev/v1alpha1
kind: GuardPolicy
spec: {clusters: [{context: '*', mode: enforce}]}
`;
/** Milliseconds. */
const LEASE = 6_000;

let cluster: GuardedTarget;
let home: GuardHome;
let guard: RunningGuard;
/** The plugin waits as long as `slow` is there, and says so by making `asked`. */
const file = (name: 'plugin' | 'slow' | 'asked') => join(home.folder, name);
before(async () => {
  cluster = await openGuardedSandbox();
  const config = parse(cluster.kubeconfig);
  const { token } = config.users[0].user;
  assert.ok(token, 'what the sandbox lets in is a token');
  home = guardHome('{}', policy);
  config.contexts[0].name = 'prod';
  config['current-context'] = 'prod';
  config.users[0].user = {
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: file('plugin'),
      interactiveMode: 'Never',
    },
  };
  writeFileSync(home.direct, stringify(config));
  const apiVersion = 'client.authentication.k8s.io/v1';
  const said = JSON.stringify({ kind: 'ExecCredential', apiVersion, status: { token } });
  const wait = `[ -e '${file('slow')}' ] && touch '${file('asked')}'\nwhile [ -e '${file('slow')}' ]; do sleep 0.05; done`;
  writeFileSync(file('plugin'), `#!/bin/sh\n${wait}\necho '${said}'\n`);
  chmodSync(file('plugin'), 0o755);
  guard = await home.start(undefined, { lease: LEASE });
});
after(async () => {
  rmSync(file('slow'), { force: true });
  await guard?.kill();
  home?.remove();
  await cluster?.target.close();
});

/** Until when its lease runs, as the journal has it. Milliseconds since 1970. */
function leasedUntil(): number {
  const database = new DatabaseSync(join(home.paths.journal, 'journal.db'), { readOnly: true });
  try {
    return Number(database.prepare('SELECT max(until) AS until FROM guards WHERE ended = 0').get()?.until);
  } finally {
    database.close();
  }
}

test('what was judged goes out once the plugin has answered, however often the lease was renewed by then', () =>
  inNamespace(cluster.target, async (namespace) => {
    const at = paths.core(namespace, 'configmaps');
    await put(cluster.target, at, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
    // Whoever judges has asked its plugin by this, and the door has not: nothing was sent.
    assert.equal((await send(guard, 'DELETE', `${at}/none`, { context: 'prod' })).status, 404);
    writeFileSync(file('slow'), '');
    const reply = send(guard, 'DELETE', `${at}/a`, { context: 'prod' });
    await until('the door has asked its plugin', async () => existsSync(file('asked')));
    const judged = Date.now();
    await until('the lease by which it was judged is over', async () => leasedUntil() > judged + 2 * LEASE);
    rmSync(file('slow'));
    const { status, body } = await reply;
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(await seen(cluster.target, `${at}/a`), undefined);
  }));
