import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { after, before, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { inNamespace, paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import { openGuardedSandbox, openStage, type Stage } from '../testing/stage.ts';

/** Each costs its holder some 140 kB of TLS state: without a limit this many would be 200 MB. */
const CONNECTIONS = 1000;
const FLOOD = 40;

let stage: Stage;
/** What is given back after a while is given back sooner here; how much there may be at once is as usual. */
let hasty: Stage;
before(async () => {
  stage = await openStage(openGuardedSandbox);
  hasty = await openStage(openGuardedSandbox, {}, { door: { strangers: { life: 3_000, chance: 1_000 } } });
});
after(async () => {
  await stage?.close();
  await hasty?.close();
});

const FLOODING = `
  let open = ${CONNECTIONS};
  const { connect } = require('node:tls');
  for (let i = 0; i < ${CONNECTIONS}; i++)
    connect({ host: '127.0.0.1', port: Number(process.argv[1]), rejectUnauthorized: false })
      .on('error', () => undefined)
      .on('close', () => --open || process.exit(0));`;

/** Megabytes that the kernel says a process holds. */
const resident = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** Connections that a listener of this machine has accepted, or is about to, as the kernel lists them. */
const open = (port: number): number => {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .filter((line) => line.trim().split(/\s+/)[1] === local.trim() && line.trim().split(/\s+/)[3] === '01')
    .length;
};

test(`${CONNECTIONS} connections without a token cost little and are given back; a watch and whoever has a token go on`, async (t) => {
  const { guard } = hasty;
  const watching = get({
    host: '127.0.0.1',
    servername: 'localhost',
    port: guard.port,
    ca: guard.ca,
    path: '/api/v1/namespaces?watch=true',
    headers: { authorization: `Bearer ${guard.token('observe')}` },
  });
  const [watch] = await once(watching, 'response');
  let watchEnded = false;
  watch.on('close', () => {
    watchEnded = true;
  });
  let events = '';
  watch.on('data', (chunk: Buffer) => {
    events += chunk;
  });
  const before = resident(guard.pid);
  let most = 0;
  // Of a program of its own: it must not be busy that asks meanwhile.
  const flood = spawn(process.execPath, ['-e', FLOODING, String(guard.port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const over = once(flood, 'exit').then(() => true);
  const watchMemory = setInterval(() => {
    most = Math.max(most, resident(guard.pid));
  }, 50);
  try {
    await until('the flood has come', async () => open(guard.port) >= CONNECTIONS / 4);
    // In the midst of it: who has something to say is heard.
    assert.equal((await hasty.send('GET', '/api/v1/namespaces', { context: 'observe' })).status, 200);
    // Nobody closes them but the guard; then the program ends.
    assert.ok(await over);
  } finally {
    clearInterval(watchMemory);
    flood.kill();
  }
  t.diagnostic(`${CONNECTIONS} connections: ${Math.round(most - before)} MB more`);
  assert.ok(most - before < 120, `the guard grew by ${Math.round(most - before)} MB`);
  assert.equal(watchEnded, false, 'the watch was closed');
  await inNamespace(hasty.target, async (namespace) => {
    await until('the watch goes on', async () => events.includes(namespace));
  });
  watching.destroy();
});

test('a connection that says nothing is closed; one that has shown its token may be quiet for longer', async () => {
  const { guard } = hasty;
  const tls = { host: '127.0.0.1', port: guard.port, ca: guard.ca, servername: 'localhost' };
  const silent = connect(tls).on('error', () => undefined);
  const known = connect(tls);
  known.write(
    `GET /version HTTP/1.1\r\nHost: 127.0.0.1:${guard.port}\r\nAuthorization: Bearer ${guard.token('observe')}\r\n\r\n`,
  );
  // As slowly as somebody who wants to keep a place.
  const slow = connect(tls).on('error', () => undefined);
  slow.write('GET / HTTP/1.1\r\n');
  const drip = setInterval(() => slow.write('X-A: b\r\n'), 500);
  const ended = (socket: TLSSocket) => new Promise<void>((resolve) => socket.resume().once('close', resolve));
  const knownEnd = ended(known).then(() => 'closed');
  await Promise.all([ended(silent), ended(slow)]);
  clearInterval(drip);
  assert.equal(await Promise.race([knownEnd, Promise.resolve('open')]), 'open');
  known.destroy();
});

test(`${FLOOD} clients with large bodies: memory stays bounded, small requests go on, every body is answered`, async (t) => {
  await inNamespace(stage.target, async (namespace) => {
    const { guard } = stage;
    const path = paths.core(namespace, 'configmaps');
    await put(stage.target, path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'small' } });
    // Judged, since it may lower a size: a PUT of a Deployment that is not there.
    const target = `${paths.apps(namespace, 'deployments')}/none`;
    const body = JSON.stringify({
      kind: 'Deployment',
      spec: { replicas: 0 },
      padding: 'x'.repeat(2_900_000),
    });
    const before = resident(guard.pid);
    let most = 0;
    const watchMemory = setInterval(() => {
      most = Math.max(most, resident(guard.pid));
    }, 20).unref();
    const flood = Array.from({ length: FLOOD }, () =>
      stage.send('PUT', target, { context: 'observe', body }).then(({ status }) => status),
    );
    // Announced as larger than any server takes: told so without being read.
    const huge = Array.from({ length: FLOOD }, () =>
      stage
        .send('PUT', target, { context: 'observe', body: Buffer.alloc(4 * 1024 * 1024, 0x20) })
        .then(({ status }) => status),
    );
    assert.equal((await stage.send('DELETE', `${path}/small`, { context: 'observe' })).status, 200);
    assert.equal(await seen(stage.target, `${path}/small`), undefined);
    const statuses = await Promise.all(flood);
    assert.ok(
      statuses.every((status) => status === 404 || status === 429),
      statuses.join(),
    );
    assert.deepEqual(await Promise.all(huge), Array(FLOOD).fill(413));
    clearInterval(watchMemory);
    t.diagnostic(`bodies: ${Math.round(most - before)} MB more`);
    assert.ok(most - before < 600, `the guard grew by ${Math.round(most - before)} MB`);
  });
});
