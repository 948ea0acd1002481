import { dirname, resolve } from 'node:path';
import { ToolcribError } from '@toolcrib/model';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { registryPlace } from '../declared/address.ts';

const proof = z
  .strictObject({
    bundle: z.string().optional(),
    signature: z.string().optional(),
    certificate: z.string().optional(),
    checksums: z.string().optional(),
    /** What the signature can be checked with. Whether it is the right signer's is for the policy's pins to say. */
    key: z.string().optional(),
    keyring: z.string().optional(),
    allowedSigners: z.string().optional(),
    identity: z.string().optional(),
  })
  .refine(
    ({ bundle, signature, checksums }) => bundle ?? signature ?? checksums,
    'name a bundle, signature or checksums',
  )
  .refine(
    ({ bundle, signature }) => bundle === undefined || signature === undefined,
    'name a bundle or a signature, not both',
  )
  .refine(
    ({ allowedSigners, identity }) => allowedSigners === undefined || identity !== undefined,
    'allowedSigners needs identity: the principal who must have signed',
  );

/** A release as it lies on this disk: `kind: Release`, given to `vet` with --file. Paths are relative to this file. */
const releaseSchema = z.strictObject({
  apiVersion: z.literal('toolcrib.dev/v1alpha1'),
  kind: z.literal('Release'),
  spec: z.strictObject({
    artefact: z.string(),
    proofs: z.array(proof).max(32).default([]),
    sbom: z.string().optional(),
    /** Where it must have been built from, for a purl that does not say so (npm, generic). */
    sourceRepository: z.url().optional(),
    /** The exact ref, for a tag that may be of another part of the repository: `refs/tags/lib/v1.2.3`. */
    sourceRef: z.string().startsWith('refs/').optional(),
    /** aqua's registry: `public`, an address, or a file or folder. */
    aqua: z.string().optional(),
    /** The evidence pack of the version in use. */
    previous: z.string().optional(),
  }),
});
export type ReleaseFile = z.infer<typeof releaseSchema>['spec'];

/** @throws {ToolcribError} `bad-file` with line and column where there is one */
export function readRelease(text: string, path: string): ReleaseFile {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw new ToolcribError('bad-file', `${path}: ${error.message.split('\n')[0]}`);
  const parsed = releaseSchema.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ToolcribError('bad-file', `${path}: ${issue?.path.join('.')}: ${issue?.message}`, {
      next: 'docs/verification.md shows a release file',
    });
  }
  const { spec } = parsed.data;
  const at = (name: string) => resolve(dirname(path), name);
  const optional = (name: string | undefined) => (name === undefined ? undefined : at(name));
  return {
    artefact: at(spec.artefact),
    proofs: spec.proofs.map(({ identity, ...files }) => ({
      ...Object.fromEntries(Object.entries(files).map(([key, name]) => [key, optional(name)])),
      ...(identity !== undefined && { identity }),
    })),
    sbom: optional(spec.sbom),
    sourceRepository: spec.sourceRepository,
    sourceRef: spec.sourceRef,
    aqua: spec.aqua === undefined ? undefined : registryPlace(spec.aqua, at),
    previous: optional(spec.previous),
  };
}
