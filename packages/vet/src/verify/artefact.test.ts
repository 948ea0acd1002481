import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type Artefact, artefactOfBytes, artefactOfDigest, openArtefact } from './artefact.ts';

const folder = mkdtempSync(join(tmpdir(), 'artefact-'));
after(() => rmSync(folder, { recursive: true }));
const MIB = 1024 * 1024;
/** Over two pieces and a bit, no two of them alike. */
const LARGE = Buffer.alloc(2 * MIB + 17, 'a longer text than one piece ');
const digest = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('hex');
const stops = (code: string, pattern: RegExp) => (error: Error & { code?: string }) => {
  assert.equal(error.code, code);
  assert.match(error.message, pattern);
  return true;
};

async function opened(bytes: Uint8Array, use: (artefact: Artefact, path: string) => Promise<void>) {
  const path = join(folder, 'tool');
  writeFileSync(path, bytes);
  const artefact = await openArtefact(path);
  await use(artefact, path).finally(() => artefact.close());
}

async function piecesOf(artefact: Artefact): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  for await (const piece of artefact.chunks()) pieces.push(Buffer.from(piece));
  return pieces;
}

describe('an artefact', () => {
  const kinds: [string, (use: (artefact: Artefact) => Promise<void>) => Promise<void>][] = [
    ['in memory', (use) => use(artefactOfBytes('tool', LARGE))],
    ['of a file', (use) => opened(LARGE, use)],
  ];
  for (const [kind, over] of kinds) {
    it(`${kind} has its name, size, bytes and digests, piece by piece`, async () => {
      await over(async (artefact) => {
        assert.deepEqual([artefact.name, artefact.size], ['tool', LARGE.length]);
        assert.deepEqual(artefact.knownDigests(), {});
        const [sha256, sha512] = [digest('sha256', LARGE), digest('sha512', LARGE)];
        assert.equal((await artefact.digests(['sha512'])).sha512, sha512);
        assert.deepEqual(artefact.knownDigests(), { sha256, sha512 }, 'sha256 names it, and is always there');
        assert.ok(LARGE.equals(await artefact.whole()));
        const pieces = await piecesOf(artefact);
        assert.deepEqual(
          pieces.map(({ length }) => length),
          [MIB, MIB, 17],
        );
        assert.ok(LARGE.equals(Buffer.concat(pieces)));
        assert.equal(await artefact.changed(), undefined);
      });
    });
  }

  it('knows its digest once it was read, whichever way that was', async () => {
    for (const read of [piecesOf, (artefact: Artefact) => artefact.whole()]) {
      const artefact = artefactOfBytes('tool', LARGE);
      await read(artefact);
      assert.deepEqual(artefact.knownDigests(), { sha256: digest('sha256', LARGE) });
    }
  });

  it('does not read a file anew for what it knows', async () => {
    await opened(Buffer.from('first'), async (artefact, path) => {
      await artefact.digests(['sha256', 'sha512']);
      writeFileSync(path, 'other');
      assert.deepEqual(await artefact.digests(['sha256', 'sha512']), {
        sha256: digest('sha256', Buffer.from('first')),
        sha512: digest('sha512', Buffer.from('first')),
      });
    });
  });

  it('hands out a copy of what it knows: nobody else can write a digest into it', async () => {
    const artefact = artefactOfBytes('tool', Buffer.from('x'));
    await artefact.digests(['sha256']);
    artefact.knownDigests().sha256 = 'planted';
    assert.equal(artefact.knownDigests().sha256, digest('sha256', Buffer.from('x')));
  });

  it('is tied to its first reading: other bytes in a later one end everything', async () => {
    const later: ((artefact: Artefact) => Promise<unknown>)[] = [
      (artefact) => artefact.digests(['sha384']),
      (artefact) => artefact.whole(),
      piecesOf,
    ];
    for (const read of later) {
      await opened(Buffer.from('first'), async (artefact, path) => {
        await artefact.digests(['sha256']);
        writeFileSync(path, 'other');
        await assert.rejects(
          read(artefact),
          stops('changed-while-read', /^tool changed between two readings/),
        );
      });
    }
  });

  it('says what changed of a file since it was opened: its size, its text, its metadata', async () => {
    const table: [(path: string) => void, string | RegExp][] = [
      [(path) => appendFileSync(path, '!'), 'its size went from 5 to 6'],
      [(path) => utimesSync(path, new Date(0), new Date(0)), 'it was written to'],
      [(path) => chmodSync(path, 0o600), 'its metadata was changed'],
    ];
    for (const [change, said] of table) {
      await opened(Buffer.from('first'), async (artefact, path) => {
        chmodSync(path, 0o644);
        assert.equal(await artefact.changed(), 'its metadata was changed', 'chmod counts on its own');
        change(path);
        assert.equal(await artefact.changed(), said);
      });
    }
  });

  it('of which all bytes are needed has a limit, and one that is digested has none', async () => {
    const most = artefactOfBytes('tool', Buffer.alloc(64 * MIB));
    assert.equal((await most.whole()).length, 64 * MIB);
    const over = artefactOfBytes('tool', Buffer.alloc(64 * MIB + 1));
    await assert.rejects(over.whole(), stops('limit', /tool is over 64 MiB/));
    assert.match((await over.digests(['sha256'])).sha256, /^[0-9a-f]{64}$/);
  });

  it('that grows past the limit while it is read is not read to its end', async () => {
    await opened(Buffer.from('small'), async (artefact, path) => {
      truncateSync(path, 64 * MIB + 1);
      await assert.rejects(artefact.whole(), stops('limit', /^tool grew past the limit/));
    });
  });

  it('that is a folder or not there is none', async () => {
    await assert.rejects(openArtefact(folder), { code: 'bad-file' });
    await assert.rejects(openArtefact(join(folder, 'absent')), { code: 'not-found' });
  });
});

describe('an artefact of which only the digest is at hand', () => {
  const hex = 'a'.repeat(64);
  const only = artefactOfDigest(hex);
  it('is named by it, and answers what it answers', async () => {
    assert.deepEqual([only.name, only.size], [`sha256:${hex}`, 0]);
    assert.deepEqual(await only.digests(['sha256']), { sha256: hex });
    assert.deepEqual(only.knownDigests(), { sha256: hex });
    assert.equal(await only.changed(), undefined);
    await only.close();
  });
  it('is unsupported for whatever needs more, and never an empty file', async () => {
    const more = stops('unsupported', /only the SHA-256 was given, and .* is needed/);
    await assert.rejects(only.digests(['sha256', 'sha512']), stops('unsupported', /and sha512 is needed/));
    await assert.rejects(only.whole(), more);
    await assert.rejects(piecesOf(only), more);
  });
});
