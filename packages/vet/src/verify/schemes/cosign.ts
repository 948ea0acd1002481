import { verifyBundle } from '../attested.ts';
import { asObject, asString, parseJson } from '../json.ts';
import { conclude } from '../outcome.ts';
import type { ProofFile, Scheme, VerifyInput } from '../scheme.ts';
import { contains, startsWithJson } from '../shape.ts';
import { bundleOf } from '../sigstore/parse.ts';
import { Stop } from '../stop.ts';

/**
 * cosign's forms from before the Sigstore bundle: a base64 signature with a PEM certificate beside it or a pinned key,
 * and the old JSON bundle (`base64Signature`, `cert`, `rekorBundle`). Each is put into a v0.1 bundle and verified as
 * such, so that there is one way to verify and not two.
 */
export const cosign: Scheme = {
  name: 'cosign',
  title: 'cosign: detached signature with certificate or key, or its older JSON bundle',
  recognise: ({ bytes }) =>
    startsWithJson(bytes) ? contains(bytes, '"base64Signature"') : decodeSignature(bytes) !== undefined,
  verify: (input) =>
    conclude('cosign', input.artefact, async () => {
      const parts = partsOf(input);
      const { sha256 } = await input.artefact.digests(['sha256']);
      const bundle = bundleOf({
        mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
        verificationMaterial: {
          ...parts.signer,
          tlogEntries: parts.logEntries,
          timestampVerificationData: { rfc3161Timestamps: [] },
        },
        messageSignature: {
          messageDigest: { algorithm: 'SHA2_256', digest: Buffer.from(sha256, 'hex').toString('base64') },
          signature: parts.signature.toString('base64'),
        },
      });
      return verifyBundle(bundle, input);
    }),
};

interface Parts {
  signature: Buffer;
  signer: object;
  logEntries: object[];
}

function partsOf({ proof, certificate, expected }: VerifyInput): Parts {
  if (startsWithJson(proof.bytes)) return fromLegacyBundle(proof);
  const signature = decodeSignature(proof.bytes);
  if (signature === undefined) throw new Stop('not-understood', `${proof.name} holds no signature`);
  if (certificate !== undefined) {
    return {
      signature,
      signer: certificateChain(Buffer.from(certificate.bytes).toString('latin1')),
      logEntries: [],
    };
  }
  if (!expected.signers.some(({ kind }) => kind === 'public-key')) {
    throw new Stop(
      'unknown-key',
      'a bare signature can only be held against a certificate or a key, and none was given',
    );
  }
  return { signature, signer: { publicKey: { hint: '' } }, logEntries: [] };
}

/** https://github.com/sigstore/cosign/blob/v2.4.0/specs/SIGNATURE_SPEC.md, "bundle" */
function fromLegacyBundle(proof: ProofFile): Parts {
  const json = asObject(parseJson(proof.bytes, 'the cosign bundle'));
  const signature = decodeSignature(Buffer.from(asString(json?.base64Signature) ?? ''));
  const rekor = asObject(json?.rekorBundle);
  const payload = asObject(rekor?.Payload);
  const body = asString(payload?.body);
  if (json === undefined || signature === undefined)
    throw new Stop('not-understood', 'this is no cosign bundle');

  const cert = asString(json.cert);
  const signer = cert ? certificateChain(cert) : { publicKey: { hint: '' } };
  if (rekor === undefined || payload === undefined || body === undefined)
    return { signature, signer, logEntries: [] };

  const entry = asObject(parseJson(Buffer.from(body, 'base64'), 'the log entry'));
  const logId = Buffer.from(asString(payload.logID) ?? '', 'hex').toString('base64');
  return {
    signature,
    signer,
    logEntries: [
      {
        logIndex: String(payload.logIndex),
        logId: { keyId: logId },
        kindVersion: { kind: entry?.kind, version: entry?.apiVersion },
        integratedTime: String(payload.integratedTime),
        inclusionPromise: { signedEntryTimestamp: rekor.SignedEntryTimestamp },
        canonicalizedBody: body,
      },
    ],
  };
}

/** PEM, or PEM once more in base64 as cosign writes it. Only the first certificate signs. */
function certificateChain(text: string): object {
  const pem = text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString('latin1');
  if (/-----BEGIN PUBLIC KEY-----/.test(pem)) return { publicKey: { hint: '' } };
  const base64 = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem)?.[1];
  if (base64 === undefined) throw new Stop('not-understood', 'the certificate is not in PEM');
  return { x509CertificateChain: { certificates: [{ rawBytes: base64.replaceAll(/\s/g, '') }] } };
}

/** A signature as DER (ECDSA) or of a length that RSA and Ed25519 have; in base64 or as it is. */
function decodeSignature(bytes: Uint8Array): Buffer | undefined {
  if (bytes.length === 0 || bytes.length > 4096) return undefined;
  const text = Buffer.from(bytes).toString('latin1').trim();
  const raw = /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : Buffer.from(bytes);
  const isDer =
    raw[0] === 0x30 &&
    raw.length >= 8 &&
    raw.length <= 150 &&
    raw[1] === raw.length - 2 - (raw[1] === 0x81 ? 1 : 0);
  const isLongDer = raw[0] === 0x30 && raw[1] === 0x81 && raw[2] === raw.length - 3;
  return isDer || isLongDer || [64, 256, 384, 512].includes(raw.length) ? raw : undefined;
}
