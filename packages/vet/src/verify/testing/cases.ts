import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createCleartextMessage, createMessage, type PrivateKey, sign as pgpSign } from 'openpgp';
import type { Expected } from '../expected.ts';
import type { ProofFile } from '../scheme.ts';
import { readRoot, type TrustRoot } from '../trust/root.ts';
import type { SchemeName } from '../verification.ts';
import { gitTag, minisignKey, pgpKey, sha512, sshKey } from './keys.ts';
import { IDENTITY, ISSUER, SIGNED_AT, testSigstore } from './signer.ts';

/** One good proof of one scheme, and what makes it go wrong. */
export interface Case {
  scheme: SchemeName;
  title: string;
  bytes: Buffer;
  proof: ProofFile;
  certificate?: ProofFile;
  expected: Expected;
  /** The same kind of signer, and somebody else. */
  other: Expected;
  trust: TrustRoot;
  now: Date;
  /** For artefacts that hold their own signature. */
  embedded?: boolean;
}

const digestHex = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('hex');

/** Good cases of every scheme that can establish who signed. */
export async function goodCases(): Promise<Case[]> {
  const bytes = Buffer.from('a tool, as it was released\n');
  const now = new Date(SIGNED_AT.getTime() + 3_600_000);
  const sigstore = await testSigstore();
  const npm = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyFor = (keyUsage: string) => ({
    keyId: 'SHA256:test',
    keyUsage,
    publicKey: {
      rawBytes: npm.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor: { start: '2020-01-01T00:00:00.000Z' },
    },
  });
  const trust = readRoot({
    ...sigstore.stored,
    npmKeys: [keyFor('npm:signatures'), keyFor('npm:attestations')],
  });
  const pinned: Expected = { signers: [{ kind: 'certificate', identity: IDENTITY, issuer: ISSUER }] };
  const other: Expected = {
    signers: [{ kind: 'certificate', identity: 'https://x.example', issuer: ISSUER }],
  };
  const shared = { bytes, trust, now };
  const json = (name: string, value: unknown) => ({ name, bytes: Buffer.from(JSON.stringify(value)) });

  const purl = 'pkg:npm/%40acme/tool@1.2.3';
  const subject = [{ name: purl, digest: { sha512: digestHex('sha512', bytes) } }];
  const provenance = await sigstore.attest(
    {
      _type: 'https://in-toto.io/Statement/v1',
      subject,
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: slsaV1(),
    },
    { build: { 12: 'https://github.com/acme/tool', 14: 'refs/tags/v1.2.3', 13: 'c'.repeat(40) } },
  );
  const signature = await sigstore.sign(bytes);
  const integrity = `sha512-${sha512(bytes).toString('base64')}`;
  const npmSig = sign('sha256', Buffer.from(`@acme/tool@1.2.3:${integrity}`), npm.privateKey).toString(
    'base64',
  );

  return [
    {
      ...shared,
      scheme: 'sigstore-bundle',
      title: 'signature',
      proof: json('b.json', signature),
      expected: pinned,
      other,
    },
    {
      ...shared,
      scheme: 'sigstore-bundle',
      title: 'provenance',
      proof: json('p.json', provenance),
      expected: { ...pinned, purl },
      other,
    },
    {
      ...shared,
      scheme: 'github-attestation',
      title: 'JSON lines',
      proof: {
        name: 'a.jsonl',
        bytes: Buffer.from(`${JSON.stringify(provenance)}\n${JSON.stringify(provenance)}\n`),
      },
      expected: pinned,
      other,
    },
    {
      ...shared,
      scheme: 'npm-attestations',
      title: 'provenance of a package',
      proof: json('att.json', {
        attestations: [{ predicateType: 'https://slsa.dev/provenance/v1', bundle: provenance }],
      }),
      expected: { ...pinned, purl },
      other: { ...pinned, purl: 'pkg:npm/%40acme/tool@1.2.4' },
    },
    {
      ...shared,
      scheme: 'npm-signature',
      title: 'manifest',
      proof: json('manifest.json', {
        name: '@acme/tool',
        version: '1.2.3',
        dist: { integrity, signatures: [{ keyid: 'SHA256:test', sig: npmSig }] },
      }),
      expected: { signers: [], purl },
      other: { signers: [], purl: 'pkg:npm/%40acme/tool@1.2.4' },
    },
    ...cosignCases(shared, signature, pinned, other),
    ...(await keyCases(shared)),
  ];
}

type Shared = Pick<Case, 'bytes' | 'trust' | 'now'>;

