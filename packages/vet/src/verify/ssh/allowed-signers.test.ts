import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cpuTime } from '@toolcrib/model/testing/cpu-time.ts';
import { matchesPatterns, readAllowedSigners } from './allowed-signers.ts';

describe('allowed signers', () => {
  const key = `ssh-ed25519 ${Buffer.alloc(51, 1).toString('base64')}`;
  it('keep every restriction, and refuse what they do not understand', () => {
    const [line] = readAllowedSigners(
      `# c\n"a@x,*@y" namespaces="git,file",valid-after="20250101Z",valid-before="20260101Z" ${key} me\n`,
    );
    assert.deepEqual(line?.principals, ['a@x', '*@y']);
    assert.deepEqual(line?.namespaces, ['git', 'file']);
    assert.equal(line?.validBefore?.toISOString(), '2026-01-01T00:00:00.000Z');
    assert.equal(readAllowedSigners(`*@x cert-authority ${key}`)[0]?.certAuthority, true);
    for (const bad of [`a@x unheard-of ${key}`, 'a@x', `a@x valid-before="soon" ${key}`])
      assert.throws(() => readAllowedSigners(bad));
  });
  it('match as OpenSSH matches, in linear time', () => {
    assert.ok(
      matchesPatterns(['*@x'], 'a@x') && matchesPatterns(['?@x'], 'a@x') && !matchesPatterns(['?@x'], 'ab@x'),
    );
    assert.ok(!matchesPatterns(['*@x', '!eve@x'], 'eve@x') && !matchesPatterns(['!eve@x'], 'a@x'));
    const started = cpuTime();
    matchesPatterns(['*a*a*a*a*a*a*a*a*a*a*b'], 'a'.repeat(5000));
    assert.ok(cpuTime() - started < 1000);
  });

  it('are lines of principals, options, type, key and comment; nothing more is there than was said', () => {
    const blob = Buffer.alloc(51, 1);
    assert.deepEqual(readAllowedSigners(`\n  # a\n\r\n a@x ${key} a comment with words\r\n*@y ${key}\n`), [
      { principals: ['a@x'], keyBlob: blob, certAuthority: false },
      { principals: ['*@y'], keyBlob: blob, certAuthority: false },
    ]);
    for (const type of ['ecdsa-sha2-nistp256', 'sk-ssh-ed25519@openssh.com'])
      assert.equal(readAllowedSigners(`a ${key.replace('ssh-ed25519', type)}`).length, 1, type);
    const [named] = readAllowedSigners(`"a b,c" NAMESPACES="file" ${key}`);
    assert.deepEqual([named?.principals, named?.namespaces], [['a b', 'c'], ['file']]);
    assert.deepEqual(readAllowedSigners(`a namespaces="git",cert-authority ${key}`)[0], {
      principals: ['a'],
      keyBlob: blob,
      namespaces: ['git'],
      certAuthority: true,
    });
  });

  it('have times in four forms, with Z in UTC and without it where the machine is', () => {
    const read = (text: string) => readAllowedSigners(`a valid-after="${text}" ${key}`)[0]?.validAfter;
    assert.equal(read('20250102Z')?.toISOString(), '2025-01-02T00:00:00.000Z');
    assert.equal(read('202501020304Z')?.toISOString(), '2025-01-02T03:04:00.000Z');
    assert.equal(read('20250102030405Z')?.toISOString(), '2025-01-02T03:04:05.000Z');
    assert.deepEqual(read('20250102030405'), new Date(2025, 0, 2, 3, 4, 5));
    assert.deepEqual(read('20250102'), new Date(2025, 0, 2));
    for (const bad of ['2025', '2025010', '202501020', '20250102T', ' 20250102'])
      assert.throws(
        () => read(bad),
        { message: 'line 1 of the allowed signers has an unreadable time' },
        bad,
      );
  });

  it('say in which line they cannot be read, and are refused whole', () => {
    const stops = (text: string, code: string, message: string) =>
      assert.throws(() => readAllowedSigners(`a ${key}\n${text}`), { code, message });
    const of = 'of the allowed signers';
    stops('a@x', 'not-understood', `line 2 ${of} cannot be read`);
    // OpenSSH wants the quotes, and each option once: with two of one nobody could say which holds.
    for (const bad of ['x', 'namespaces=git', 'namespaces', 'valid-after', 'cert-authority="x"', 'x="1"'])
      stops(`a ${bad} ${key}`, 'not-understood', `line 2 ${of} has an unknown option`);
    for (const twice of ['namespaces="git"', 'valid-after="20250101Z"', 'valid-before="20250101Z"'])
      stops(`a ${twice},${twice} ${key}`, 'not-understood', `line 2 ${of} has an option twice`);
    stops(`a x ${key}`, 'not-understood', `line 2 ${of} has an unknown option`);
    stops(
      `a ssh-ed25519 ${'A'.repeat(67)}`,
      'not-understood',
      `the key on line 2 ${of} is cut off or no key`,
    );
    stops(`a ${key} ${'x'.repeat(16 * 1024)}`, 'limit', `line 2 ${of} is too long`);
    const line = `a ${key} `;
    assert.equal(readAllowedSigners(line.padEnd(16 * 1024, 'x')).length, 1);
    const full = '#\n'.repeat(512 * 1024);
    assert.deepEqual(readAllowedSigners(full), []);
    assert.throws(() => readAllowedSigners(`${full}#`), {
      code: 'limit',
      message: 'the allowed signers are over 1 MiB',
    });
  });

  it('match by stars and question marks at any place', () => {
    const table: [pattern: string, text: string, matches: boolean][] = [
      ['', '', true],
      ['', 'a', false],
      ['a', '', false],
      ['*', '', true],
      ['**', 'a', true],
      ['a', 'ab', false],
      ['ab', 'a', false],
      ['?', '', false],
      ['a?c', 'abc', true],
      ['a*', 'a', true],
      ['*a', 'bbba', true],
      ['*a', 'ab', false],
      ['a*b*c', 'axxbyybzc', true],
      ['a*b*c', 'axxbyybzd', false],
      ['*ab', 'aab', true],
      ['*.acme', 'x.acme', true],
      ['*.acme', 'xacme', false],
    ];
    for (const [pattern, text, matches] of table)
      assert.equal(matchesPatterns([pattern], text), matches, `${pattern} ${text}`);
    assert.equal(matchesPatterns(['!eve@x', '*@x'], 'eve@x'), false);
    assert.equal(matchesPatterns(['!eve@x', '*@x'], 'me@x'), true);
    assert.equal(matchesPatterns([], 'me@x'), false);
  });
});
