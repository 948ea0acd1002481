import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { inNamespace, paths, put, seen } from '@toolcrib/guard/testing/target.ts';
import { answers } from '../laptop/daemon.ts';
import type { Outcome } from '../testing/programs.ts';
import { type GuardHome, guardHome } from '../testing/running-guard.ts';
import { openGuardedSandbox, openStage, type Stage } from '../testing/stage.ts';

// One clear error that says what to do, and the exit code of the command line's rule. The real command line.

const CONFIG = `apiVersion: v1
kind: Config
current-context: prod
clusters: [{name: prod, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: aiko, user: {token: secret}}]
contexts: [{name: prod, context: {cluster: prod, user: aiko}}]
`;

/** An error for people: its code, one message, what next; no stack trace. */
function assertClear(said: Outcome, code: number, ...patterns: RegExp[]): void {
  assert.equal(said.code, code, said.stderr);
  for (const pattern of patterns) assert.match(said.stderr, pattern);
  assert.match(said.stderr, /→ |toolcrib run: /, 'what next');
  assert.doesNotMatch(said.stderr, /^\s+at |should not have happened/m);
}

describe('before the guard runs', () => {
  const homes: GuardHome[] = [];
  const home = (kubeconfig = CONFIG, policy = '') => {
    const made = guardHome(kubeconfig, policy || undefined);
    homes.push(made);
    return made;
  };
  after(async () => {
    for (const one of homes) {
      if (await answers(one.paths.socket)) await one.cli('guard', 'stop');
      one.remove();
    }
  });

  test('a kubeconfig that is no YAML, and one that is not there', async () => {
    const broken = home('clusters: [\n  {name: "prod}\n');
    assertClear(await broken.cli('on'), 2, /kubeconfig/);
    const none = home();
    none.env.KUBECONFIG = join(none.folder, 'nowhere');
    assertClear(await none.cli('on'), 2, /no kubeconfig was found|no context/);
    assertClear(await broken.cli('guard', 'start'), 2, /kubeconfig/);
  });

  test('what on and off leave to eval fails as they did: a script under set -e goes no further', async (t) => {
    const broken = home(
      CONFIG,
      'apiVersion: toolcrib.dev/v1alpha1\nkind: GuardPolicy\nspec:\n  cluster: []\n',
    );
    // Each command is run once; the shells evaluate what it said and see the code that it ended with.
    const commands: string[] = [];
    for (const words of ['on', 'on --shell nothing', 'off --nonsense', 'on -o xml']) {
      const { code, stdout } = await broken.cli(...words.split(' '));
      assert.equal(code, 2, words);
      const file = join(broken.folder, words.replaceAll(' ', '-'));
      writeFileSync(file, `cat <<'SAID'\n${stdout}SAID\nexit ${code}\n`);
      commands.push(`sh "${file}"`);
    }
    for (const shell of ['sh', 'bash', 'zsh', 'fish']) {
      if (spawnSync(shell, ['-c', 'true']).error) {
        t.diagnostic(`${shell} is not installed here`);
        continue;
      }
      for (const command of commands) {
        const evaluation = shell === 'fish' ? `eval (${command} | string collect)` : `eval "$(${command})"`;
        const said = await broken.launch(shell, [
          '-c',
          `${evaluation}; echo $${shell === 'fish' ? 'status' : '?'}`,
        ]).done;
        assert.equal(said.stdout, '2\n', `${shell}, ${command}: ${said.stderr}`);
        if (shell === 'fish') continue;
        const strict = await broken.launch(shell, ['-ec', `${evaluation}; echo went on`]).done;
        assert.deepEqual([strict.code, strict.stdout], [2, ''], `${shell}, ${command}`);
      }
    }
    const data = await broken.cli('on', '-o', 'json');
    assert.deepEqual([data.code, data.stdout], [2, ''], 'a program that reads JSON evaluates nothing');
  });

  test('an unknown context', async () => {
    const said = await home().cli('radius', 'statefulset/web', '--context', 'prd');
    assertClear(said, 2, /prd/, /prod/);
  });

  test('a policy with faults, each by line and column; its own folder open to others', async () => {
    const policy = 'apiVersion: toolcrib.dev/v1alpha1\nkind: GuardPolicy\nspec:\n  cluster: []\n';
    assertClear(await home(CONFIG, policy).cli('guard', 'start'), 2, /guard\.yaml:4:\d+: .*cluster/);
    const rule = `${policy.replace('cluster: []', 'rules: [{name: a, when: radius.pods >, then: hold}]')}`;
    assertClear(await home(CONFIG, rule).cli('guard', 'start'), 2, /guard\.yaml:4:\d+: .*rule a/);
    const open = home();
    chmodSync(open.paths.state, 0o777);
    assertClear(await open.cli('guard', 'start'), 2, /can be written by others/, /chmod 700/);
  });

  test('the port is taken: who to look for, and a new one on request', async () => {
    const taken = home();
    assert.equal((await taken.cli('guard', 'start')).code, 0);
    assert.equal((await taken.cli('guard', 'stop')).code, 0);
    const { port } = JSON.parse(readFileSync(taken.paths.door, 'utf8'));
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    try {
      const said = await taken.cli('guard', 'start');
      assertClear(said, 3, new RegExp(`127.0.0.1:${port}`), /ss -ltnp/, /guard start --port 0/);
      assertClear(await taken.cli('guard', 'start', '--port', String(port)), 3, /is taken/);
      const none = await taken.cli('guard', 'start', '--port', '70000');
      assert.equal(none.code, 2);
      assert.match(none.stderr, /70000.*0 to 65535/);
      const moved = await taken.cli('guard', 'start', '--port', '0');
      assert.equal(moved.code, 0, moved.stderr);
      const now = JSON.parse(readFileSync(taken.paths.door, 'utf8')).port;
      assert.notEqual(now, port);
      assert.match(readFileSync(taken.paths.kubeconfig, 'utf8'), new RegExp(`https://127.0.0.1:${now}/`));
    } finally {
      other.close();
    }
  });

  test('a wrong key, or one that is none', async () => {
    const keyed = home();
    assert.equal((await keyed.cli('guard', 'start')).code, 0);
    assert.equal((await keyed.cli('guard', 'stop')).code, 0);
    keyed.env.TOOLCRIB_KEY = Buffer.alloc(32, 7).toString('base64');
    assertClear(await keyed.cli('guard', 'start'), 2, /another key/, /TOOLCRIB_KEY/);
    assertClear(await keyed.cli('log'), 2, /another key/);
    keyed.env.TOOLCRIB_KEY = 'short';
    assertClear(await keyed.cli('guard', 'start'), 2, /32 bytes/);
  });

  test('run: 125 where the guard can’t start, and the tool was not', async () => {
    const broken = home('nonsense: [');
    const mark = join(broken.folder, 'mark');
    const said = await broken.cli('run', '--', 'touch', mark);
    assertClear(said, 125, /kubeconfig/);
    assert.throws(() => readFileSync(mark));
  });

  test('words that are none, and what is not there', async () => {
    const { cli } = home();
    assert.equal((await cli('frobnicate')).code, 2);
    assert.equal((await cli('approve')).code, 2);
    assertClear(await cli('log'), 2, /no journal yet/);
    const held = await cli('held');
    assertClear(held, held.code, /does not answer/, /guard start/);
    assert.notEqual(held.code, 0);
  });
});

