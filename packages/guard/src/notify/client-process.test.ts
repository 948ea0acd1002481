import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { clientProcesses } from './client-process.ts';

// The process behind a client's port, told from others that have the same port number.

const skip = process.platform === 'linux' ? false : 'Linux only';
let server: Server;
const sockets: Socket[] = [];
before(async () => {
  server = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

const portOf = (one: Server): number => (one.address() as AddressInfo).port;

/** Another program that runs a line of JavaScript and says when it is done. */
async function program(line: string) {
  const child = spawn(process.execPath, ['-e', `${line}`], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

test('it is told from one that listens on the same port of another address', { skip }, async () => {
  const clientOf = clientProcesses();
  const first = connect({ port: portOf(server), host: '127.0.0.1' });
  await once(first, 'connect');
  const { localPort = 0 } = first;
  const other = await program(
    `require('net').createServer().listen(${localPort}, '127.0.0.2', () => console.log('ready'))`,
  );
  try {
    assert.equal(clientOf(localPort)?.pid, process.pid);
  } finally {
    first.destroy();
    other.kill();
    await once(other, 'exit');
  }
});

test('it is told from one that has the same port towards somebody else', { skip }, async () => {
  const clientOf = clientProcesses();
  const client = connect({ port: portOf(server), host: '127.0.0.1', localAddress: '127.0.0.3' });
  await once(client, 'connect');
  const { localPort = 0 } = client;
  const third = await program(
    `const s = require('net').createServer().listen(0, '127.0.0.1', function () { require('net').connect({ port: this.address().port, host: '127.0.0.1', localAddress: '127.0.0.2', localPort: ${localPort} }, () => console.log('ready')) })`,
  );
  try {
    assert.equal(clientOf(localPort)?.pid, process.pid);
  } finally {
    client.destroy();
    third.kill();
    await once(third, 'exit');
  }
});

test('nobody is behind a port without a connection to us', { skip }, async () => {
  const listening = createServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');
  assert.equal(clientProcesses()(portOf(listening)), undefined);
  listening.close();
});
