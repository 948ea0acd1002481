import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { commandsIn } from '@toolcrib/model/commands';
import { realClients } from '@toolcrib/sandbox';
import { fitted } from '../faces/cli/terminal.ts';
import { CLI, COMPILED, launch, NODE, type Outcome } from '../testing/programs.ts';

// What people type who have just installed it, in a home with nothing in it: each time the last line says what to type next.

const root = mkdtempSync(join(tmpdir(), 'tc-first-'));
after(() => rmSync(root, { recursive: true, force: true }));

const KUBECONFIG = JSON.stringify({
  'current-context': 'prod',
  clusters: [{ name: 'prod', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'aiko', user: { token: 'secret' } }],
  contexts: ['prod', 'stage'].map((name) => ({ name, context: { cluster: 'prod', user: 'aiko' } })),
});

/** A home as a new user has it: with a kubeconfig at its usual place, or without. */
function newHome(kubeconfig?: string) {
  const home = mkdtempSync(join(root, 'h-'));
  if (kubeconfig !== undefined) {
    mkdirSync(join(home, '.kube'));
    writeFileSync(join(home, '.kube', 'config'), kubeconfig, { mode: 0o600 });
  }
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    SHELL: '/bin/bash',
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? COMPILED,
  };
  return {
    home,
    env,
    toolcrib: (...args: string[]): Promise<Outcome> =>
      launch(process.execPath, [...NODE, CLI, ...args], { env }).done,
  };
}

/** What is said ends in a step that can be taken: a command of ours that stands there whole, or what to set. */
function assertNext(said: Outcome, code: number, says: RegExp, next: RegExp): void {
  assert.equal(said.code, code, `${said.stdout}${said.stderr}`);
  assert.match(said.stderr, says);
  assert.match(said.stderr.trimEnd().split('\n').slice(-2).join('\n'), next);
  assert.doesNotMatch(said.stderr, /^\s+at |should not have happened|^error:/m);
  // As a terminal of 80 columns shows it: only a path or a command to copy may be longer, and no command is broken.
  const shown = fitted(said.stderr, 80);
  for (const line of shown.split('\n'))
    assert.ok(line.length <= 80 || !/\S \S/.test(line.replace(/toolcrib( \S+)*/, '')), line);
  assert.deepEqual(commandsIn(shown), commandsIn(said.stderr));
}

const EMPTY: [typed: string, code: number, says: RegExp, next: RegExp][] = [
  ['', 2, /First steps:\n {2}demo/, /New here\? toolcrib demo, and then toolcrib setup/],
  ['undo', 2, /missing required argument 'act'/, /→ Name the act: toolcrib log lists them/],
  ['undo last', 2, /no journal yet: nothing has gone through/, /→ Turn it on: eval "\$\(toolcrib on\)"/],
  ['approve', 2, /missing required argument 'code'/, /→ Name the code: toolcrib held lists what waits/],
  ['approve K7QMD', 3, /guard does not answer \(it was never started\)/, /→ Start it: toolcrib guard start/],
  ['rollback act-7k2m9cx', 2, /There is no command rollback\./, /→ .*: toolcrib undo ACT$/],
  ['status', 2, /There is no command status\./, /→ .*: toolcrib guard status$/],
  ['aprove K7QMD', 2, /There is no command aprove\./, /→ Did you mean toolcrib approve\?$/],
  ['kubectl get pods -n shop', 2, /no command kubectl\./, /\n {2}toolcrib run -- kubectl get pods -n shop$/],
  ['run', 125, /missing required argument 'command'/, /→ For example: toolcrib run -- k9s$/],
  ['on', 2, /no context to guard: no kubeconfig was found/, /→ Set KUBECONFIG, or let your cloud/],
  ['radius deploy/web', 2, /No kubeconfig was found/, /→ Set KUBECONFIG, or let your cloud/],
  ['radius', 2, /missing required argument 'kind\/name'/, /→ For example: toolcrib radius sts\/kafka/],
  ['held', 3, /guard does not answer/, /→ Start it: toolcrib guard start$/],
  ['guard status', 1, /guard does not answer/, /→ Start it: toolcrib guard start; or .*toolcrib off/],
  ['guard restart', 2, /no command restart of toolcrib guard/, /→ Did you mean toolcrib guard start/],
  ['vet ./nothing', 2, /"\.\/nothing" is no folder/, /→ say \.\/path\/to\/clone, git:/],
  ['vet verfy tool.tar.gz', 2, /"verfy" is no folder/, /→ Did you mean toolcrib vet verify\?$/],
  ['log --contxt prod', 2, /unknown option '--contxt'/, /→ Did you mean --context\?$/],
  ['uninstall', 2, /Nobody can be asked here/, /→ toolcrib uninstall --yes$/],
];
for (const [typed, code, says, next] of EMPTY)
  test(`in an empty home: toolcrib ${typed}`, async () => {
    const said = await newHome().toolcrib(...typed.split(' ').filter(Boolean));
    assertNext(said, code, says, next);
  });

