import { verify } from 'node:crypto';
import * as z from 'zod';
import { keySigner } from '../attested.ts';
import { asObject, parseJson } from '../json.ts';
import { isByExpected, ONLY_REGISTRY } from '../npm-registry.ts';
import { conclude } from '../outcome.ts';
import { parsePurl } from '../provenance.ts';
import type { Scheme } from '../scheme.ts';
import { contains, startsWithJson } from '../shape.ts';
import { Stop } from '../stop.ts';

const VersionSchema = z.object({
  name: z.string(),
  version: z.string(),
  dist: z.object({
    integrity: z.string().optional(),
    signatures: z
      .array(z.object({ keyid: z.string(), sig: z.string() }))
      .max(16)
      .optional(),
  }),
});

/**
 * The npm registry's signature: ECDSA P-256 with SHA-256 over `NAME@VERSION:INTEGRITY`, with a key of the vendored
 * list. The proof is the version's manifest, or the whole packument, as the registry serves it.
 * https://docs.npmjs.com/about-registry-signatures
 */
export const npmSignature: Scheme = {
  name: 'npm-signature',
  title: "npm registry signature (the version's manifest or the packument)",
  recognise: ({ bytes }) =>
    startsWithJson(bytes) && contains(bytes, '"dist"') && contains(bytes, '"integrity"'),
  verify: (input) =>
    conclude('npm-signature', input.artefact, async () => {
      const { artefact, expected, trust, now } = input;
      const purl = parsePurl(expected.purl);
      if (purl?.type !== 'npm' || !purl.version) {
        throw new Stop(
          'first-seen',
          'a registry signature binds name and version: say which with a purl (pkg:npm/NAME@VERSION)',
        );
      }
      const name = purl.namespace ? `${purl.namespace}/${purl.name}` : purl.name;
      const manifest = manifestOf(parseJson(input.proof.bytes, 'the manifest'), purl.version);
      if (manifest.name !== name || manifest.version !== purl.version) {
        throw new Stop(
          'other-subject',
          `the manifest is of ${manifest.name}@${manifest.version}, not of ${name}@${purl.version}`,
        );
      }
      const { integrity, signatures = [] } = manifest.dist;
      if (integrity === undefined || signatures.length === 0) {
        throw new Stop(
          'nothing-to-verify',
          'the registry gave no signature for it (a mirror may have stripped it)',
        );
      }
      const { sha512 } = await artefact.digests(['sha512']);
      if (integrity !== `sha512-${Buffer.from(sha512, 'hex').toString('base64')}`) {
        throw new Stop(...notThisTarball(integrity, artefact.name));
      }
      const signed = Buffer.from(`${name}@${purl.version}:${integrity}`);
      let ended: Stop | undefined;
      for (const { keyid, sig } of signatures) {
        const known = trust.npmKeys.find(({ keyId, usage }) => keyId === keyid && usage === 'npm:signatures');
        if (known === undefined) continue;
        const signer = keySigner(known.key);
        if (!verify('sha256', signed, known.key, Buffer.from(sig, 'base64'))) {
          throw new Stop(
            'signature-invalid',
            `the registry's signature is not over ${name}@${purl.version} with these bytes`,
          );
        }
        if (known.end !== undefined && known.end < now) {
          const at = known.end.toISOString().slice(0, 10);
          ended = new Stop(
            'expired-key-undated',
            `the registry's key ended on ${at}, and nothing shows that it signed before`,
            { signer },
          );
          // The registry signs again with its next key, and both may stand side by side.
          continue;
        }
        if (!isByExpected({ signer }, expected))
          throw new Stop('nothing-to-verify', ONLY_REGISTRY, { signer });
        return {
          code: 'verified',
          reason: `the npm registry signed ${name}@${purl.version} with these bytes`,
          signer: { ...signer, fingerprint: keyid, name: 'npm registry' },
          time: { from: 'none' },
          notes: [`keys: ${trust.origin}, ${trust.asOf.slice(0, 10)}`],
        };
      }
      if (ended !== undefined) throw ended;
      throw new Stop(
        'unknown-key',
        `signed with ${signatures.map(({ keyid }) => keyid.slice(0, 60)).join(', ')}, which is not a known key of the registry`,
      );
    }),
};

function manifestOf(json: unknown, version: string) {
  const versions = asObject(asObject(json)?.versions);
  const one =
    versions === undefined ? json : Object.hasOwn(versions, version) ? versions[version] : undefined;
  if (one === undefined) throw new Stop('nothing-to-verify', `the packument has no version ${version}`);
  const parsed = VersionSchema.safeParse(one);
  if (!parsed.success) throw new Stop('not-understood', "this is no version's manifest of the npm registry");
  return parsed.data;
}

function notThisTarball(integrity: string, name: string): ['unsupported' | 'artefact-mismatch', string] {
  return integrity.startsWith('sha512-')
    ? ['artefact-mismatch', `the registry's integrity is of other bytes than ${name}`]
    : ['unsupported', "the registry's integrity is not SHA-512"];
}
