import { createHash, generateKeyPairSync, type KeyPairKeyObjectResult, randomInt, sign } from 'node:crypto';
import { initializeCA, initializeCTLog, initializeTLog, initializeTSA } from '@sigstore/mock';

type TLog = Awaited<ReturnType<typeof initializeTLog>>;

import { IN_TOTO } from '../statement.ts';
import { readRoot, type StoredRoot, type TrustRoot } from '../trust/root.ts';

/** A Sigstore instance of our own, for tests: CA, certificate log, transparency log, timestamp authority. */
export interface TestSigstore {
  trust: TrustRoot;
  stored: StoredRoot;
  /** A signature over bytes; `attest`: a DSSE envelope with a statement. Bundles are plain JSON, so that tests can bend them. */
  sign(bytes: Uint8Array, options?: SignOptions): Promise<TestBundle>;
  attest(statement: object, options?: SignOptions & { payloadType?: string }): Promise<TestBundle>;
}

export interface SignOptions {
  identity?: string;
  issuer?: string;
  /** Fulcio extension number (9–22) → text. */
  build?: Record<number, string>;
  timestamped?: boolean;
  /** Leave the log out. */
  unlogged?: boolean;
  /** A key instead of a certificate, which the bundle names by this hint: as npm's registry signs. */
  registry?: { key: KeyPairKeyObjectResult; hint: string };
}

// biome-ignore lint/suspicious/noExplicitAny: tests bend these in every way, also ones that no type allows
export type TestBundle = any;

export const IDENTITY = 'https://github.com/acme/tool/.github/workflows/release.yml@refs/tags/v1.2.3';
export const ISSUER = 'https://token.actions.githubusercontent.com';

const newKey = (): KeyPairKeyObjectResult => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = ({ publicKey }: KeyPairKeyObjectResult) => publicKey.export({ format: 'der', type: 'spki' });
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const b64 = (bytes: Uint8Array | ArrayBufferView) => Buffer.from(bytes as Uint8Array).toString('base64');

/**
 * When the test instance signs: a day ahead. The root certificate of each mock begins when it is made, which may be long
 * after this line where many test files share a process.
 */
export const SIGNED_AT = new Date((Math.floor(Date.now() / 1000) + 86_400) * 1000);

interface Logged {
  logIndex: number;
  logID: string;
  integratedTime: number;
  body: string;
  verification: {
    signedEntryTimestamp: string;
    inclusionProof: { logIndex: number; treeSize: number; rootHash: string; checkpoint: string };
  };
}

/** What Rekor answers for one entry. */
export async function logged(log: TLog, entry: object): Promise<Logged> {
  const [one] = Object.values(await log.log(entry)) as unknown as Logged[];
  if (one === undefined) throw new Error('the mock log gave no entry');
  return one;
}