describe('while it runs', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage(openGuardedSandbox, { waitSeconds: 0 });
  });
  after(() => stage?.close());

  test('acts and codes that are not there', async () => {
    assertClear(await stage.home.cli('undo', 'act-nothing'), 2, /act-nothing/, /toolcrib log/);
    assertClear(await stage.home.cli('finish', 'act-nothing'), 2, /act-nothing/);
    assertClear(await stage.home.cli('approve', 'XXXXX', '--as-sent'), 2, /XXXXX/, /toolcrib held/);
  });

  test('a damaged snapshot: undo says which, and brings nothing back by halves', () =>
    inNamespace(stage.target, async (namespace) => {
      const at = paths.core(namespace, 'configmaps');
      const session = { 'user-agent': 'kubectl/v1.35.0', 'kubectl-session': `damaged-${namespace}` };
      for (const name of ['a', 'b']) {
        await put(stage.target, at, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
        const gone = await stage.send('DELETE', `${at}/${name}`, { headers: session });
        assert.equal(gone.status, 200, JSON.stringify(gone.body));
      }
      const { stdout } = await stage.home.cli('log', '-n', '1', '-o', 'json');
      const [{ act, requests }] = JSON.parse(stdout);
      assert.equal(requests.length, 2, 'one act');
      const database = new DatabaseSync(join(stage.home.paths.journal, 'journal.db'), { timeout: 5000 });
      const id = requests[1].snapshotId;
      const { sealed } = database.prepare('SELECT sealed FROM snapshots WHERE id = ?').get(id) as {
        sealed: Uint8Array;
      };
      sealed[sealed.length - 1] = (sealed[sealed.length - 1] ?? 0) ^ 0xff;
      database.prepare('UPDATE snapshots SET sealed = ? WHERE id = ?').run(sealed, id);
      database.close();
      const said = await stage.home.cli('undo', act.id);
      assert.notEqual(said.code, 0);
      assert.match(said.stderr, new RegExp(id));
      assert.match(said.stderr, /damaged/);
      for (const name of ['a', 'b']) assert.equal(await seen(stage.target, `${at}/${name}`), undefined, name);
    }));

  test('a guard.yaml that is broken later: the last good one stays in force, and status says so', () =>
    inNamespace(stage.target, async (namespace) => {
      const metadata = { name: 'web' };
      await put(stage.target, paths.core(namespace, 'persistentvolumeclaims'), {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata,
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      });
      stage.home.policy('spec: [');
      try {
        const status = await stage.home.cli('guard', 'status');
        assert.match(status.stdout, /not in force: .*guard\.yaml:1:/);
        assert.match(status.stdout, /enforce +enforce/);
        assert.match(status.stdout, /data-loss +hold +built-in/);
      } finally {
        stage.home.policy({ waitSeconds: 0 });
      }
    }));

  test('a context that is taken out of the kubeconfig: refused with the reason, and the guard lives on', async () => {
    const before = readFileSync(stage.home.direct, 'utf8');
    writeFileSync(stage.home.direct, before.replace(/name: observe/, 'name: renamed'));
    try {
      for (const method of ['DELETE', 'GET']) {
        const reply = await stage.send(method, '/api/v1/namespaces/default/configmaps/none', {
          context: 'observe',
        });
        assert.ok(reply.status >= 400, String(reply.status));
        assert.match(reply.body.message ?? '', /observe/);
      }
    } finally {
      writeFileSync(stage.home.direct, before);
    }
    const status = await stage.home.cli('guard', 'status');
    assert.equal(status.code, 0, stage.guard.log());
    const reply = await stage.send('GET', '/api/v1/namespaces/default', { context: 'observe' });
    assert.equal(reply.status, 200);
  });
});
