import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CLI, launch, NODE } from '../../testing/programs.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-first-use-'));
after(() => rmSync(root, { recursive: true }));

function aPerson() {
  const home = mkdtempSync(join(root, 'home-'));
  mkdirSync(join(home, '.kube'));
  mkdirSync(join(home, 'bin'));
  writeFileSync(join(home, 'bin/toolcrib'), '#!/bin/sh\n');
  chmodSync(join(home, 'bin/toolcrib'), 0o755);
  writeFileSync(join(home, '.bashrc'), 'export A=1');
  writeFileSync(
    join(home, '.kube/config'),
    'clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]\ncontexts: [{name: prod-eu, context: {cluster: c}}, {name: kind-dev, context: {cluster: c}}]\n',
  );
  const env = { PATH: `${home}/bin:/usr/bin:/bin`, HOME: home, SHELL: '/bin/bash', NO_COLOR: '1' };
  return {
    policy: join(home, '.config/toolcrib/guard.yaml'),
    state: join(home, '.local/state/toolcrib'),
    rc: () => readFileSync(join(home, '.bashrc'), 'utf8'),
    cli: (...args: string[]) => launch(process.execPath, [...NODE, CLI, ...args], { env }).done,
  };
}

test('nobody there to ask: what it would do is said, word for word, and nothing is done', async () => {
  const one = aPerson();
  const said = await one.cli('setup');
  assert.equal(said.code, 1, said.stderr);
  assert.match(said.stdout, /prod-eu +enforce +its name says/);
  assert.match(said.stdout, /Would add to \S+\.bashrc:\nif \[\[ \$- == \*i\* \]\]/);
  assert.match(said.stderr, /Nothing was written: nobody can be asked here/);
  const json = JSON.parse((await one.cli('setup', '-o', 'json')).stdout);
  assert.deepEqual([json.policy.state, json.shell.hook.state, json.wrote], ['offered', 'offered', []]);
  assert.equal(one.rc(), 'export A=1');
  assert.ok(!existsSync(one.policy) && !existsSync(one.state));
});

test('--yes does all of it, once; uninstall takes it out to the byte, and tells both before', async () => {
  const one = aPerson();
  const done = await one.cli('setup', '--yes', '--no-completion');
  assert.equal(done.code, 0, done.stderr);
  assert.match(readFileSync(one.policy, 'utf8'), /"prod-eu", +mode: enforce/);
  assert.match(one.rc(), /^export A=1\n# >>> toolcrib setup/);
  assert.doesNotMatch(one.rc(), /completion/);
  assert.match(done.stderr, /All of it out again.*toolcrib uninstall/);
  const again = await one.cli('setup', '--yes', '--no-completion');
  assert.equal(again.code, 0);
  assert.match(again.stdout, /guard\.yaml is there, and is kept[\s\S]*There is nothing to do/);
  const gone = await one.cli('uninstall', '--yes', '-o', 'json');
  assert.equal(gone.code, 0, gone.stderr);
  const { removes, takesOut, stays } = JSON.parse(gone.stdout);
  assert.ok(removes.includes(one.policy));
  assert.match(takesOut[0].path, /\.bashrc$/);
  assert.deepEqual(stays, []);
  assert.match(gone.stderr, /restores \S+\.bashrc/);
  assert.equal(one.rc(), 'export A=1');
  assert.ok(!existsSync(join(one.policy, '../..')) && !existsSync(one.state), 'nor are the folders left');
});

test('a guard.yaml of the person’s own is never touched, by setup or by uninstall', async () => {
  const one = aPerson();
  mkdirSync(join(one.policy, '..'), { recursive: true });
  const mine = 'apiVersion: toolcrib.dev/v1alpha1\nkind: GuardPolicy\nspec: {}\n';
  writeFileSync(one.policy, mine);
  const done = await one.cli('setup', '--yes');
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stderr, /prod-eu: observe by it; proposed would be enforce/);
  assert.equal((await one.cli('uninstall', '--yes')).code, 0);
  assert.equal(readFileSync(one.policy, 'utf8'), mine);
  assert.equal(one.rc(), 'export A=1');
});