/** @param at when everything is signed */
export async function testSigstore(at = SIGNED_AT): Promise<TestSigstore> {
  const [caKey, ctKey, logKey, tsaKey] = [newKey(), newKey(), newKey(), newKey()];
  const ctlog = await initializeCTLog(ctKey, at);
  const ca = await initializeCA(caKey, ctlog, at);
  const tlog = await initializeTLog('https://rekor.example', logKey, at);
  const tsa = await initializeTSA(tsaKey, at);

  const validFor = { start: '2020-01-01T00:00:00Z' };
  const log = (key: KeyPairKeyObjectResult, baseUrl: string) => ({
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: b64(spki(key)), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
    logId: { keyId: b64(sha256(spki(key))) },
  });
  const authority = (certificates: ArrayBufferView[], uri: string) => ({
    subject: { organization: 'example', commonName: 'example' },
    uri,
    certChain: { certificates: certificates.map((one) => ({ rawBytes: b64(one) })) },
    validFor,
  });
  const stored: StoredRoot = {
    asOf: new Date(at.getTime() + 86_400_000).toISOString(),
    origin: 'test',
    trustedRoot: {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [log(logKey, 'https://rekor.example')],
      ctlogs: [log(ctKey, 'https://ct.example')],
      certificateAuthorities: [authority([ca.rootCertificate], 'https://ca.example')],
      timestampAuthorities: [authority([tsa.intCertificate, tsa.rootCertificate], 'https://tsa.example')],
    },
    npmKeys: [],
  };

  async function material(
    options: SignOptions,
    entryFor: (pem: string) => object,
    signature: Buffer,
    key: KeyPairKeyObjectResult,
  ) {
    const {
      identity = IDENTITY,
      issuer = ISSUER,
      build = {},
      timestamped = false,
      unlogged = false,
    } = options;
    const extensions = Object.entries({ 8: issuer, ...build }).map(([number, value]) => ({
      oid: `1.3.6.1.4.1.57264.1.${number}`,
      value: String(value),
    }));
    const der = await ca.issueCertificate({ publicKey: spki(key), subjectAltName: identity, extensions });
    const certificate = `-----BEGIN CERTIFICATE-----\n${b64(der)
      .match(/.{1,64}/g)
      ?.join('\n')}\n-----END CERTIFICATE-----\n`;
    const pem = options.registry
      ? String(key.publicKey.export({ format: 'pem', type: 'spki' }))
      : certificate;
    const proposed = entryFor(pem) as { kind: string; apiVersion: string };
    const { verification, ...entry } = await logged(tlog, proposed);
    const proof = verification.inclusionProof;
    const timestamps = timestamped
      ? [
          await tsa.timestamp({
            artifactHash: sha256(signature),
            hashAlgorithmOID: '2.16.840.1.101.3.4.2.1',
            nonce: randomInt(1e6),
            policyOID: '1.2.3',
          }),
        ]
      : [];
    return {
      ...(options.registry
        ? { publicKey: { hint: options.registry.hint } }
        : { certificate: { rawBytes: b64(der) } }),
      tlogEntries: unlogged
        ? []
        : [
            {
              logIndex: String(entry.logIndex),
              logId: { keyId: Buffer.from(entry.logID, 'hex').toString('base64') },
              kindVersion: { kind: proposed.kind, version: proposed.apiVersion },
              integratedTime: String(entry.integratedTime),
              inclusionPromise: { signedEntryTimestamp: verification.signedEntryTimestamp },
              inclusionProof: {
                logIndex: String(proof.logIndex),
                treeSize: String(proof.treeSize),
                rootHash: Buffer.from(proof.rootHash, 'hex').toString('base64'),
                hashes: [],
                checkpoint: { envelope: proof.checkpoint },
              },
              canonicalizedBody: entry.body,
            },
          ],
      timestampVerificationData: {
        rfc3161Timestamps: timestamps.map((one) => ({ signedTimestamp: b64(one) })),
      },
    };
  }

  return {
    stored,
    trust: readRoot(stored),
    async sign(bytes, options = {}) {
      const key = newKey();
      const signature = sign('sha256', bytes, key.privateKey);
      const digest = sha256(bytes);
      const entry = (pem: string) => ({
        apiVersion: '0.0.1',
        kind: 'hashedrekord',
        spec: {
          data: { hash: { algorithm: 'sha256', value: digest.toString('hex') } },
          signature: { content: b64(signature), publicKey: { content: b64(Buffer.from(pem)) } },
        },
      });
      return {
        mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
        verificationMaterial: await material(options, entry, signature, key),
        messageSignature: {
          messageDigest: { algorithm: 'SHA2_256', digest: b64(digest) },
          signature: b64(signature),
        },
      };
    },
    async attest(statement, options = {}) {
      const key = options.registry?.key ?? newKey();
      const payloadType = options.payloadType ?? IN_TOTO;
      const payload = Buffer.from(JSON.stringify(statement));
      const pae = Buffer.concat([
        Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `),
        payload,
      ]);
      const signature = sign('sha256', pae, key.privateKey);
      const entry = (pem: string) => ({
        apiVersion: '0.0.1',
        kind: 'dsse',
        spec: {
          envelopeHash: { algorithm: 'sha256', value: sha256(pae).toString('hex') },
          payloadHash: { algorithm: 'sha256', value: sha256(payload).toString('hex') },
          signatures: [{ signature: b64(signature), verifier: b64(Buffer.from(pem)) }],
        },
      });
      return {
        mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
        verificationMaterial: await material(options, entry, signature, key),
        dsseEnvelope: { payload: b64(payload), payloadType, signatures: [{ sig: b64(signature) }] },
      };
    },
  };
}
