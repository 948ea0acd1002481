import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signatureAsked, type VerifyOptions } from './vet-verify-input.ts';

const HEX = 'a'.repeat(64);

/** What is said where nothing was typed. */
const NOTHING = {
  proof: undefined,
  certificate: undefined,
  checksums: undefined,
  signers: [],
  purl: undefined,
  sourceRepository: undefined,
  sourceRef: undefined,
  builder: undefined,
  trustedRoot: undefined,
  byHand: true,
};

test('what would run is a file, a digest, or a tag of a clone', () => {
  assert.deepEqual(signatureAsked('tool', {}), { ...NOTHING, artefact: { file: 'tool' } });
  assert.deepEqual(signatureAsked(`sha256:${HEX}`, {}).artefact, { sha256: HEX });
  // One digit short is a file of that name.
  assert.deepEqual(signatureAsked(`sha256:${HEX.slice(1)}`, {}).artefact, { file: `sha256:${HEX.slice(1)}` });
  assert.deepEqual(signatureAsked(undefined, { git: 'clone', tag: 'v1' }).artefact, {
    clone: 'clone',
    tag: 'v1',
  });
});

test('each option stands where the operation has it', () => {
  const options: VerifyOptions = {
    bundle: 'b',
    certificate: 'c',
    checksums: 's',
    purl: 'pkg:github/a/b@1',
    sourceRepository: 'https://github.com/a/b',
    sourceRef: 'refs/tags/v1',
    builder: 'https://builder',
    trustedRoot: 'root.json',
  };
  assert.deepEqual(signatureAsked('tool', options), {
    artefact: { file: 'tool' },
    proof: { bundle: 'b' },
    certificate: 'c',
    checksums: 's',
    signers: [],
    purl: 'pkg:github/a/b@1',
    sourceRepository: 'https://github.com/a/b',
    sourceRef: 'refs/tags/v1',
    builder: 'https://builder',
    trustedRoot: 'root.json',
    byHand: true,
  });
  assert.deepEqual(signatureAsked('tool', { signature: 's' }).proof, { signature: 's' });
});

test('who must have signed: each way of naming him is one of its own', () => {
  const cases: [VerifyOptions, object[]][] = [
    [{ identity: 'me', issuer: 'them' }, [{ by: 'certificate', identity: 'me', issuer: 'them' }]],
    [
      { identityPattern: '^me$', issuer: 'them' },
      [{ by: 'certificate-pattern', pattern: '^me$', issuer: 'them' }],
    ],
    [
      { identity: 'me', identityPattern: '^me$', issuer: 'them' },
      [
        { by: 'certificate', identity: 'me', issuer: 'them' },
        { by: 'certificate-pattern', pattern: '^me$', issuer: 'them' },
      ],
    ],
    [{ key: 'k' }, [{ by: 'key', key: 'k' }]],
    [{ keyring: 'r' }, [{ by: 'openpgp', keyring: 'r', fingerprint: undefined }]],
    [{ keyring: 'r', fingerprint: 'AB' }, [{ by: 'openpgp', keyring: 'r', fingerprint: 'AB' }]],
    // The identity is the principal then, and nobody's certificate.
    [
      { allowedSigners: 'a', identity: 'me', issuer: 'x' },
      [{ by: 'ssh', allowedSigners: 'a', principal: 'me' }],
    ],
    [
      { key: 'k', keyring: 'r' },
      [
        { by: 'key', key: 'k' },
        { by: 'openpgp', keyring: 'r', fingerprint: undefined },
      ],
    ],
  ];
  for (const [options, signers] of cases) assert.deepEqual(signatureAsked('tool', options).signers, signers);
});

test('an empty name of a proof is a file that is not there, and never no proof', () => {
  assert.deepEqual(signatureAsked('tool', { signature: '', checksums: 'sums' }).proof, { signature: '' });
  assert.deepEqual(signatureAsked('tool', { bundle: '', checksums: 'sums' }).proof, { bundle: '' });
  assert.throws(() => signatureAsked('tool', { bundle: '', signature: 'a.sig' }), /not both/);
});

test('what does not go together is said by the names that were typed', () => {
  const wrong: [string | undefined, VerifyOptions, RegExp][] = [
    [undefined, {}, /^name the artefact, or a clone with --git and --tag$/],
    [undefined, { git: 'clone' }, /^--git needs --tag$/],
    [undefined, { tag: 'v1' }, /^--tag needs --git/],
    ['tool', { tag: 'v1' }, /^--tag needs --git/],
    ['tool', { git: 'clone', tag: 'v1' }, /not both$/],
    ['tool', { key: 'k', issuer: 'x' }, /^--issuer needs --identity or --identity-pattern/],
    ['tool', { allowedSigners: 'a', identity: 'me', identityPattern: '^me$' }, /^--allowed-signers takes/],
    ['tool', { bundle: 'b', signature: 's' }, /^give --bundle or --signature, not both$/],
    ['tool', { identity: 'me' }, /^--identity needs --issuer/],
    ['tool', { identityPattern: '^me$' }, /^--identity needs --issuer/],
    ['tool', { allowedSigners: 'a' }, /^--allowed-signers needs --identity/],
    ['tool', { fingerprint: 'AB' }, /^--fingerprint needs --keyring/],
    ['tool', { fingerprint: 'AB', key: 'k' }, /^--fingerprint needs --keyring/],
  ];
  for (const [name, options, message] of wrong)
    assert.throws(() => signatureAsked(name, options), { code: 'usage', message, next: /vet verify --help/ });
});
