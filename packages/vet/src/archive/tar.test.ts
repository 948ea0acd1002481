import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { ARCHIVE_LIMITS, meter } from './limits.ts';
import { lookIntoTar } from './tar.ts';
import { tar } from './testing/archives.ts';

const ELF = Buffer.from('\x7fELF a tool');
const SHA256 = createHash('sha256').update(ELF).digest('hex');
const scratch = mkdtempSync(join(tmpdir(), 'tar-'));
after(() => rmSync(scratch, { recursive: true }));

const look = (bytes: Buffer, limits = ARCHIVE_LIMITS) =>
  lookIntoTar(Readable.from([bytes], { objectMode: false }), meter(limits));
const findings = async (bytes: Buffer) =>
  (await look(bytes)).findings.map(({ path, what }) => `${path}: ${what}`);

/** Another type in the first header, with its sum set right. */
function ofType(type: string, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.write(type, 156, 'latin1');
  copy.write('        ', 148, 'latin1');
  const sum = copy.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return copy;
}

test('what the tar of this machine packs is read as it is, in each of its formats', async () => {
  writeFileSync(join(scratch, 'k9s'), ELF, { mode: 0o755 });
  writeFileSync(join(scratch, 'LICENSE'), 'text', { mode: 0o644 });
  const long = `${'n'.repeat(120)}.sh`;
  writeFileSync(join(scratch, long), '#!/bin/sh\n', { mode: 0o755 });
  execFileSync('ln', ['-s', 'k9s', join(scratch, 'link')]);
  execFileSync('mkfifo', [join(scratch, 'pipe')]);
  execFileSync('mkdir', [join(scratch, 'folder')]);
  const names = ['k9s', 'LICENSE', 'link', 'pipe', 'folder'];
  for (const [format, more] of [
    ['gnu', [long]],
    ['pax', [long]],
    ['ustar', []],
    ['v7', []],
  ] as const) {
    // v7 has no kind for a pipe.
    const packed = [...names.filter((name) => format !== 'v7' || name !== 'pipe'), ...more];
    const bytes = execFileSync('tar', ['-c', `--format=${format}`, '-C', scratch, ...packed]);
    const { executables, files, findings } = await look(bytes);
    assert.deepEqual(
      executables.map(({ path, kind, mode }) => [path, kind, mode]),
      [['k9s', 'elf', 0o755], ...more.map((name) => [name, 'script', 0o755])],
      format,
    );
    assert.equal(executables[0]?.sha256, SHA256);
    assert.equal(files, 2 + more.length, format);
    assert.deepEqual(
      findings.map(({ path, what }) => `${path}: ${what}`),
      ['link: link', ...(format === 'v7' ? [] : ['pipe: special file'])],
      format,
    );
  }
});

test('a file with holes is unreadable: its bytes are not what unpacking lays down', async () => {
  execFileSync('truncate', ['-s', '1M', join(scratch, 'sparse')]);
  for (const format of ['gnu', 'pax']) {
    const bytes = execFileSync('tar', ['-cS', `--format=${format}`, '-C', scratch, 'sparse']);
    const { executables, files, findings } = await look(bytes);
    assert.deepEqual([executables, files], [[], 1], format);
    assert.deepEqual(
      findings.map(({ what }) => what),
      ['unreadable'],
      format,
    );
  }
});

test('each kind of entry has its word', async () => {
  const one = await tar([[{ name: 'k9s', mode: 0o755 }, ELF]]);
  assert.deepEqual(await findings(one), []);
  assert.deepEqual(await findings(ofType('7', one)), [], 'a contiguous file is a file');
  assert.equal((await look(ofType('7', one))).executables.length, 1);
  assert.deepEqual(await findings(ofType('Z', one)), ['k9s: unreadable'], 'of no known kind');
  assert.equal((await look(ofType('Z', one))).files, 1, 'it is laid down as a file');
  const followed = await tar(
    ['k9s', 'after'].map((name) => [{ name, mode: 0o755 }, Buffer.alloc(5000, 'x')]),
  );
  assert.deepEqual(
    (await look(ofType('Z', followed))).executables.map(({ path }) => path),
    ['after'],
    'what follows is read all the same',
  );
  const letter = await tar([[{ name: 'x' }, Buffer.from('y')]]);
  assert.deepEqual(await findings(ofType('3', letter)), ['x: special file', 'x: unreadable'], 'one byte');
  const none = await tar([[{ name: 'x', mode: 0o755 }]]);
  for (const [type, what] of [
    ['1', 'link'],
    ['2', 'link'],
    ['3', 'special file'],
    ['4', 'special file'],
    ['6', 'special file'],
  ] as const) {
    assert.deepEqual(await findings(ofType(type, none)), [`x: ${what}`], type);
    assert.deepEqual(
      await findings(ofType(type, one)),
      [`k9s: ${what}`, 'k9s: unreadable'],
      `${type} with content`,
    );
    assert.deepEqual((await look(ofType(type, none))).files, 0, type);
  }
  assert.deepEqual(await findings(ofType('5', none)), [], 'a folder');
});

