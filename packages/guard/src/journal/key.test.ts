import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { keyFingerprint, loadKey } from './key.ts';

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-key-'));
after(() => rmSync(folder, { recursive: true }));
const fresh = (name: string) => join(folder, name);

test('a key file is made once, for its owner only, and read from then on', () => {
  const home = join(fresh('made'), 'state');
  const key = loadKey({ folder: home, env: {} });
  assert.equal(key.length, 32);
  assert.deepEqual(loadKey({ folder: home, env: {} }), key);
  assert.equal(statSync(join(home, 'key')).mode & 0o777, 0o600);
  assert.equal(statSync(home).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(home), ['key']);
  assert.notDeepEqual(loadKey({ folder: fresh('another'), env: {} }), key);
});

test('a key that others can read is refused, and stays as it is', () => {
  for (const mode of [0o640, 0o604, 0o620]) {
    const home = fresh(`wide-${mode}`);
    loadKey({ folder: home, env: {} });
    chmodSync(join(home, 'key'), mode);
    const before = readFileSync(join(home, 'key'), 'utf8');
    assert.throws(() => loadKey({ folder: home, env: {} }), { code: 'wrong-key', message: /has mode 06/ });
    assert.equal(readFileSync(join(home, 'key'), 'utf8'), before);
  }
});

test('no new key is made beside a journal whose key is missing', () => {
  const home = fresh('lost');
  const key = loadKey({ folder: home, env: {} });
  writeFileSync(join(home, 'journal.db'), 'a journal');
  rmSync(join(home, 'key'));
  assert.throws(() => loadKey({ folder: home, env: {} }), { code: 'wrong-key', message: /is missing/ });
  assert.deepEqual(readdirSync(home), ['journal.db']);
  const env = { TOOLCRIB_KEY: key.toString('hex') };
  assert.deepEqual(loadKey({ folder: home, env }), key);
});

test('TOOLCRIB_KEY is taken as hex or base64 of 32 bytes, and nothing else is', () => {
  const bytes = Buffer.alloc(32, 7);
  for (const encoding of ['hex', 'base64', 'base64url'] as const) {
    const env = { TOOLCRIB_KEY: bytes.toString(encoding) };
    assert.deepEqual(loadKey({ folder: fresh('never-made'), env }), bytes);
  }
  for (const text of [
    'secret',
    'zz'.repeat(32),
    bytes.toString('hex').slice(2),
    `${'A'.repeat(42)}!`,
    'A'.repeat(44),
  ]) {
    assert.throws(() => loadKey({ folder: fresh('never-made'), env: { TOOLCRIB_KEY: text } }), {
      code: 'wrong-key',
      message: /TOOLCRIB_KEY/,
    });
  }
  assert.throws(() => statSync(fresh('never-made')), { code: 'ENOENT' });
});

test('an empty or broken key file is named, not replaced: a new key would lose every snapshot', () => {
  const home = fresh('broken');
  loadKey({ folder: home, env: {} });
  for (const content of ['', 'nonsense\n']) {
    writeFileSync(join(home, 'key'), content);
    assert.throws(() => loadKey({ folder: home, env: {} }), {
      code: 'wrong-key',
      message: /the file .*key is not/,
    });
    assert.equal(readFileSync(join(home, 'key'), 'utf8'), content);
  }
});

test('processes that start together end with one key', async () => {
  const home = fresh('together');
  const program = `import { loadKey } from ${JSON.stringify(import.meta.resolve('./key.ts'))};
    process.stdout.write(loadKey({ folder: ${JSON.stringify(home)}, env: {} }).toString('hex'));`;
  const keys = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const child = spawn(process.execPath, [...process.execArgv, '--input-type=module', '-e', program]);
      let text = '';
      child.stdout.on('data', (part) => {
        text += part;
      });
      await new Promise((resolve) => child.on('close', resolve));
      return text;
    }),
  );
  assert.deepEqual(new Set(keys).size, 1, keys.join('\n'));
  assert.equal(keys[0]?.length, 64);
  assert.deepEqual(readdirSync(home), ['key']);
});

test('the fingerprint tells keys apart and gives none away', () => {
  const key = Buffer.alloc(32, 1);
  assert.notEqual(keyFingerprint(key), keyFingerprint(Buffer.alloc(32, 2)));
  assert.doesNotMatch(keyFingerprint(key), new RegExp(key.toString('hex')));
});
