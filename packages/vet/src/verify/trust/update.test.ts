import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import { testSigstore } from '../testing/signer.ts';
import { vendoredRoot } from './root.ts';
import { currentRoot, keepRoot } from './store.ts';
import { updateRoot } from './update.ts';

/** Canonical enough for what is signed here: keys in order, ASCII only. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`;
}

const key = generateKeyPairSync('ed25519');
const publicHex = Buffer.from(key.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex');
const tufKey = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: publicHex } };
const keyid = createHash('sha256').update(canonical(tufKey)).digest('hex');
const later = new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+/, '');

function signed(body: object, by = key): Buffer {
  const full = { spec_version: '1.0.31', version: 1, expires: later, ...body };
  const sig = sign(null, Buffer.from(canonical(full)), by.privateKey).toString('hex');
  return Buffer.from(JSON.stringify({ signatures: [{ keyid, sig }], signed: full }));
}

const described = (bytes: Buffer) => ({
  length: bytes.length,
  hashes: { sha256: createHash('sha256').update(bytes).digest('hex') },
});

/** A TUF repository in memory: path → bytes. */
function repository(targets: Record<string, Buffer>, targetsBy = key): Map<string, Buffer> {
  const role = { keyids: [keyid], threshold: 1 };
  const root = signed({
    _type: 'root',
    consistent_snapshot: false,
    keys: { [keyid]: tufKey },
    roles: { root: role, timestamp: role, snapshot: role, targets: role },
  });
  const list = signed(
    {
      _type: 'targets',
      targets: Object.fromEntries(Object.entries(targets).map(([name, bytes]) => [name, described(bytes)])),
    },
    targetsBy,
  );
  const snapshot = signed({ _type: 'snapshot', meta: { 'targets.json': { version: 1 } } });
  const timestamp = signed({ _type: 'timestamp', meta: { 'snapshot.json': { version: 1 } } });
  const files = {
    'root.json': root,
    'targets.json': list,
    'snapshot.json': snapshot,
    'timestamp.json': timestamp,
  };
  return new Map([
    ...Object.entries(files),
    ...Object.entries(targets).map(([name, bytes]): [string, Buffer] => [`targets/${name}`, bytes]),
  ]);
}

let folder: string;
let server: Server;
let mirror: string;
let served = new Map<string, Buffer>();
let keysTarget: string;
let trustedRoot: Buffer;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trust-'));
  server = createServer((request, response) => {
    const bytes = served.get(decodeURIComponent(request.url ?? '').slice(1));
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const seeds = JSON.parse(await readFile(new URL(import.meta.resolve('@sigstore/tuf/seeds.json')), 'utf8'));
  const [first] = Object.values(seeds) as { targets: Record<string, string> }[];
  keysTarget =
    Object.keys(first?.targets ?? {})
      .map(decodeURIComponent)
      .find((name) => name.endsWith('/keys.json')) ?? '';
  trustedRoot = Buffer.from(JSON.stringify((await testSigstore()).stored.trustedRoot));
});
after(async () => {
  await new Promise((done) => server.close(done));
  await rm(folder, { recursive: true });
});

const npmKeys = Buffer.from(JSON.stringify({ keys: [] }));

async function update(): Promise<Awaited<ReturnType<typeof updateRoot>>> {
  const rootPath = join(folder, 'root.json');
  await writeFile(rootPath, served.get('root.json') ?? '');
  const own = await mkdtemp(join(folder, 'store-'));
  return updateRoot({ mirror, rootPath, folder: own, now: new Date() });
}

describe('the trust root', () => {
  it('is renewed over TUF and then used, since it is newer', async () => {
    served = repository({ 'trusted_root.json': trustedRoot, [keysTarget]: npmKeys });
    const stored = await update();
    const kept = join(folder, 'kept');
    await keepRoot(stored, kept);
    const current = await currentRoot(kept);
    assert.notEqual(current.sha256, vendoredRoot().sha256);
    assert.ok(current.origin.includes(mirror));
    assert.deepEqual(await readdir(kept), ['root.json']);
  });

  it('is not renewed by a repository that is not signed as it must be', async () => {
    const stranger = generateKeyPairSync('ed25519');
    const refused = (error: unknown) => error instanceof ToolcribError && error.code === 'unverifiable';
    served = repository({ 'trusted_root.json': trustedRoot, [keysTarget]: npmKeys }, stranger);
    await assert.rejects(update(), refused);
    served = repository({ 'trusted_root.json': trustedRoot, [keysTarget]: npmKeys });
    served.set('targets/trusted_root.json', Buffer.from(trustedRoot.toString().replace('rekor', 'r3kor')));
    await assert.rejects(update(), refused);
  });

  it('stays as it was where nobody answers, and says so', async () => {
    const dead = 'http://127.0.0.1:1';
    const rootPath = join(folder, 'root.json');
    await assert.rejects(
      updateRoot({ mirror: dead, rootPath, folder: join(folder, 'dead'), now: new Date() }),
      (error) => error instanceof ToolcribError && error.code === 'unreachable',
    );
  });

  it('is the vendored one when there is no other, and never one that is broken', async () => {
    assert.equal((await currentRoot(join(folder, 'none'))).sha256, vendoredRoot().sha256);
    const broken = await mkdtemp(join(folder, 'broken-'));
    await writeFile(join(broken, 'root.json'), '{"asOf":"2030-01-01T00:00:00Z"}');
    await assert.rejects(
      currentRoot(broken),
      (error) => error instanceof ToolcribError && error.code === 'damaged',
    );
  });
});