const slsaV1 = () => ({
  buildDefinition: {
    buildType: 'https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1',
    externalParameters: {
      workflow: { ref: 'refs/tags/v1.2.3', repository: 'https://github.com/acme/tool', path: 'release.yml' },
    },
    resolvedDependencies: [
      { uri: 'git+https://github.com/acme/tool@refs/tags/v1.2.3', digest: { gitCommit: 'c'.repeat(40) } },
    ],
  },
  runDetails: { builder: { id: 'https://github.com/actions/runner/github-hosted' } },
});

// biome-ignore lint/suspicious/noExplicitAny: a bundle of the test signer
function cosignCases(shared: Shared, bundle: any, pinned: Expected, other: Expected): Case[] {
  const [entry] = bundle.verificationMaterial.tlogEntries;
  const pem = `-----BEGIN CERTIFICATE-----\n${bundle.verificationMaterial.certificate.rawBytes}\n-----END CERTIFICATE-----\n`;
  const legacy = {
    base64Signature: bundle.messageSignature.signature,
    cert: Buffer.from(pem).toString('base64'),
    rekorBundle: {
      SignedEntryTimestamp: entry.inclusionPromise.signedEntryTimestamp,
      Payload: {
        body: entry.canonicalizedBody,
        integratedTime: Number(entry.integratedTime),
        logIndex: Number(entry.logIndex),
        logID: Buffer.from(entry.logId.keyId, 'base64').toString('hex'),
      },
    },
  };
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signature = sign('sha256', shared.bytes, key.privateKey).toString('base64');
  const byKey = (publicKey: KeyObject): Expected => ({
    signers: [{ kind: 'public-key', pem: publicKey.export({ format: 'pem', type: 'spki' }).toString() }],
  });
  const legacyProof = { name: 'cosign.bundle', bytes: Buffer.from(JSON.stringify(legacy)) };
  return [
    { ...shared, scheme: 'cosign', title: 'older bundle', proof: legacyProof, expected: pinned, other },
    {
      ...shared,
      scheme: 'cosign',
      title: 'pinned key',
      proof: { name: 'tool.sig', bytes: Buffer.from(signature) },
      expected: byKey(key.publicKey),
      other: byKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey),
    },
  ];
}

async function keyCases(shared: Shared): Promise<Case[]> {
  const { bytes } = shared;
  const [mini, otherMini] = [minisignKey(1), minisignKey(1)];
  const [ssh, otherSsh] = [sshKey(), sshKey()];
  const [pgp, otherPgp] = [await pgpKey(), await pgpKey()];
  const tag = gitTag(ssh);
  const allowed = (line: string): Expected => ({
    signers: [{ kind: 'ssh', allowedSigners: line, principal: 'me@acme.example' }],
  });
  const ring = (key: PrivateKey): Expected => ({
    signers: [{ kind: 'openpgp', keyring: key.toPublic().write() }],
  });
  const text = await pgpSign({
    message: await createCleartextMessage({ text: 'Suite: stable\nHash: x' }),
    signingKeys: pgp,
  });
  const detached = await pgpSign({
    message: await createMessage({ binary: new Uint8Array(bytes) }),
    signingKeys: pgp,
    detached: true,
  });
  return [
    {
      ...shared,
      scheme: 'minisign',
      title: 'prehashed',
      proof: { name: 'tool.minisig', bytes: mini.sign(bytes) },
      expected: { signers: [mini.expected] },
      other: { signers: [otherMini.expected] },
    },
    {
      ...shared,
      scheme: 'ssh',
      title: 'ed25519',
      proof: { name: 'tool.sig', bytes: ssh.sign(bytes, 'file') },
      expected: allowed(`me@acme.example ${ssh.line}`),
      other: allowed(`you@acme.example ${ssh.line}\nme@acme.example ${otherSsh.line}`),
    },
    {
      ...shared,
      scheme: 'git-object',
      title: 'tag signed with ssh',
      bytes: tag,
      proof: { name: 'tag v1', bytes: tag },
      expected: allowed(`me@acme.example ${ssh.line}`),
      other: allowed(`you@acme.example ${ssh.line}`),
      embedded: true,
    },
    {
      ...shared,
      scheme: 'openpgp',
      title: 'detached',
      proof: { name: 'tool.asc', bytes: Buffer.from(detached) },
      expected: ring(pgp),
      other: ring(otherPgp),
    },
    {
      ...shared,
      scheme: 'openpgp-cleartext',
      title: 'signed text',
      bytes: Buffer.from(text),
      proof: { name: 'InRelease', bytes: Buffer.from(text) },
      expected: ring(pgp),
      other: ring(otherPgp),
      embedded: true,
    },
  ];
}
