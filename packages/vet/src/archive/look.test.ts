import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { ToolcribError } from '@toolcrib/model';
import fc from 'fast-check';
import { ARCHIVE_LIMITS, lookInside } from './look.ts';
import { tar, zip } from './testing/archives.ts';

const ELF = Buffer.from('\x7fELF\x02\x01\x01 a tool');
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

const limit = (error: unknown) => error instanceof ToolcribError && error.code === 'limit';

describe('looking into an archive', () => {
  it('finds each executable with the digest of its own bytes, in every container', async () => {
    const inside = await tar([
      [{ name: 'k9s', mode: 0o755 }, ELF],
      [{ name: 'LICENSE', mode: 0o644 }, Buffer.from('text')],
      [{ name: 'install.sh', mode: 0o755 }, Buffer.from('#!/bin/sh\n')],
      [{ name: 'notes.sh', mode: 0o644 }, Buffer.from('#!/bin/sh\n')],
    ]);
    for (const [name, bytes] of [
      ['a.tar', inside],
      ['a.tar.gz', gzipSync(inside)],
      ['a.tar.zst', zstdCompressSync(inside)],
    ] as const) {
      const found = await lookInside(await file(name, bytes));
      assert.deepEqual(
        found.executables.map(({ path, kind, sha256 }) => [path, kind, sha256]),
        [
          ['k9s', 'elf', sha256(ELF)],
          ['install.sh', 'script', sha256(Buffer.from('#!/bin/sh\n'))],
        ],
        name,
      );
      assert.equal(found.files, 4);
    }
    const zipped = await lookInside(await file('a.zip', zip([{ name: 'bin/k9s', content: ELF }])));
    assert.deepEqual(zipped.executables[0]?.sha256, sha256(ELF));
    const bare = await lookInside(await file('k9s', ELF));
    assert.deepEqual([bare.executables[0]?.path, bare.executables[0]?.sha256], ['k9s', sha256(ELF)]);
    const compressed = await lookInside(await file('k9s.gz', gzipSync(ELF)));
    assert.equal(compressed.executables[0]?.sha256, sha256(ELF));
  });

  it('names links, special files, ways out and doubles, and follows none', async () => {
    const hostile = await tar([
      [{ name: '../../etc/cron.d/x', mode: 0o755 }, ELF],
      [{ name: '/abs', mode: 0o755 }, ELF],
      [{ name: 'link', type: 'symlink', linkname: '/etc/passwd' }],
      [{ name: 'hard', type: 'link', linkname: '../x' }],
      [{ name: 'dev', type: 'character-device' }],
      [{ name: 'k9s', mode: 0o755 }, ELF],
      [{ name: 'k9s', mode: 0o755 }, Buffer.from('#!/bin/sh\nevil')],
    ]);
    const { findings } = await lookInside(await file('hostile.tar', hostile));
    assert.deepEqual(
      findings.map(({ what }) => what),
      [
        'leads out of the archive',
        'leads out of the archive',
        'link',
        'link',
        'special file',
        'duplicate name',
      ],
    );
    const zipped = zip([
      { name: '..\\..\\x', content: ELF },
      { name: 'l', content: Buffer.from('/etc/passwd'), mode: 0o120777 },
    ]);
    const found = await lookInside(await file('hostile.zip', zipped));
    assert.deepEqual(
      found.findings.map(({ what }) => what),
      ['leads out of the archive', 'link'],
    );
  });

  it('stops at bombs: ratio, count, layers, sizes that lie, endless headers', async () => {
    const zeros = Buffer.alloc(64 * 1024 * 1024);
    await assert.rejects(lookInside(await file('bomb.gz', gzipSync(zeros))), limit);
    await assert.rejects(lookInside(await file('bomb.zip', zip([{ name: 'z', content: zeros }]))), limit);
    await assert.rejects(
      lookInside(await file('lie.zip', zip([{ name: 'z', content: zeros, claims: 10 }]))),
      (error) => error instanceof ToolcribError && error.code === 'bad-file',
    );
    let layers: Buffer = Buffer.from(ELF);
    for (let depth = 0; depth < 6; depth++) layers = gzipSync(layers);
    await assert.rejects(lookInside(await file('layers.gz', layers)), limit);

    const many = await tar(
      Array.from({ length: 200 }, (_, index) => [{ name: `f${index}` }, Buffer.from('x')]),
    );
    await assert.rejects(
      lookInside(await file('many.tar', many), { ...ARCHIVE_LIMITS, entries: 100 }),
      limit,
    );

    const header = (await tar([[{ name: 'x', pax: { comment: 'y' } }, ELF]])).subarray(0, 512);
    header.write('77777777777', 124, 'latin1');
    header.fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    const endless = Buffer.concat([header, Buffer.alloc(32 * 1024 * 1024, 'a')]);
    // The parser's own limit.
    await assert.rejects(
      lookInside(await file('pax.tar', endless)),
      (error) => error instanceof ToolcribError && /max size/.test(String(error.cause)),
    );
  });

  it('reads tar of before POSIX, and names what unpackers make of kinds it does not know', async () => {
    const header = (await tar([[{ name: 'k9s', mode: 0o755, size: ELF.length }, ELF]])).subarray(0, 512);
    const kind = (type: string, magic?: Buffer) => {
      const copy = Buffer.from(header);
      copy.write(type, 156, 'latin1');
      magic?.copy(copy, 257);
      copy.write('        ', 148);
      const sum = copy.reduce((total, byte) => total + byte, 0);
      copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
      return Buffer.concat([copy, ELF, Buffer.alloc(512 - (ELF.length % 512) + 1024)]);
    };
    const old = await lookInside(await file('v7.tar', kind('\0', Buffer.alloc(8))));
    assert.deepEqual(
      old.executables.map(({ path }) => path),
      ['k9s'],
    );
    // GNU tar unpacks both as ordinary files.
    for (const type of ['Z', 'S']) {
      const { findings } = await lookInside(await file('odd.tar', kind(type)));
      assert.deepEqual(findings, [{ path: 'k9s', what: 'unreadable' }]);
    }
    const sparse = await tar([[{ name: 'k9s', mode: 0o755, pax: { 'GNU.sparse.major': '1' } }, ELF]]);
    assert.deepEqual((await lookInside(await file('sparse.tar', sparse))).findings, [
      { path: 'k9s', what: 'unreadable' },
    ]);
  });

  it('says what it cannot read', async () => {
    const found = await lookInside(await file('tool.tar.xz', Buffer.from('\xfd7zXZ\x00rest', 'latin1')));
    assert.deepEqual(found.findings, [{ path: 'tool.tar.xz', what: 'unreadable' }]);
    assert.equal(found.executables.length, 0);
  });

  it('ends on any bytes with an answer or a clear error', async () => {
    const starts = [
      Buffer.from('PK\x03\x04'),
      Buffer.from([0x1f, 0x8b, 8]),
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
      Buffer.alloc(0),
    ];
    const good = await tar([[{ name: 'k9s', mode: 0o755 }, ELF]]);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc
            .tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 2000 }))
            .map((parts) => Buffer.concat(parts)),
          fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, byte]) => {
            const copy = Buffer.from(good);
            copy[at] = byte;
            return copy;
          }),
          fc.nat(good.length).map((length) => gzipSync(good).subarray(0, length)),
        ),
        async (bytes) => {
          const path = await file('fuzz', bytes);
          await lookInside(path).catch((error) => assert.ok(error instanceof ToolcribError, String(error)));
        },
      ),
      { numRuns: 300 },
    );
  });
});
