import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { clientProcesses, processLives } from './client-process.ts';

// What is told of a client's process, with this very one as the client; /proc is read here in a way of its own.

const skip = process.platform === 'linux' ? false : 'Linux only';
const server = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
const sockets: Socket[] = [];
let client: Socket;
let port = 0;
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  await once(client, 'connect');
  port = client.localPort ?? 0;
});
after(() => {
  client.destroy();
  for (const socket of sockets) socket.destroy();
  server.close();
});

/** The time of a process's start: the 22nd field of its stat (proc(5)), counted from behind its name. */
function startOf(pid: number): string {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.replace(/^.*\) /s, '').split(' ')[22 - 3] ?? '';
}
const argvOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);

test('a process is told by its pid and its start, its words, and where it works', { skip }, () => {
  const found = clientProcesses()(port);
  const { stdin: _, ...told } = found ?? {};
  assert.deepEqual(told, {
    pid: process.pid,
    id: `${process.pid}@${startOf(process.pid)}`,
    argv: argvOf(process.pid),
    cwd: process.cwd(),
  });
  assert.ok((found?.argv.length ?? 0) > 1);
});

test('elsewhere nobody can be told, nor can who is another person', { skip }, () => {
  const uid = process.getuid?.() ?? 0;
  assert.equal(clientProcesses('linux', uid)(port)?.pid, process.pid);
  assert.equal(clientProcesses('darwin', uid)(port), undefined);
  assert.equal(clientProcesses('linux', uid + 1)(port), undefined);
});

test('what reads from a file says so, one that has a pipe does not', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-client-'));
  const file = join(folder, 'manifest');
  writeFileSync(file, 'x');
  const input = openSync(file, 'r');
  const { port: to } = server.address() as AddressInfo;
  const line = `const s = require('net').connect(${to}, '127.0.0.1', () => console.log(s.localPort))`;
  const clientOf = clientProcesses();
  try {
    for (const stdin of [input, 'pipe'] as const) {
      const child = spawn(process.execPath, ['-e', line], { stdio: [stdin, 'pipe', 'inherit'] });
      assert.ok(child.stdout);
      const [said] = await once(child.stdout, 'data');
      const found = clientOf(Number(String(said)));
      const of = stdin === 'pipe' ? {} : { stdin: `/proc/${child.pid}/fd/0` };
      assert.deepEqual(
        { pid: found?.pid, ...(found?.stdin ? { stdin: found.stdin } : {}) },
        { pid: child.pid, ...of },
      );
      // Asked a second time it is the same, and another client is not taken for it.
      assert.equal(clientOf(Number(String(said)))?.pid, child.pid);
      assert.equal(clientOf(port)?.pid, process.pid);
      child.kill();
      await once(child, 'exit');
      assert.equal(processLives(found?.id ?? ''), false);
    }
  } finally {
    closeSync(input);
    rmSync(folder, { recursive: true });
  }
});

test('a process lives as long as its pid is its own', { skip }, () => {
  const start = startOf(process.pid);
  assert.equal(processLives(`${process.pid}@${start}`), true);
  assert.equal(processLives(`${process.pid}@${Number(start) - 1}`), false);
  for (const id of ['', '@', `${process.pid}`, `self@${start}`, `${2 ** 22 + 7}@1`])
    assert.equal(processLives(id), false, id);
});

test('whatever a process calls itself, its start is found', { skip }, () => {
  const own = `/proc/${process.pid}/comm`;
  const before = readFileSync(own, 'utf8');
  writeFileSync(own, 'a) b (1 2 3');
  try {
    assert.equal(clientProcesses()(port)?.id, `${process.pid}@${startOf(process.pid)}`);
  } finally {
    writeFileSync(own, before);
  }
});
