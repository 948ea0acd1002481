import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { addFile, type Finding, type Inside, leadsOut, readEntry, seenWhole } from './entry.ts';

async function* inPieces(...pieces: string[]) {
  for (const piece of pieces) yield Buffer.from(piece, 'latin1');
}

test('a name leads out where unpacking could write elsewhere', () => {
  for (const name of [
    '/etc/x',
    '../x',
    'a/../../x',
    'a/..',
    '..',
    '..\\x',
    'a\\..\\x',
    'C:x',
    'c:\\x',
    'a\0b',
  ])
    assert.equal(leadsOut(name), true, JSON.stringify(name));
  for (const name of ['x', './x', 'a/b', '..x', 'x..', 'a/...', 'ab:c', '1:x', 'a/c:x', ''])
    assert.equal(leadsOut(name), false, JSON.stringify(name));
});

test('only what leaves open what unpacking lays down is not seen whole', () => {
  const open: Record<Finding['what'], boolean> = {
    link: false,
    'special file': false,
    'leads out of the archive': false,
    unreadable: true,
    'duplicate name': true,
    'archive inside': true,
    'data after the end': true,
    'headers differ': true,
    'not in the directory': true,
  };
  for (const [what, isOpen] of Object.entries(open)) {
    assert.equal(seenWhole([{ what }]), !isOpen, what);
    assert.equal(seenWhole([{ what: 'link' }, { what }, { what: 'link' }]), !isOpen, what);
  }
  assert.equal(seenWhole([]), true);
  assert.equal(seenWhole([{ what: 'not looked into: too large' }]), false);
});

test('a file is read to its end: the digest and size of all, the head of the first 512 bytes', async () => {
  const content = `\x7fELF${'a'.repeat(500)}`;
  const { head, executable } = await readEntry('k9s', 0o644, inPieces(content, 'bcdefghij', 'k'));
  assert.deepEqual(executable, {
    path: 'k9s',
    kind: 'elf',
    sha256: createHash('sha256').update(`${content}bcdefghijk`, 'latin1').digest('hex'),
    size: 514,
    mode: 0o644,
  });
  assert.equal(Buffer.from(head).toString('latin1'), `${content}bcdefghi`.slice(0, 512));
  // Its kind stands in its head, in however small pieces that comes.
  assert.equal((await readEntry('x', undefined, inPieces('\x7f', 'E', 'LF'))).executable?.kind, 'elf');
  assert.deepEqual(await readEntry('x', 0o644, inPieces()), { head: Buffer.alloc(0), executable: undefined });
});

test('what can be run is so by its content, or because it is marked', async () => {
  const kind = async (content: string, mode: number | undefined) =>
    (await readEntry('x', mode, inPieces(content))).executable?.kind;
  for (const marked of [0o755, 0o744, 0o654, 0o645]) {
    assert.equal(await kind('#!/bin/sh', marked), 'script');
    assert.equal(await kind('text', marked), 'other');
    assert.equal(await kind('MZ', marked), 'pe');
  }
  assert.equal(await kind('#!/bin/sh', 0o644), undefined, 'a text that begins so');
  assert.equal(await kind('text', 0o666), undefined);
  assert.equal(await kind('MZ', 0o644), 'pe');
  // Where no archive says a mode, nobody can tell.
  assert.equal(await kind('#!/bin/sh', undefined), 'script');
  assert.equal(await kind('text', undefined), undefined);
});

test('a file is counted, its executable kept, and a second one of its place told', async () => {
  const add = async (...names: string[]) => {
    const inside: Inside = { executables: [], files: 0, findings: [] };
    const taken = new Set<string>();
    for (const name of names) addFile(inside, taken, name, await readEntry(name, 0o755, inPieces('MZ')));
    return inside;
  };
  const one = await add('tool', 'sub/tool');
  assert.equal(one.files, 2);
  assert.deepEqual(
    one.executables.map(({ path }) => path),
    ['tool', 'sub/tool'],
  );
  assert.deepEqual(one.findings, []);
  for (const again of ['tool', './tool', 'tool/', './/Tool', '.\\TOOL'])
    assert.deepEqual((await add('tool', again)).findings, [{ path: again, what: 'duplicate name' }], again);
  assert.equal((await add('a/b', 'a\\b')).findings.length, 1);
  assert.equal((await add('\u00e9', 'e\u0301')).findings.length, 1);
  assert.deepEqual((await add('a/b', 'ab', 'a.b', 'b')).findings, []);
});

test('an archive within is named', async () => {
  for (const content of ['PK\x03\x04', '\x1f\x8b', 'xar!']) {
    const inside: Inside = { executables: [], files: 0, findings: [] };
    addFile(inside, new Set(), 'x', await readEntry('x', 0o644, inPieces(content)));
    assert.deepEqual(inside, {
      executables: [],
      files: 1,
      findings: [{ path: 'x', what: 'archive inside' }],
    });
  }
});
