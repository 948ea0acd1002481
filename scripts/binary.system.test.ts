// The single executable, tried where nothing else of this project is: an empty home, a real kubectl, a sandbox cluster.
// Builds it first, which takes a minute. Needs strace(1).
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { realClients } from '@toolcrib/sandbox';
import { makeExecutables } from './binary/make.ts';
import { thisPlatform } from './binary/nodes.ts';

const clone = join(import.meta.dirname, '..');
// Sockets lie below it, whose paths have a limit.
const root = realpathSync(mkdtempSync(join(tmpdir(), 'tcb-')));
const program = join(root, 'bin', 'toolcrib');
const home = join(root, 'home');
let env: Record<string, string>;
let kubectl: string;

before(async () => {
  await makeExecutables([thisPlatform()], () => program, join(clone, 'node_modules', '.cache', 'nodes'));
  ({ kubectl } = await realClients());
  mkdirSync(home);
  // No Node, and nothing of the clone.
  env = { HOME: home, PATH: `${dirname(program)}:${dirname(kubectl)}:/usr/bin:/bin`, TZ: 'UTC' };
});
after(() => rmSync(root, { recursive: true }));

const run = (args: readonly string[], more: Record<string, string> = {}) =>
  spawnSync(program, args, { cwd: root, env: { ...env, ...more }, encoding: 'utf8', timeout: 300_000 });
const did = (args: readonly string[], more?: Record<string, string>): string => {
  const { status, stdout, stderr } = run(args, more);
  assert.equal(status, 0, `${args.join(' ')}\n${stdout}\n${stderr}`);
  return stdout;
};

test('it is the version that it says, whatever the environment has for a person’s own Node', () => {
  const { version } = JSON.parse(readFileSync(join(clone, 'packages/toolcrib/package.json'), 'utf8'));
  assert.equal(did(['--version'], { NODE_OPTIONS: '--no-such-option' }), `${version}\n`);
});

test('it reads nothing of the clone, nor from where its parts seem to lie', () => {
  const trace = join(root, 'trace');
  execFileSync('strace', ['-f', '-e', 'trace=file', '-o', trace, program, 'vet', '--criteria'], {
    cwd: root,
    env,
  });
  const files = readFileSync(trace, 'utf8');
  assert.ok(files.includes('execve'), 'strace saw it');
  assert.equal(files.includes('"/toolcrib/'), false);
  assert.equal(
    files.includes(clone),
    false,
    files.split('\n').find((line) => line.includes(clone)),
  );
});

test('what its name for the guard’s process is, is no command', () => {
  const help = did(['--help']);
  assert.equal(help.includes('guard-main'), false);
});

test('the demo runs from it: cluster, guard, threads, examples', () => {
  const said = did(['demo'], { NO_COLOR: '1' });
  assert.match(said, /restarts: 0/);
  assert.ok(said.includes(kubectl));
});

test('licences and schemas that libraries read are carried', () => {
  const tool = join(root, 'tool');
  mkdirSync(tool);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { cwd: tool, env });
  git('init', '-q');
  writeFileSync(join(tool, 'LICENSE'), readFileSync(join(clone, 'LICENSE')));
  git('add', '.');
  git('commit', '-qm', 'first');
  assert.match(run(['vet', tool, '-o', 'json']).stdout, /"Apache-2\.0"/);
  const sbom = { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components: [{ type: 'library' }] };
  const file = join(root, 'sbom.json');
  writeFileSync(file, JSON.stringify(sbom));
  // `name` is required of a component by CycloneDX's schema.
  assert.match(run(['vet', 'sbom', file, '-o', 'json']).stdout, /must have required property 'name'/);
});

test('on, kubectl through it, an undo without a new Pod, and nothing left of it afterwards', async () => {
  const kubeconfig = join(home, '.kube', 'config');
  mkdirSync(dirname(kubeconfig), { recursive: true });
  const cluster = spawn(program, ['sandbox', '--kubeconfig', kubeconfig, '--pod-start', '10'], {
    env,
    cwd: root,
  });
  try {
    await once(cluster.stdout, 'data');
    const before = readFileSync(kubeconfig);
    const { KUBECONFIG = '' } = JSON.parse(did(['on', '-o', 'json'])).variables;
    const guarded = { ...env, KUBECONFIG };
    const kube = (kubeconfigs: Record<string, string>, ...args: string[]) =>
      execFileSync(kubectl, args, { env: { ...env, ...kubeconfigs }, encoding: 'utf8' });
    kube(guarded, 'create', 'deployment', 'web', '--image=web:1');
    const direct = { KUBECONFIG: kubeconfig };
    kube(direct, 'rollout', 'status', 'deployment/web', '--timeout=120s');
    kube(guarded, 'delete', 'deployment', 'web', '--cascade=orphan');
    assert.equal(kube(direct, 'get', 'deployments', '-o', 'name'), '');
    const pods = kube(direct, 'get', 'pods', '-o', 'jsonpath={.items[*].metadata.uid}');
    const [act = ''] = /act-[a-z0-9]+/.exec(did(['log'], guarded)) ?? [];
    did(['undo', act], guarded);
    assert.equal(kube(direct, 'get', 'deployments', '-o', 'name'), 'deployment.apps/web\n');
    assert.equal(kube(direct, 'get', 'pods', '-o', 'jsonpath={.items[*].metadata.uid}'), pods);
    did(['uninstall', '--yes', '--purge'], guarded);
    assert.deepEqual(readFileSync(kubeconfig), before);
    // kubectl's own, and the folder that the XDG base directories give to all programs.
    const others = /^(\.kube(\/config|\/cache.*)?|\.local(\/state)?)$/;
    const left = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter(
      (path) => !others.test(path),
    );
    assert.deepEqual(left, [], left.join('\n'));
    assert.equal(existsSync(KUBECONFIG), false);
  } finally {
    cluster.kill();
    await once(cluster, 'exit');
  }
});
