import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { after, before, describe, it } from 'node:test';
import { createZstdCompress, gzipSync, zstdCompressSync } from 'node:zlib';
import { ToolcribError } from '@toolcrib/model';
import type { Finding } from './entry.ts';
import { ARCHIVE_LIMITS, lookInside } from './look.ts';
import { tar, zip } from './testing/archives.ts';

const ELF = Buffer.from('\x7fELF\x02\x01\x01 a tool');
const MiB = 1024 * 1024;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'archive-'));
});
after(() => rm(folder, { recursive: true }));

async function file(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

const withoutEnd = (bytes: Buffer) => bytes.subarray(0, bytes.length - 1024);
const ends = (code: string) => (error: unknown) => error instanceof ToolcribError && error.code === code;

describe('what an archive holds outside its files', () => {
  it('counts: padding, extended headers and frames that are skipped cost as much as content', async () => {
    const entry = await tar([[{ name: 'k9s', mode: 0o755 }, ELF]]);
    const zeros = Buffer.alloc(MiB);
    const pax = withoutEnd(
      await tar([[{ name: 'k9s', mode: 0o755, pax: { comment: 'y'.repeat(2 * MiB) } }, Buffer.alloc(0)]]),
    );
    const skippable = Buffer.alloc(8 + MiB);
    skippable.writeUInt32LE(0x184d2a50, 0);
    skippable.writeUInt32LE(MiB, 4);
    const parts: [string, Buffer, Buffer][] = [
      ['zeros after the end', entry, zeros],
      ['extended headers', Buffer.alloc(0), pax],
      ['a layer of frames to be skipped', Buffer.alloc(0), skippable],
    ];
    for (const [name, first, again] of parts) {
      const path = join(folder, 'bomb.zst');
      const all = function* () {
        yield first;
        for (let at = 0; at < 128; at++) yield again;
      };
      await pipeline(Readable.from(all()), createZstdCompress(), createWriteStream(path));
      await assert.rejects(lookInside(path), ends('limit'), name);
    }
    const plain = Buffer.concat([entry, ...Array(8).fill(zeros)]);
    await assert.rejects(
      lookInside(await file('plain.tar', plain), { ...ARCHIVE_LIMITS, unpacked: 4 * MiB }),
      ends('limit'),
    );
  });

  it('takes time too: the clock is looked at whatever comes out', async () => {
    const padded = Buffer.concat([await tar([[{ name: 'k9s' }, ELF]]), Buffer.alloc(4 * MiB)]);
    for (const [name, bytes] of [
      ['slow.tar', padded],
      ['slow.tar.gz', gzipSync(padded)],
      ['slow.zip', zip([{ name: 'k9s', content: ELF }])],
    ] as const)
      await assert.rejects(
        lookInside(await file(name, bytes), { ...ARCHIVE_LIMITS, time: -1 }),
        ends('limit'),
      );
  });

  it('is not multiplied by entries of a zip that share their bytes', async () => {
    const content = Buffer.alloc(MiB, 'a');
    const whole = zip(Array.from({ length: 40 }, (_, at) => ({ name: `f${at}`, content, hidden: at > 0 })));
    const at = whole.lastIndexOf('PK\x01\x02');
    const end = whole.lastIndexOf('PK\x05\x06');
    const listed = whole.subarray(at, end);
    const tail = Buffer.from(whole.subarray(end));
    tail.writeUInt16LE(40, 8);
    tail.writeUInt16LE(40, 10);
    tail.writeUInt32LE(listed.length * 40, 12);
    const local = whole.subarray(0, whole.indexOf('PK\x03\x04', 4));
    tail.writeUInt32LE(local.length, 16);
    const overlapping = Buffer.concat([local, ...Array(40).fill(listed), tail]);
    await assert.rejects(lookInside(await file('overlap.zip', overlapping)), ends('limit'));
    const few = await lookInside(await file('overlap.zip', overlapping), { ...ARCHIVE_LIMITS, ratio: 1e9 });
    assert.ok(few.findings.some(({ what }) => what === 'headers differ'));
  });
});

describe('what an archive hides', () => {
  const tarOf = async (...names: string[]) => tar(names.map((name) => [{ name, mode: 0o755 }, ELF]));

  it('is found: each case by its name, and a plain archive has no finding', async () => {
    const first = await tarOf('k9s');
    const more = await tarOf('evil');
    const table: [string, Buffer, Finding['what'][]][] = [
      ['a plain tar', await tarOf('k9s', 'sub/k9s', 'LICENSE'), []],
      ['./tool and tool', await tarOf('k9s', './k9s'), ['duplicate name']],
      ['a//b and a/./b', await tarOf('a//b', 'a/./b'), ['duplicate name']],
      ['tool and Tool', await tarOf('k9s', 'K9s'), ['duplicate name']],
      ['two forms of one letter', await tarOf('\u00e9', 'e\u0301'), ['duplicate name']],
      ['a tar after a tar', Buffer.concat([first, more]), ['data after the end']],
      [
        'one block of zeros between',
        Buffer.concat([withoutEnd(first), Buffer.alloc(512), more]),
        ['data after the end'],
      ],
      ['text after the end', Buffer.concat([first, Buffer.alloc(1024, 'x')]), ['data after the end']],
      [
        'a file of zeros',
        await tar([
          [{ name: 'z' }, Buffer.alloc(8192)],
          [{ name: 'y' }, ELF],
        ]),
        [],
      ],
      [
        'a link with content',
        await (async () => {
          const bytes = await tar([[{ name: 'l', size: 512 }, Buffer.alloc(512, 'a')]]);
          bytes.write('2', 156, 'latin1');
          bytes.write('        ', 148, 'latin1');
          const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
          bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
          return bytes;
        })(),
        ['link', 'unreadable'],
      ],
      [
        'a plain zip',
        zip([
          { name: 'k9s', content: ELF },
          { name: 'LICENSE', content: ELF },
        ]),
        [],
      ],
      [
        'another name before its bytes',
        zip([{ name: 'k9s', content: ELF, localName: 'evil' }]),
        ['headers differ'],
      ],
      [
        'a file that the directory leaves out',
        zip([
          { name: 'a', content: ELF },
          { name: 'evil', content: ELF, hidden: true },
          { name: 'b', content: ELF },
        ]),
        ['not in the directory'],
      ],
      [
        'the same at its end',
        zip([
          { name: 'a', content: ELF },
          { name: 'evil', content: ELF, hidden: true },
        ]),
        ['not in the directory'],
      ],
    ];
    for (const [name, bytes, expected] of table) {
      for (const [ending, packed] of [
        ['', bytes],
        ['.gz', gzipSync(bytes)],
      ] as const) {
        if (ending !== '' && bytes.subarray(0, 2).toString() === 'PK') continue;
        const { findings, executables } = await lookInside(await file(`hidden${ending}`, packed));
        assert.deepEqual(
          findings.map(({ what }) => what),
          expected,
          name,
        );
        assert.ok(!executables.some(({ path }) => path === 'evil'), name);
      }
    }
  });

  it('whatever the pieces are in which a tar comes', async () => {
    const bytes = await tar(
      Array.from({ length: 40 }, (_, at) => [{ name: `f${at}`, mode: 0o755 }, Buffer.alloc(at * 700)]),
    );
    const long = 'd/'.repeat(100);
    const deep = await tar([
      [{ name: `${long}k9s`, mode: 0o755 }, ELF],
      [{ name: `${long}b`, mode: 0o755 }, ELF],
    ]);
    for (const one of [bytes, deep]) {
      assert.deepEqual((await lookInside(await file('plain.tar', one))).findings, []);
      assert.deepEqual((await lookInside(await file('plain.tar.gz', gzipSync(one)))).findings, []);
    }
  });
});

describe('what could be run', () => {
  it('is recorded when it is marked to be run, whatever it is', async () => {
    const bytes = Buffer.from('echo no interpreter named');
    const packed = await tar([
      [{ name: 'run-me', mode: 0o755 }, bytes],
      [{ name: 'README', mode: 0o644 }, bytes],
    ]);
    const { executables } = await lookInside(await file('marked.tar', packed));
    assert.deepEqual(
      executables.map(({ path, kind, sha256: digest }) => [path, kind, digest]),
      [['run-me', 'other', sha256(bytes)]],
    );
    const zipped = zip([
      { name: 'run-me', content: bytes },
      { name: 'README', content: bytes, mode: 0o100644 },
    ]);
    const found = await lookInside(await file('marked.zip', zipped));
    assert.deepEqual(
      found.executables.map(({ path }) => path),
      ['run-me'],
    );
  });

  it('and what cannot be read here is said, by its first bytes', async () => {
    const heads = {
      '7z': '7z\xbc\xaf\x27\x1c\0\x04',
      deb: '!<arch>\ndebian-binary',
      rpm: '\xed\xab\xee\xdb\x03\0',
      rar: 'Rar!\x1a\x07\x01\0',
      cab: 'MSCF\0\0\0\0',
      msi: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
      pkg: 'xar!\0\x1c',
      snap: 'hsqs',
      lz4: '\x04\x22\x4d\x18',
      lzip: 'LZIP\x01',
      Z: '\x1f\x9d\x90',
      bz2: 'BZh9',
    };
    for (const [ending, head] of Object.entries(heads)) {
      const bytes = Buffer.from(`${head} and the rest`, 'latin1');
      const { findings, executables } = await lookInside(await file(`tool.${ending}`, bytes));
      assert.deepEqual([findings, executables], [[{ path: `tool.${ending}`, what: 'unreadable' }], []]);
      const within = await lookInside(await file('within.tar', await tar([[{ name: 'x' }, bytes]])));
      assert.deepEqual(within.findings, [{ path: 'x', what: 'archive inside' }], ending);
    }
  });

  it('is found in a zstd file that begins with frames to be skipped', async () => {
    const skippable = Buffer.concat([Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]), Buffer.from('abc')]);
    const bytes = Buffer.concat([
      skippable,
      zstdCompressSync(await tar([[{ name: 'k9s', mode: 0o755 }, ELF]])),
    ]);
    const { executables } = await lookInside(await file('skip.tar.zst', bytes));
    assert.deepEqual(
      executables.map(({ path }) => path),
      ['k9s'],
    );
  });

  it('is not waited for in a named pipe', { timeout: 10_000 }, async (t) => {
    const pipe = join(folder, 'pipe');
    if (spawnSync('mkfifo', [pipe]).status !== 0) return t.skip('no mkfifo here');
    await assert.rejects(lookInside(pipe), ends('bad-file'));
  });
});
