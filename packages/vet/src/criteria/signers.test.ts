import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPinned, sameSigner, signerPin } from './signers.ts';

const ISSUER = 'https://token.actions.githubusercontent.com';
const WORKFLOW = 'https://github.com/acme/tool/.github/workflows/release.yml';
const on = (ref: string, workflow = WORKFLOW) => `${workflow}@refs/${ref}`;

test('a workflow on a tag is the same in the next version where each tag names its own', () => {
  const table: [same: boolean, now: string, before: string, why: string][] = [
    [true, on('tags/v1.1.0'), on('tags/v1.0.0'), 'the usual release'],
    [true, on('tags/tool-1.1.0'), on('tags/v1.0.0'), 'its own name before the version'],
    [true, on('tags/lib/v1.1.0'), on('tags/lib/v1.0.0'), 'another name, as before'],
    [true, on('heads/main'), on('heads/main'), 'a branch'],
    [false, on('tags/lib/v1.1.0'), on('tags/v1.0.0'), 'another name than before'],
    [false, on('tags/v1.0.0'), on('tags/v0.9.0'), 'tags of other versions'],
    [false, on('tags/v1.1.0'), on('tags/v0.9.0'), 'a tag of another version before'],
    [false, on('tags/v2.0.0-1.1.0'), on('tags/v1.0.0'), 'the version is a suffix of another'],
    [false, on('tags/v1.1.0', `${WORKFLOW}2`), on('tags/v1.0.0'), 'another workflow'],
    [false, on('heads/v1.1.0'), on('heads/v1.0.0'), 'branches'],
    [false, on('heads/main'), on('tags/v1.0.0'), 'a branch in place of a tag'],
  ];
  const purl = 'pkg:github/acme/tool';
  const of = (version: string | null, id: string, issuer: string | null = ISSUER) => ({
    purl,
    version,
    signer: { id, issuer },
  });
  for (const [same, now, before, why] of table)
    assert.equal(sameSigner(of('v1.1.0', now), of('v1.0.0', before)), same, why);
  const [now, before] = [on('tags/v1.1.0'), on('tags/v1.0.0')];
  assert.ok(!sameSigner(of('v1.1.0', now, 'https://eve.example'), of('v1.0.0', before)), 'another issuer');
  assert.ok(!sameSigner(of('v1.1.0', now, null), of('v1.0.0', before, null)), 'a key of such a name');
  assert.ok(!sameSigner(of('v1.1.0', now), of(null, before)), 'no version before');
});

test('a pin is an exact name, or a pattern over the whole name, of one issuer', () => {
  const pattern = '^https://github\\.com/acme/tool/\\.github/workflows/release\\.yml@refs/tags/v[0-9.]+$';
  const signer = { id: on('tags/v1.1.0'), issuer: ISSUER };
  assert.ok(isPinned(signer, [{ pattern, issuer: ISSUER }]));
  assert.ok(!isPinned({ ...signer, id: on('heads/main') }, [{ pattern, issuer: ISSUER }]));
  assert.ok(!isPinned({ ...signer, issuer: 'https://eve.example' }, [{ pattern, issuer: ISSUER }]));
  assert.ok(!isPinned({ id: on('tags/v1.1.0'), issuer: null }, [{ pattern, issuer: ISSUER }]), 'a key');
  for (const bad of [
    {},
    { issuer: ISSUER },
    { id: 'x', pattern, issuer: ISSUER },
    { pattern },
    { pattern: pattern.slice(1), issuer: ISSUER },
    { pattern: '^a)|(?:b$', issuer: ISSUER },
    { pattern: '^(h+)+$', issuer: ISSUER },
  ])
    assert.ok(!signerPin.safeParse(bad).success, JSON.stringify(bad));
  for (const good of [{ id: 'SHA256:x' }, { id: 'x', issuer: ISSUER }, { pattern, issuer: ISSUER }])
    assert.ok(signerPin.safeParse(good).success, JSON.stringify(good));
});

test('a key is pinned by its fingerprint alone, a certificate by its name and its issuer', () => {
  const key = { id: 'SHA256:abc', issuer: null };
  assert.equal(isPinned(key, [{ id: 'SHA256:abc' }]), true);
  assert.equal(isPinned(key, [{ id: 'SHA256:abd' }]), false);
  assert.equal(isPinned(key, []), false);
  assert.equal(isPinned(key, [{ id: 'other' }, { id: 'SHA256:abc' }]), true);
  const certificate = { id: 'aiko@example.org', issuer: ISSUER };
  assert.equal(isPinned(certificate, [{ id: 'aiko@example.org', issuer: ISSUER }]), true);
  assert.equal(isPinned(certificate, [{ id: 'aiko@example.org' }]), false);
  assert.equal(isPinned(certificate, [{ id: 'ben@example.org', issuer: ISSUER }]), false);
});

test('a pattern is not asked of a name that is too long for one', () => {
  const pin = { pattern: '^a+$', issuer: ISSUER };
  assert.equal(isPinned({ id: 'a'.repeat(2048), issuer: ISSUER }, [pin]), true);
  assert.equal(isPinned({ id: 'a'.repeat(2049), issuer: ISSUER }, [pin]), false);
});

test('what is wrong with a pin is said in words, and an empty name or a name of one letter', () => {
  const fault = (pin: object) => signerPin.safeParse(pin).error?.issues.map(({ message }) => message);
  assert.deepEqual(fault({}), ['give id or pattern, and one of them only']);
  assert.deepEqual(fault({ pattern: '^a$' }), [
    'a pattern needs its issuer: anybody can have a name somewhere',
  ]);
  assert.doesNotMatch(fault({ pattern: 'a', issuer: ISSUER })?.[0] ?? '', /^Stop|Error/);
  assert.equal(signerPin.safeParse({ id: '' }).success, false);
  assert.equal(signerPin.safeParse({ id: 'x' }).success, true);
});

test('two versions by one key, by two, and by a key of the same name as a certificate', () => {
  const of = (id: string, issuer: string | null, version: string | null | undefined = 'v1.0.0') => ({
    purl: 'pkg:github/acme/tool',
    version,
    signer: { id, issuer },
  });
  assert.equal(sameSigner(of('k', null), of('k', null)), true);
  assert.equal(sameSigner(of('k', null), of('l', null)), false);
  assert.equal(sameSigner(of('k', null), of('k', ISSUER)), false);
  const tag = 'https://github.com/acme/tool/w.yml@refs/tags/v1.0.0';
  assert.equal(sameSigner(of(tag, ISSUER), of('https://github.com/acme/tool/w.yml', ISSUER)), false);
  assert.equal(sameSigner(of(tag, ISSUER, undefined), of(`${tag}1`, ISSUER, undefined)), false);
});
