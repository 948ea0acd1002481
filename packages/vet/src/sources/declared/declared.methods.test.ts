import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declaredFor } from './declared.ts';
import type { AquaPackage } from './registry.ts';

const PURL = 'pkg:github/acme/tool';
const ISSUER = 'https://token.actions.githubusercontent.com';
const declared = (more: object, purl = PURL, version = 'v1.0.0') =>
  declaredFor([{ repo_owner: 'acme', repo_name: 'tool', ...more } as AquaPackage], purl, version);
const methods = (more: object) => declared(more)?.methods;
/** The one method that such a signing declares. */
const only = (more: object) => {
  const [one, ...rest] = methods(more) ?? [];
  assert.deepEqual(rest, []);
  return one;
};

test('a package is found by the repository that it names, or by its name where it names none', () => {
  assert.ok(declared({}));
  assert.ok(declared({ repo_owner: 'ACME', repo_name: 'Tool' }), 'whatever the case');
  assert.equal(declared({ repo_owner: 'other' }), undefined);
  assert.equal(declared({ repo_name: 'other' }), undefined);
  const named = (name: string | undefined, purl = PURL) =>
    declared({ repo_owner: undefined, repo_name: undefined, name }, purl) !== undefined;
  assert.deepEqual(
    [named('acme/tool'), named('acme/other'), named('tool'), named(undefined)],
    [true, false, false, false],
  );
  assert.equal(named('tool', 'pkg:npm/tool'), true);
  assert.equal(declared({}, 'no purl'), undefined);
});

test('settings are the package’s own, else those of the first override for that version; an unknown word ends it', () => {
  const own = { checksum: { asset: 'own' } };
  const files = (more: object) => methods({ ...own, ...more })?.map((one) => one.files.checksums);
  const at = (version_constraint: string, asset: string) => ({ version_constraint, checksum: { asset } });
  assert.deepEqual(files({}), ['own']);
  assert.deepEqual(files({ version_constraint: 'true', version_overrides: [at('true', 'b')] }), ['own']);
  const overrides = [at('semver(">= 2")', 'a'), at('semver(">= 1")', 'b'), at('true', 'c')];
  assert.deepEqual(files({ version_constraint: 'false', version_overrides: overrides }), ['b']);
  const undecided = (more: object) => {
    const found = declared({ ...own, ...more });
    assert.deepEqual([found?.purl, found?.version, found?.methods], [PURL, 'v1.0.0', []]);
    return found?.undecided;
  };
  assert.equal(undecided({ version_constraint: 'strange()' }), 'the constraint strange() is not understood');
  assert.equal(
    undecided({ version_constraint: 'false', version_overrides: [at('odd()', 'a'), at('true', 'b')] }),
    'the constraint odd() is not understood',
  );
  const none = 'the registry has no entry for version v1.0.0';
  assert.equal(undecided({ version_constraint: 'false' }), none);
  assert.equal(undecided({ version_constraint: 'false', version_overrides: [at('false', 'a')] }), none);
});

test('what is turned off is not declared, nor is nothing', () => {
  for (const kind of ['checksum', 'cosign', 'minisign', 'slsa_provenance', 'github_artifact_attestations']) {
    assert.equal(methods({ [kind]: {} })?.length, 1, kind);
    assert.equal(methods({ [kind]: { enabled: true } })?.length, 1, kind);
    assert.deepEqual(methods({ [kind]: { enabled: false } }), [], kind);
  }
  assert.deepEqual(methods({}), []);
});

test('checksums and provenance say which file, and what they claim', () => {
  const checksums = { scheme: 'checksums', over: 'artefact' };
  assert.deepEqual(only({ checksum: { asset: 'sums', algorithm: 'sha256' } }), {
    ...checksums,
    files: { checksums: 'sums' },
    claims: { algorithm: 'sha256' },
  });
  assert.deepEqual(only({ checksum: { url: 'https://x' } }), {
    ...checksums,
    files: { checksums: 'https://x' },
    claims: {},
  });
  assert.deepEqual(only({ checksum: {} }), { ...checksums, files: {}, claims: {} });
  const slsa = { scheme: 'slsa-provenance', over: 'artefact' };
  assert.deepEqual(
    only({ slsa_provenance: { asset: 'p.jsonl', source_uri: 'github.com/a/b', source_tag: 'v1' } }),
    {
      ...slsa,
      files: { bundle: 'p.jsonl' },
      claims: { source: 'github.com/a/b', tag: 'v1' },
    },
  );
  assert.deepEqual(only({ slsa_provenance: {} }), { ...slsa, files: {}, claims: {} });
});

