import assert from 'node:assert/strict';
import { it } from 'node:test';
import { digestsOf, isDigest, SBOM_LIMITS, said } from './model.ts';

it('a text says something, or it is one of those that say nothing', () => {
  assert.equal(said(' MIT '), 'MIT');
  for (const nothing of [undefined, '', ' \n', 'NOASSERTION', ' NONE '])
    assert.equal(said(nothing), undefined);
  assert.equal(said('none'), 'none');
});

it('a digest may stand for a version', () => {
  for (const digest of ['sha256:ab', 'SHA1:0', 'sha384:0f', 'sha512:AB'])
    assert.equal(isDigest(digest), true, digest);
  for (const other of ['sha256:', 'sha257:ab', 'xsha256:ab', 'sha256:abg', '1.0'])
    assert.equal(isDigest(other), false, other);
});

it('digests go by the name of their algorithm, however that is written', () => {
  const of = (algorithm: string) => Object.keys(digestsOf([{ algorithm, hex: ' AB ' }]).hashes)[0];
  const names = {
    'SHA-256': 'sha256',
    sha256: 'sha256',
    SHA384: 'sha384',
    'sha-384': 'sha384',
    SHA512: 'sha512',
    'SHA-512': 'sha512',
    'SHA-1': 'sha1',
    SHA1: 'sha1',
    md5: 'md5',
  };
  for (const [algorithm, name] of Object.entries(names)) assert.equal(of(algorithm), name);
  for (const algorithm of ['SHA3-256', 'BLAKE3', '']) assert.equal(of(algorithm), undefined);
  assert.deepEqual(
    digestsOf([
      { algorithm: 'SHA-256', hex: ' AB ' },
      { algorithm: 'MD5', hex: ' ' },
    ]),
    {
      hashes: { sha256: 'ab' },
      contradicting: [],
    },
  );
});

it('of two that differ neither is taken, and that is said', () => {
  const list = [
    { algorithm: 'SHA-256', hex: 'aa' },
    { algorithm: 'SHA256', hex: 'AA' },
    { algorithm: 'SHA-1', hex: '01' },
    { algorithm: 'SHA-1', hex: '02' },
    { algorithm: 'SHA-1', hex: '01' },
  ];
  assert.deepEqual(digestsOf(list), { hashes: { sha256: 'aa' }, contradicting: ['sha1'] });
});

it('the limits are those that are written about', () => {
  assert.deepEqual(SBOM_LIMITS, {
    bytes: 64 * 1024 * 1024,
    depth: 200,
    components: 200_000,
    values: 2_000_000,
  });
});
