import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ARCHIVE_LIMITS, meter } from './limits.ts';
import { zip } from './testing/archives.ts';
import { allClosedBelow } from './testing/open-files.ts';
import { lookIntoZip } from './zip.ts';

const ELF = Buffer.from('\x7fELF a tool');
const scratch = mkdtempSync(join(tmpdir(), 'zip-'));
after(() => rmSync(scratch, { recursive: true }));

const path = join(scratch, 'x.zip');
const look = (bytes: Buffer, limits = ARCHIVE_LIMITS) => {
  writeFileSync(path, bytes);
  return lookIntoZip(path, bytes.length, meter(limits));
};
const findings = async (bytes: Buffer) =>
  (await look(bytes)).findings.map((finding) => `${finding.path}: ${finding.what}`);
/** Where the first entry of the directory begins (APPNOTE.TXT 4.3.12). */
const directory = (bytes: Buffer) => bytes.indexOf('PK\x01\x02');

test('what the zip of this machine packs is read as it is', async (t) => {
  if (!['/usr/bin/zip', '/bin/zip'].some(existsSync)) return t.skip('no zip here');
  const folder = join(scratch, 'in');
  execFileSync('mkdir', ['-p', join(folder, 'bin')]);
  writeFileSync(join(folder, 'bin', 'k9s'), ELF, { mode: 0o755 });
  writeFileSync(join(folder, 'LICENSE'), 'text '.repeat(1000), { mode: 0o644 });
  writeFileSync(join(folder, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  symlinkSync('bin/k9s', join(folder, 'link'));
  for (const more of [[], ['-0'], ['-X']]) {
    rmSync(path, { force: true });
    execFileSync('zip', ['-qry', ...more, path, 'bin', 'LICENSE', 'run.sh', 'link'], { cwd: folder });
    const found = await lookIntoZip(path, statSync(path).size, meter(ARCHIVE_LIMITS));
    assert.deepEqual(
      found.executables.map(({ path, kind, mode }) => [path, kind, (mode ?? 0) & 0o777]),
      [
        ['bin/k9s', 'elf', 0o755],
        ['run.sh', 'script', 0o755],
      ],
    );
    assert.equal(found.executables[0]?.sha256, createHash('sha256').update(ELF).digest('hex'));
    assert.deepEqual([found.files, found.findings], [3, [{ path: 'link', what: 'link' }]], `${more}`);
  }
});

test('a mode counts where it is one: of Unix and macOS', async () => {
  const script = zip([{ name: 'run.sh', content: Buffer.from('#!/bin/sh\n'), mode: 0o100644 }]);
  const seen = async (system: number) => {
    const bytes = Buffer.from(script);
    bytes.writeUInt8(system, directory(bytes) + 5);
    return (await look(bytes)).executables.map(({ mode }) => mode);
  };
  assert.deepEqual([await seen(3), await seen(19)], [[], []], 'said not to be run');
  // Of Windows the same bits say nothing: a script may be run.
  assert.deepEqual([await seen(0), await seen(10)], [[undefined], [undefined]]);
});

test('what is not followed or cannot be read is named', async () => {
  const one = zip([{ name: 'k9s', content: ELF }]);
  assert.deepEqual(await findings(one), []);
  assert.deepEqual(await findings(zip([{ name: '../k9s', content: ELF }])), [
    '../k9s: leads out of the archive',
  ]);
  assert.deepEqual(await findings(zip([{ name: 'l', content: ELF, mode: 0o120777 }])), ['l: link']);
  assert.deepEqual(await findings(zip([{ name: 'k9s', content: ELF, localName: 'k8s' }])), [
    'k9s: headers differ',
  ]);
  const twice = zip([
    { name: 'k9s', content: ELF },
    { name: './K9S', content: ELF },
  ]);
  assert.deepEqual(await findings(twice), ['./K9S: duplicate name']);
  const hidden = zip([
    { name: 'a', content: ELF },
    { name: 'evil', content: ELF, hidden: true },
  ]);
  assert.deepEqual(
    (await look(hidden)).findings.map(({ what }) => what),
    ['not in the directory'],
  );
  const within = zip([{ name: 'x.zip', content: one }]);
  assert.deepEqual(await findings(within), ['x.zip: archive inside']);
  const folder = zip([{ name: 'folder/', content: Buffer.alloc(0), mode: 0o040755 }]);
  assert.deepEqual([(await look(folder)).files, await findings(folder)], [0, []]);
});

test('what is encrypted, or packed in a way that is not read here, is a file that is unreadable', async () => {
  const changed = (at: number, inLocal: number, value: number) => {
    const bytes = zip([
      { name: 'k9s', content: ELF },
      { name: 'other', content: ELF },
    ]);
    bytes.writeUInt16LE(value, directory(bytes) + at);
    bytes.writeUInt16LE(value, inLocal);
    return bytes;
  };
  for (const bytes of [changed(8, 6, 1), changed(10, 8, 12)]) {
    const { files, executables, findings } = await look(bytes);
    assert.deepEqual([files, executables.map(({ path }) => path)], [2, ['other']]);
    assert.deepEqual(findings, [{ path: 'k9s', what: 'unreadable' }]);
  }
});

test('its cost is counted: entries, names, and bytes out for each that is there', async () => {
  const three = zip(['a', 'b', 'c'].map((name) => ({ name, content: ELF })));
  const with_ = (limits: Partial<typeof ARCHIVE_LIMITS>) => look(three, { ...ARCHIVE_LIMITS, ...limits });
  await assert.rejects(with_({ entries: 2 }), { code: 'limit' });
  await allClosedBelow(scratch);
  await with_({ entries: 3 });
  await assert.rejects(with_({ unpacked: 3 * ELF.length - 1 }), { code: 'limit' });
  await with_({ unpacked: 3 * ELF.length });
  const zeros = zip([{ name: 'z', content: Buffer.alloc(100_000) }]);
  await assert.rejects(look(zeros, { ...ARCHIVE_LIMITS, ratio: 10, ratioFrom: 0 }), { code: 'limit' });
  await look(zeros, { ...ARCHIVE_LIMITS, ratio: 2000, ratioFrom: 0 });
});

test('several entries of the same bytes are not counted as more than there is', async () => {
  const content = Buffer.alloc(5000);
  const whole = zip([{ name: 'z', content }]);
  const at = directory(whole);
  const end = whole.indexOf('PK\x05\x06');
  const listed = whole.subarray(at, end);
  const tail = Buffer.from(whole.subarray(end));
  for (const place of [8, 10]) tail.writeUInt16LE(50, place);
  tail.writeUInt32LE(listed.length * 50, 12);
  const bytes = Buffer.concat([whole.subarray(0, at), ...Array(50).fill(listed), tail]);
  // 250,000 bytes out of a file of some 2,500: each entry alone is below 60.
  assert.ok(bytes.length > 2400 && bytes.length < 2600, `${bytes.length}`);
  await assert.rejects(look(bytes, { ...ARCHIVE_LIMITS, ratio: 95, ratioFrom: 0 }), { code: 'limit' });
  await look(bytes, { ...ARCHIVE_LIMITS, ratio: 110, ratioFrom: 0 });
});

test('an entry that says less than it holds, or another checksum, is an error', async () => {
  await assert.rejects(look(zip([{ name: 'k9s', content: ELF, claims: 3 }])));
  const bytes = zip([{ name: 'k9s', content: ELF }]);
  for (const place of [14, directory(bytes) + 16]) bytes.writeUInt32LE(7, place);
  await assert.rejects(look(bytes), /crc/i);
});
