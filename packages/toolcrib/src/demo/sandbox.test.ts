import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { readKubeconfig } from '@toolcrib/guard/cluster';
import { openSandbox } from './sandbox.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-demo-sandbox-'));
after(() => rmSync(root, { recursive: true }));

test('it has a kubeconfig that leads to it, for its person alone, and takes it away again', async () => {
  const file = join(root, 'config');
  const sandbox = await openSandbox({}, file);
  try {
    assert.equal(sandbox.file, file);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(readKubeconfig(file)?.clusters[0]?.cluster.server, sandbox.url);
  } finally {
    await sandbox.close();
  }
  assert.equal(existsSync(file), false);
});

test('without a name it is in a folder of its own, which goes with it', async () => {
  const sandbox = await openSandbox({});
  const folder = dirname(sandbox.file);
  assert.equal(dirname(folder), tmpdir());
  assert.deepEqual(readdirSync(folder), ['kubeconfig']);
  await sandbox.close();
  assert.equal(existsSync(folder), false);
});

test('a kubeconfig that somebody has changed meanwhile stays', async () => {
  const file = join(root, 'changed');
  const sandbox = await openSandbox({}, file);
  const text = `${readFileSync(file, 'utf8')}# mine\n`;
  writeFileSync(file, text);
  await sandbox.close();
  assert.equal(readFileSync(file, 'utf8'), text);
});

test('no file is written over, and a place that is none is told with what to do', async () => {
  const file = join(root, 'there');
  writeFileSync(file, 'mine');
  await assert.rejects(openSandbox({}, file), {
    code: 'bad-file',
    message: `The kubeconfig ${file} can't be written: it is there already.`,
    next: /Name another file, or remove that one/,
  });
  assert.equal(readFileSync(file, 'utf8'), 'mine');
  const nowhere = join(root, 'no', 'folder');
  await assert.rejects(openSandbox({}, nowhere), {
    code: 'bad-file',
    message: `The kubeconfig ${nowhere} can't be written: there is no folder ${join(root, 'no')}.`,
    next: /Make the folder/,
  });
  const below = join(file, 'below');
  await assert.rejects(openSandbox({}, below), {
    code: 'bad-file',
    message: /ENOTDIR/,
    next: /may write to/,
  });
  chmodSync(root, 0o700);
});

test('a port that is taken is told, and nothing is left running', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const file = join(root, 'port');
  await assert.rejects(openSandbox({ port }, file), {
    code: 'port-in-use',
    message: `Port ${port} on 127.0.0.1 is taken.`,
    next: /leave --port out/,
  });
  assert.equal(existsSync(file), false);
});