test('names that lead out or come twice are told, and read all the same', async () => {
  const bytes = await tar([
    [{ name: '../k9s', mode: 0o755 }, ELF],
    [{ name: 'k9s', mode: 0o755 }, ELF],
    [{ name: './k9s', mode: 0o755 }, ELF],
  ]);
  assert.deepEqual(await findings(bytes), ['../k9s: leads out of the archive', './k9s: duplicate name']);
  assert.equal((await look(bytes)).executables.length, 3);
  const link = await tar([[{ name: '../x', type: 'symlink', linkname: 'y' }]]);
  assert.deepEqual(await findings(link), ['../x: leads out of the archive', '../x: link']);
});

test('a tar ends with its blocks of zeros: what follows is told, and not taken', async () => {
  const [first, more] = [
    await tar([[{ name: 'a' }, ELF]]),
    await tar([[{ name: 'evil', mode: 0o755 }, ELF]]),
  ];
  assert.deepEqual(await findings(Buffer.concat([first, more])), ['evil: data after the end']);
  assert.deepEqual(
    (await look(Buffer.concat([first, more]))).executables.map(({ path }) => path),
    ['a'],
  );
  assert.deepEqual(await findings(Buffer.concat([first, Buffer.alloc(512, 'x')])), [': data after the end']);
  assert.deepEqual(await findings(Buffer.concat([first, Buffer.alloc(10_240)])), [], 'padding');
  const folder = await tar([[{ name: 'folder/', type: 'directory' }]]);
  assert.deepEqual(await findings(Buffer.concat([folder, Buffer.alloc(512, 'x')])), [': data after the end']);
  const zeros = await tar([
    [{ name: 'zeros' }, Buffer.alloc(4096)],
    [{ name: 'folder/', type: 'directory' }],
    [{ name: 'odd' }, Buffer.alloc(513)],
    [{ name: 'k9s' }, ELF],
  ]);
  assert.deepEqual(await findings(zeros), [], 'zeros of a file are its own');
});

test('what is no tar before its end is an error, and so is one entry too many', async () => {
  const first = await tar([[{ name: 'a' }, ELF]]);
  const torn = Buffer.concat([first.subarray(0, 1024), Buffer.alloc(1024, 'x')]);
  await assert.rejects(look(torn), /header/i);
  const three = await tar(['a', 'b', 'c'].map((name) => [{ name }, ELF]));
  const two = { ...ARCHIVE_LIMITS, entries: 2 };
  await assert.rejects(look(three, two), { code: 'limit' });
  await assert.rejects(
    lookIntoTar(
      Readable.from(
        (async function* () {
          yield first.subarray(0, 512);
          throw new Error('the disk is gone');
        })(),
      ),
      meter(ARCHIVE_LIMITS),
    ),
    /the disk is gone/,
  );
});

test('the stream is let go of, however it ends', async () => {
  const bytes = await tar(['a', 'b', 'c'].map((name) => [{ name }, ELF]));
  for (const entries of [1, 9]) {
    const stream = Readable.from([bytes], { objectMode: false });
    await lookIntoTar(stream, meter({ ...ARCHIVE_LIMITS, entries })).catch(() => {});
    assert.equal(stream.destroyed, true);
  }
  // One that has more to give.
  const endless = Readable.from(
    (async function* () {
      yield bytes;
      await new Promise(() => {});
    })(),
    { objectMode: false },
  );
  await assert.rejects(lookIntoTar(endless, meter({ ...ARCHIVE_LIMITS, entries: 1 })), { code: 'limit' });
  assert.equal(endless.destroyed, true);
});