test('minisign and attestations name whom they are by, where the registry does', () => {
  assert.deepEqual(only({ minisign: { asset: 's', public_key: 'RWQ' } }), {
    scheme: 'minisign',
    over: 'artefact',
    files: { signature: 's' },
    signer: { kind: 'minisign', key: 'RWQ' },
    claims: {},
  });
  assert.equal('signer' in (only({ minisign: {} }) ?? {}), false);
  const workflow = 'acme/tool/.github/workflows/r.yml';
  const signer = {
    kind: 'certificate-pattern',
    pattern: '^https://github\\.com/acme/tool/\\.github/workflows/r\\.yml@.+$',
    issuer: ISSUER,
  };
  for (const key of ['signer_workflow', 'signer-workflow'])
    assert.deepEqual(only({ github_artifact_attestations: { [key]: workflow } }), {
      scheme: 'github-attestation',
      over: 'artefact',
      files: {},
      signer,
      claims: {},
    });
  assert.equal('signer' in (only({ github_artifact_attestations: {} }) ?? {}), false);
});

test('what is over the checksum file says that file, too', () => {
  const [, signed] = methods({ checksum: { asset: 'sums', minisign: { asset: 'sums.minisig' } } }) ?? [];
  assert.deepEqual(
    [signed?.over, signed?.files],
    ['checksum file', { checksums: 'sums', signature: 'sums.minisig' }],
  );
});

const cosign = (opts: string[] | undefined, more: object = {}) =>
  only({ cosign: { ...(opts ? { opts } : {}), ...more } });

test('cosign’s files are those the registry names, or passes on by option, in either form', () => {
  const files = (opts: string[] | undefined, more?: object) => cosign(opts, more)?.files;
  assert.deepEqual(files(undefined), {});
  assert.deepEqual(files(undefined, { bundle: { asset: 'b' } }), { bundle: 'b' });
  assert.deepEqual(files(['--bundle', 'b']), { bundle: 'b' });
  assert.deepEqual(files(['--other', 'x', '--bundle=b']), { bundle: 'b' });
  assert.deepEqual(files(['--bundles=b', '--x']), {}, 'another option');
  assert.deepEqual(files(['--signature', 's', '--certificate=c', '--key', 'k']), {
    signature: 's',
    certificate: 'c',
    key: 'k',
  });
  assert.deepEqual(files(undefined, { signature: { asset: 's' }, certificate: { url: 'c' } }), {
    signature: 's',
    certificate: 'c',
  });
  assert.deepEqual(files(['--signature', 's'], { bundle: { asset: 'b' } }), { bundle: 'b' });
});

test('its signer is one of an issuer, by name or by a pattern from end to end; a template is none yet', () => {
  const issuer = `--certificate-oidc-issuer=${ISSUER}`;
  const signer = (...opts: string[]) => cosign(opts)?.signer;
  assert.deepEqual(signer('--certificate-identity', 'me', issuer), {
    kind: 'certificate',
    identity: 'me',
    issuer: ISSUER,
  });
  const pattern = (text: string) => signer(`--certificate-identity-regexp=${text}`, issuer);
  assert.deepEqual(pattern('^me$'), { kind: 'certificate-pattern', pattern: '^me$', issuer: ISSUER });
  for (const loose of ['me', '^me', 'me$']) assert.equal(pattern(loose), undefined, loose);
  assert.equal(signer('--certificate-identity', 'me'), undefined, 'of no issuer');
  assert.equal(signer('--certificate-identity', 'me', '--certificate-oidc-issuer', '{{.X}}'), undefined);
  assert.equal(signer('--certificate-identity', 'me@{{.Version}}', issuer), undefined);
  assert.equal(signer(issuer), undefined);
  assert.equal(cosign(undefined)?.signer, undefined);
});
