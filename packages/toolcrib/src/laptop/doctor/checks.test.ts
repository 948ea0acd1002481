import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { stringify } from 'yaml';
import { pathsOf } from '../paths.ts';
import { loadPersonOf } from '../person-kubeconfig.ts';
import { sourceOf } from '../sources.ts';
import { takenBy } from './as-clients.ts';
import type { Finding, Patient } from './check.ts';
import { connections, parseConnections } from './connections.ts';
import { environment } from './environment.ts';
import { checks, diagnose } from './index.ts';
import { shellFiles } from './shell-files.ts';
import { thisTerminal } from './this-terminal.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-doctor-'));
after(() => rmSync(root, { recursive: true }));

function patient(env: Record<string, string> = {}, files: Record<string, string> = {}): Patient {
  const home = mkdtempSync(join(root, 'home-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(home, name, '..'), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  const paths = pathsOf({ TOOLCRIB_HOME: join(home, 'state') });
  return { paths, env, home, platform: process.platform };
}

function config(server: string, context = 'prod'): string {
  return stringify({
    'current-context': context,
    clusters: [{ name: 'c', cluster: { server } }],
    contexts: [{ name: context, context: { cluster: 'c', user: 'u' } }],
    users: [{ name: 'u', user: { token: 'the-person’s-own' } }],
  });
}
const states = (findings: Finding[]) => findings.map(({ state }) => state);
const texts = (findings: Finding[]) => findings.map(({ text, next }) => `${text} ${next ?? ''}`).join('\n');

for (const { name, look } of checks) {
  test(`${name}: nothing known is never guarded by a request, and never an exception`, async () => {
    const found = await look(patient());
    for (const { state, text } of found) {
      assert.ok(text.length > 10 && /[.)]$/.test(text), text);
      if (name === 'this terminal' || name === 'programs now') assert.notEqual(state, 'guarded');
    }
  });
}

test('a check that fails is told as not known; nothing found and something not known is no all-clear', async () => {
  const broken = { ...patient(), env: new Proxy({}, { get: () => assert.fail('no environment') }) };
  const { verdict, checks: told } = await diagnose(broken as Patient);
  assert.notEqual(verdict, 'all-guarded');
  assert.equal(told.length, checks.length);
});

test('a list is taken apart as clients of today and of then take it', () => {
  const { home } = patient({}, { a: config('https://a.example'), b: config('https://b.example') });
  const files = [join(home, 'a'), join(home, 'b')];
  assert.equal(takenBy('today', files)?.server, 'https://a.example');
  assert.equal(takenBy('old', files)?.server, 'https://b.example');
  for (const age of ['today', 'old'] as const) {
    assert.equal(takenBy(age, files.slice(0, 1))?.server, 'https://a.example');
    // Only tokens of ours are ever used.
    assert.equal(takenBy(age, files)?.token, undefined);
    assert.equal(takenBy(age, []), undefined);
  }
});

test('a terminal where it is not on is outside, and nothing of the person’s is sent to find that out', async () => {
  const server = createServer(() => assert.fail('it was asked')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const here = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const address of ['https://prod.example', here]) {
    const one = patient({}, { '.kube/config': config(address) });
    const found = await thisTerminal.look(one);
    assert.deepEqual(states(found), ['finding'], texts(found));
    assert.match(texts(found), /clients of any age.*toolcrib on/);
  }
  server.close();
});

test('variables that lead past KUBECONFIG, and proxies that keep programs from the guard', async () => {
  const look = (env: Record<string, string>) => environment.look(patient(env));
  assert.deepEqual(states(await look({})), ['guarded']);
  for (const name of [
    'KUBE_CONFIG_PATH',
    'KUBERNETES_MASTER',
    'HELM_KUBEAPISERVER',
    'KUBERNETES_SERVICE_HOST',
  ])
    assert.deepEqual(states(await look({ [name]: '/elsewhere' })), ['finding'], name);
  assert.deepEqual(states(await look({ KUBE_CONFIG_PATH: '/ours', TOOLCRIB_KUBECONFIG: '/ours' })), [
    'guarded',
  ]);
  assert.doesNotMatch(texts(await look({ KUBE_TOKEN: 'secret' })), /secret/);
  const proxy = { HTTPS_PROXY: 'http://proxy:3128' };
  assert.deepEqual(states(await look(proxy)), ['finding']);
  assert.deepEqual(states(await look({ ...proxy, NO_PROXY: 'corp.example, 127.0.0.1' })), ['guarded']);
});

test('aliases and functions that name a cluster themselves, with file and line', async () => {
  const look = (text: string) => shellFiles.look(patient({}, { '.bashrc': text }));
  for (const line of [
    "alias kp='kubectl --kubeconfig ~/.kube/prod'",
    'kp() { KUBECONFIG=~/.kube/prod kubectl "$@"; }',
    'alias k="kubectl -s https://prod.example"',
    "alias hp='helm --kube-apiserver https://prod.example'",
    'eval "$(toolcrib on)"\nexport KUBECONFIG=~/.kube/prod',
  ]) {
    const found = await look(`# first\n${line}\n`);
    assert.deepEqual(states(found), ['finding'], line);
    assert.match(texts(found), /\.bashrc:[23] /);
  }
  for (const line of [
    "alias k='kubectl --context prod'",
    "# alias kp='kubectl --kubeconfig ~/.kube/prod'",
    'export KUBECONFIG=~/.kube/prod\neval "$(toolcrib on)"',
    "alias ks='kubectl get pods -o wide --show-labels'",
  ])
    assert.deepEqual(states(await look(line)), ['guarded'], line);
});

test('a program that speaks with a cluster itself is named', async (t) => {
  if (process.platform !== 'linux') return t.skip('only on Linux');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const one = patient({}, { '.kube/config': config(`https://127.0.0.1:${port}`) });
  const source = sourceOf(one.paths, [join(one.home, '.kube', 'config')]);
  const person = loadPersonOf(one.paths, source, one.home);
  assert.deepEqual(states(await connections.look({ ...one, person })), ['guarded']);
  // A program of its own: this process is the doctor.
  const { spawn } = await import('node:child_process');
  const child = spawn(process.execPath, [
    '-e',
    `require('net').connect(${port}, '127.0.0.1'); setTimeout(() => 0, 60000)`,
  ]);
  const [socket] = await once(server, 'connection');
  const found = await connections.look({ ...one, person });
  assert.deepEqual(states(found), ['finding'], texts(found));
  assert.match(texts(found), new RegExp(`process ${child.pid}\\).*prod`));
  const guard = { pid: child.pid } as Patient['guard'];
  assert.deepEqual(
    states(await connections.look({ ...one, person, guard })),
    ['guarded'],
    'the guard itself',
  );
  child.kill();
  socket.destroy();
  server.close();
  const own = connect(1).on('error', () => undefined);
  own.destroy();
});

test('proc’s hexadecimal addresses', () => {
  const text = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1F90 0A00000A:01BB 01 00000000:00000000 00:00000000 00000000     0        0 12345 1',
    '   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1',
    '   2: 0000000000000000FFFF00000100007F:0001 0000000000000000FFFF00000A00000A:1A0B 01 0:0 0:0 0 0 0 77 1',
    '   3: 00000000000000000000000001000000:0001 B80D0120000000000000000001000000:1A0B 01 0:0 0:0 0 0 0 78 1',
  ].join('\n');
  assert.deepEqual(parseConnections(text), [
    { address: '10.0.0.10', port: 443, inode: '12345' },
    { address: '10.0.0.10', port: 6667, inode: '77' },
    { address: '2001:db8::1', port: 6667, inode: '78' },
  ]);
});
