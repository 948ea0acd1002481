import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { type KeyFinderFunc, type TrustMaterial, toTrustMaterial, VerificationError } from '@sigstore/verify';
import { ToolcribError } from '@toolcrib/model';
import * as z from 'zod';
import publicGood from './data/public-good.json' with { type: 'json' };

/** Whom we trust to vouch for signers, and as of when that was known to be so. */
export interface TrustRoot {
  origin: string;
  /** RFC 3339; an authority that appeared later is unknown, not wrong. */
  asOf: string;
  /** Over the canonical text of the root, so that a report can name exactly which one was used. */
  sha256: string;
  material: TrustMaterial;
  npmKeys: NpmKey[];
}

interface NpmKey {
  keyId: string;
  /** `npm:signatures` (registry signatures) or `npm:attestations` (publish attestations). */
  usage: string;
  key: KeyObject;
  start: Date;
  end: Date | undefined;
}

const NpmKeySchema = z.object({
  keyId: z.string(),
  keyUsage: z.string(),
  publicKey: z.object({
    rawBytes: z.string(),
    keyDetails: z.string(),
    validFor: z.object({ start: z.iso.datetime(), end: z.iso.datetime().optional() }),
  }),
});

/** The file format of a stored root; `trustedRoot` is Sigstore's own TrustedRoot message as JSON. */
const StoredRootSchema = z.object({
  asOf: z.iso.datetime(),
  origin: z.string(),
  trustedRoot: z.record(z.string(), z.unknown()),
  npmKeys: z.array(NpmKeySchema),
});
export type StoredRoot = z.infer<typeof StoredRootSchema>;

/** The root that ships with this version. */
export function vendoredRoot(): TrustRoot {
  return readRoot(publicGood as StoredRoot);
}

/**
 * @throws {ToolcribError} `bad-file` when it is no trusted root: a broken root must stop the run, since the vendored
 * one in its place might trust what the newer one no longer does.
 */
export function readRoot(stored: unknown): TrustRoot {
  const parsed = StoredRootSchema.safeParse(stored);
  if (!parsed.success) {
    throw new ToolcribError('bad-file', `this is no trust root: ${z.prettifyError(parsed.error)}`);
  }
  return trustRootOf(parsed.data);
}

/** A bare `trusted_root.json` as Sigstore's own tools write it; `asOf` is when the person obtained it. */
export function readSigstoreRoot(trustedRoot: unknown, asOf: string, origin: string): TrustRoot {
  return readRoot({ asOf, origin, trustedRoot, npmKeys: [] });
}

function trustRootOf(stored: StoredRoot): TrustRoot {
  let root: TrustedRoot;
  try {
    root = TrustedRoot.fromJSON(stored.trustedRoot);
  } catch (cause) {
    throw new ToolcribError('bad-file', 'the trusted root cannot be read', { cause });
  }
  // A log key without the start of its validity would count as valid since 1970; such an entry is left out.
  root.tlogs = root.tlogs.filter((log) => log.publicKey?.validFor?.start !== undefined);
  root.ctlogs = root.ctlogs.filter((log) => log.publicKey?.validFor?.start !== undefined);

  const npmKeys = stored.npmKeys.map((entry) => ({
    keyId: entry.keyId,
    usage: entry.keyUsage,
    key: spki(Buffer.from(entry.publicKey.rawBytes, 'base64')),
    start: new Date(entry.publicKey.validFor.start),
    end: entry.publicKey.validFor.end === undefined ? undefined : new Date(entry.publicKey.validFor.end),
  }));
  try {
    return {
      origin: stored.origin,
      asOf: stored.asOf,
      sha256: createHash('sha256').update(JSON.stringify(stored)).digest('hex'),
      material: toTrustMaterial(root, noKeys),
      npmKeys,
    };
  } catch (cause) {
    throw new ToolcribError('bad-file', 'the trusted root holds a key or certificate that cannot be read', {
      cause,
    });
  }
}

const noKeys: KeyFinderFunc = (hint) => {
  throw new VerificationError({ code: 'PUBLIC_KEY_ERROR', message: `no key ${hint}` });
};

function spki(der: Buffer): KeyObject {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch (cause) {
    throw new ToolcribError('bad-file', 'the trust root holds a key that cannot be read', { cause });
  }
}
