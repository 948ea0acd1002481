import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadPersonOf, type Person } from '../person-kubeconfig.ts';
import { sourceOf } from '../sources.ts';
import type { Patient } from './check.ts';
import { connections, parseConnections } from './connections.ts';
import { config, patient, states, texts } from './testing/patient.ts';

const linux = { skip: process.platform !== 'linux' && 'only on Linux' };

async function aCluster(t: TestContext) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { server, port: (server.address() as AddressInfo).port };
}
/** A person whose kubeconfig says that. */
function knowing(text: string): Patient {
  const one = patient({}, { '.kube/config': text });
  const source = sourceOf(one.paths, [join(one.home, '.kube', 'config')]);
  return { ...one, person: loadPersonOf(one.paths, source, one.home) };
}

test(
  'a program that speaks with a cluster itself is named, and what to start instead; the guard is not',
  linux,
  async (t) => {
    const { server, port } = await aCluster(t);
    const one = knowing(config(`https://127.0.0.1:${port}`));
    assert.deepEqual(states(await connections.look(one)), ['guarded']);
    // A program of its own: this process is the doctor.
    const child = spawn(process.execPath, [
      '-e',
      `require('net').connect(${port}, '127.0.0.1'); setInterval(() => 0, 1e6)`,
    ]);
    t.after(() => child.kill('SIGKILL'));
    const [socket] = await once(server, 'connection');
    t.after(() => socket.destroy());
    const found = await connections.look(one);
    assert.deepEqual(states(found), ['finding'], texts(found));
    assert.match(
      texts(found),
      new RegExp(
        `^\\S+ \\(process ${child.pid}\\) speaks with prod \\(127\\.0\\.0\\.1:${port}\\) directly\\. .*toolcrib run -- \\S+$`,
      ),
    );
    const guard = { pid: child.pid } as Patient['guard'];
    assert.deepEqual(states(await connections.look({ ...one, guard })), ['guarded'], 'the guard itself');
    const elsewhere = knowing(config(`https://127.0.0.2:${port}`));
    assert.deepEqual(states(await connections.look(elsewhere)), ['guarded'], 'of another address');
  },
);

test('this process is the doctor, and no finding', linux, async (t) => {
  const { server, port } = await aCluster(t);
  const own = connect(port, '127.0.0.1');
  t.after(() => own.destroy());
  const [socket] = await once(server, 'connection');
  t.after(() => socket.destroy());
  assert.deepEqual(states(await connections.look(knowing(config(`https://127.0.0.1:${port}`)))), ['guarded']);
});

test('a cluster by its name, and by its scheme’s own port', linux, async (t) => {
  const { server, port } = await aCluster(t);
  const child = spawn(process.execPath, [
    '-e',
    `require('net').connect(${port}, '127.0.0.1'); setInterval(() => 0, 1e6)`,
  ]);
  t.after(() => child.kill('SIGKILL'));
  const [socket] = await once(server, 'connection');
  t.after(() => socket.destroy());
  assert.deepEqual(states(await connections.look(knowing(config(`https://localhost:${port}`)))), ['finding']);
  for (const address of ['https://127.0.0.1', 'http://127.0.0.1', 'https://[::1]']) {
    assert.deepEqual(states(await connections.look(knowing(config(address)))), ['guarded'], address);
  }
});

test('what can not be seen is not known: other systems, no clusters, proxies, names that lead nowhere', async () => {
  const mac = await connections.look({ ...patient(), platform: 'darwin' });
  assert.deepEqual(states(mac), ['unknown']);
  assert.match(texts(mac), /only be told on Linux.*lsof/);
  const nobody = await connections.look({ ...patient(), platform: 'linux' });
  assert.deepEqual(states(nobody), ['unknown']);
  const look = async (person: Pick<Person, 'contextNames' | 'context'>) =>
    connections.look({ ...patient(), platform: 'linux', person: person as Person });
  const leading = (cluster: object) => ({
    contextNames: ['prod'],
    context: () => ({ cluster }) as ReturnType<Person['context']>,
  });
  const proxied = await look(leading({ server: 'https://127.0.0.1:1', 'proxy-url': 'http://127.0.0.1:2' }));
  assert.deepEqual(states(proxied), ['unknown']);
  assert.match(texts(proxied), /prod is reached through a proxy/);
  const unknown = await look(leading({ server: 'https://no-such-host.invalid' }));
  assert.deepEqual(states(unknown), ['unknown']);
  assert.match(texts(unknown), /The address of prod is not known here \([A-Z_]+\)/);
  const broken = await look({ contextNames: ['prod'], context: () => assert.fail('it can not be read') });
  if (process.platform === 'linux') assert.deepEqual(states(broken), ['guarded'], 'said where it is used');
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