test('a context that is none, and a letter too many in guard.yaml, with its line', async () => {
  const { home, toolcrib } = newHome(KUBECONFIG);
  assertNext(
    await toolcrib('radius', 'deploy/web', '--context', 'prdo'),
    2,
    /no context "prdo"/,
    /Did you mean prod\?/,
  );
  mkdirSync(join(home, '.config', 'toolcrib'), { recursive: true });
  writeFileSync(
    join(home, '.config', 'toolcrib', 'guard.yaml'),
    'apiVersion: toolcrib.dev/v1alpha1\nkind: GuardPolicy\nspec:\n  clusters:\n    - {context: "*", mode: enfroce}\n',
  );
  for (const words of [['on'], ['guard', 'start']])
    assertNext(
      await toolcrib(...words),
      2,
      /guard\.yaml:5:28: .*mode: .*"observe"\|"warn"\|"enforce"/,
      /→ Mend these lines and try again/,
    );
});

test('sudo toolcrib on', async () => {
  const { home, env } = newHome(KUBECONFIG);
  // Named so it is sudo to whoever looks at the processes.
  copyFileSync(realpathSync('/bin/sh'), join(home, 'sudo'));
  const line = [process.execPath, ...NODE, CLI, 'on'].map((word) => `'${word}'`).join(' ');
  // Not the last command, so that it stays the parent.
  const said = await launch(join(home, 'sudo'), ['-c', `${line}; exit $?`], { env }).done;
  assertNext(said, 2, /sudo makes it another user's/, /→ Without sudo: eval "\$\(toolcrib on\)"$/);
  assert.equal(said.stdout, "sh -c 'exit 2'\n");
});

test('on, then: nothing held, no act, the cluster is gone, the guard is dead, and away with it', async () => {
  const { env, toolcrib } = newHome(KUBECONFIG);
  const on = await toolcrib('on', '-o', 'json');
  assert.equal(on.code, 0, on.stderr);
  const { variables } = JSON.parse(on.stdout) as { variables: Record<string, string> };
  Object.assign(env, variables);
  const kubectl = async (...args: string[]) => launch((await realClients()).kubectl, args, { env }).done;
  try {
    const held = await toolcrib('held');
    assert.deepEqual([held.code, commandsIn(held.stdout)], [0, ['toolcrib log']]);
    assertNext(
      await toolcrib('undo', 'last'),
      2,
      /There is no act last/,
      /→ Nothing has gone through the guard yet/,
    );
    assertNext(
      await toolcrib('approve', 'K7QMD'),
      2,
      /Nothing is held under the code K7QMD/,
      /→ toolcrib held lists/,
    );
    assertNext(
      await toolcrib('radius', 'deploy/web'),
      3,
      /cluster at 127\.0\.0\.1:1 gave no answer/,
      /→ Check the network, a VPN, and the address in your kubeconfig/,
    );
    const gone = await kubectl('get', 'pods');
    assert.match(gone.stderr, /toolcrib: the cluster at .* did not answer .* check the cluster or your VPN/);
  } finally {
    await toolcrib('guard', 'stop');
  }
  // kubectl says so in its own words: what we can say is said where one looks next.
  const dead = await kubectl('get', 'pods');
  assert.match(dead.stderr, /connection to the server 127\.0\.0\.1:\d+ was refused/);
  for (const words of [['guard', 'status'], ['doctor']]) {
    const said = await toolcrib(...words);
    assert.notEqual(said.code, 0);
    const named = commandsIn(`${said.stdout}${said.stderr}`);
    assert.ok(named.includes('toolcrib guard start'), `${words}: ${named}`);
  }
  assertNext(
    await toolcrib('held'),
    3,
    /does not answer \(it was stopped\)/,
    /→ Start it: toolcrib guard start$/,
  );
  const away = await toolcrib('uninstall', '--yes');
  assert.equal(away.code, 0, away.stderr);
  assert.ok(commandsIn(away.stderr).includes('eval "$(toolcrib off)"'), away.stderr);
  // The way back works when nothing of ours is left.
  const off = await toolcrib('off');
  assert.deepEqual([off.code, off.stderr], [0, '']);
  assert.match(off.stdout, /^unset KUBECONFIG;$/m);
});
