import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { authorizationFor, hasSecret, knows, makeSecret, reach, secretOf } from './socket.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-socket-'));
after(() => rmSync(root, { recursive: true, force: true }));
const aSocket = (...folders: string[]) => {
  const folder = mkdtempSync(join(root, 's-'));
  if (folders.length > 0) mkdirSync(join(folder, ...folders), { recursive: true, mode: 0o700 });
  return join(folder, ...folders, 'guard.sock');
};
const folderOf = (socket: string) => join(socket, '..');
const asRoot = { skip: process.getuid?.() !== 0 && 'only root can give things away' };

test('a secret lies beside its socket, readable for its person alone, and is new each time', () => {
  const socket = aSocket();
  assert.equal(secretOf(socket), join(folderOf(socket), 'guard.secret'));
  assert.equal(hasSecret(socket), false);
  const first = makeSecret(socket);
  assert.match(first, /^[\w-]{43}$/, '32 bytes');
  assert.equal(readFileSync(secretOf(socket), 'utf8'), first);
  assert.equal(statSync(secretOf(socket)).mode & 0o777, 0o600);
  assert.equal(hasSecret(socket), true);
  const second = makeSecret(socket);
  assert.notEqual(second, first);
  assert.equal(authorizationFor(socket), `Bearer ${second}`);
  assert.deepEqual(readdirSync(folderOf(socket)), ['guard.secret'], 'nothing is left beside it');
});

test('who knows the secret says just that', () => {
  assert.equal(knows('abc', 'Bearer abc'), true);
  for (const other of ['Bearer abcd', 'Bearer ab', 'bearer abc', 'abc', '', null, 'Bearer abc ']) {
    assert.equal(knows('abc', other), false, String(other));
  }
  assert.equal(knows('', 'Bearer '), true);
});

test('where no guard has begun there is nothing to show', () => {
  assert.throws(() => authorizationFor(aSocket()), {
    code: 'not-running',
    next: 'Start it: toolcrib guard start',
  });
});

test('a secret that others may read or write, or that is no file, is not shown', () => {
  const socket = aSocket();
  makeSecret(socket);
  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o610]) {
    chmodSync(secretOf(socket), mode);
    assert.throws(() => authorizationFor(socket), {
      code: 'bad-file',
      message: /can be read or written by others/,
      next: `Remove it, and start the guard anew: rm ${secretOf(socket)}`,
    });
  }
  rmSync(secretOf(socket));
  writeFileSync(join(folderOf(socket), 'elsewhere'), 'x', { mode: 0o600 });
  symlinkSync('elsewhere', secretOf(socket));
  assert.throws(() => authorizationFor(socket), { code: 'bad-file' });
});

test('a secret of another person is not shown', asRoot, () => {
  const socket = aSocket();
  makeSecret(socket);
  chownSync(secretOf(socket), 65_534, 65_534);
  assert.throws(() => authorizationFor(socket), { code: 'bad-file' });
});

/** Listens where that leads, and is reached by it. */
async function meets(t: TestContext, socket: string): Promise<string> {
  const way = reach(socket);
  const server = createServer((one) => one.end('hello')).listen(way.path);
  await once(server, 'listening');
  t.after(() => server.close());
  const there = reach(socket);
  const client = connect(there.path);
  let said = '';
  for await (const part of client) said += part;
  for (const one of [way, there]) {
    one.leave();
    // Twice is once: the number may be another file's by then.
    one.leave();
  }
  assert.equal(said, 'hello');
  return way.path;
}

test('a socket is reached by its own path, or on Linux through its folder where that is too long', async (t) => {
  const short = aSocket();
  assert.equal(await meets(t, short), short);
  if (process.platform !== 'linux') return;
  const deep = aSocket(...Array.from({ length: 12 }, () => 'deeper-still'));
  assert.match(await meets(t, deep), /^\/proc\/self\/fd\/\d+\/guard\.sock$/);
  assert.ok(existsSync(deep), 'it lies where it is named');
  const fill = (length: number) => join(root, 'x'.repeat(length - root.length - 12), 'guard.sock');
  for (const [length, own] of [
    [103, true],
    [104, false],
  ] as const) {
    const path = fill(length);
    assert.equal(Buffer.byteLength(path), length);
    mkdirSync(folderOf(path), { mode: 0o700 });
    const way = reach(path);
    assert.equal(way.path === path, own, `${length} bytes`);
    way.leave();
  }
});

test('where others could put a socket of theirs nobody is believed: in its folder and in any above it', () => {
  const socket = aSocket('a', 'b');
  const [own, above] = [folderOf(socket), folderOf(folderOf(socket))];
  for (const place of [own, above]) {
    for (const mode of [0o702, 0o722, 0o777]) {
      chmodSync(place, mode);
      const refused = {
        code: 'bad-file',
        message: /can be written by others/,
        next: `Run: chmod go-w ${place}`,
      };
      assert.throws(() => reach(socket), refused, mode.toString(8));
      assert.throws(() => makeSecret(socket), refused);
    }
    chmodSync(place, 0o755);
    reach(socket).leave();
  }
  // In a folder like /tmp nobody may rename what is another's; what lies in it itself everybody may replace.
  chmodSync(above, 0o1777);
  reach(socket).leave();
  chmodSync(above, 0o755);
  chmodSync(own, 0o1777);
  assert.throws(() => reach(socket), { code: 'bad-file' });
  chmodSync(own, 0o770);
  assert.throws(() => reach(socket), { code: 'bad-file' }, 'a group may have others in it');
});

test('another person’s folder is not used, wherever it stands on the way', asRoot, () => {
  const socket = aSocket('a', 'b');
  for (const place of [folderOf(socket), folderOf(folderOf(socket))]) {
    chownSync(place, 65_534, 65_534);
    assert.throws(() => reach(socket), { code: 'bad-file', message: /belongs to somebody else/ });
    chownSync(place, 0, 0);
  }
  reach(socket).leave();
});

test('a link on the way is followed: what it leads to counts as well', () => {
  const socket = aSocket('real');
  const link = join(folderOf(folderOf(socket)), 'link');
  symlinkSync(folderOf(socket), link);
  reach(join(link, 'guard.sock')).leave();
  chmodSync(folderOf(socket), 0o777);
  assert.throws(() => reach(join(link, 'guard.sock')), { code: 'bad-file' });
});

test('a folder that is not there yet is nobody’s', () => {
  const socket = join(root, 'none', 'guard.sock');
  assert.deepEqual(reach(socket).path, socket);
});
