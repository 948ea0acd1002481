import { z } from 'zod';
import { namedSignerSchema } from './named-signers.ts';
import { wanted } from './wanted.ts';

const path = wanted('a file');

export const signatureInput = z.strictObject({
  /** What would run: a file, a digest of which only the hash is known, or a signed tag of a clone. */
  artefact: z.union([
    z.strictObject({ file: path }),
    z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    z.strictObject({ clone: wanted('the folder of a clone'), tag: wanted('a tag') }),
  ]),
  /** What signs it. */
  proof: z.union([z.strictObject({ bundle: path }), z.strictObject({ signature: path })]).optional(),
  /** Detached, of cosign. */
  certificate: path.optional(),
  /** The proof is over this checksum file then. */
  checksums: path.optional(),
  /** None: a good signature is proposed, and not passed. */
  signers: z.array(namedSignerSchema).default([]),
  purl: wanted('a package URL').optional(),
  sourceRepository: wanted('the address of a repository').optional(),
  sourceRef: wanted('a ref').optional(),
  builder: wanted('the id of a builder').optional(),
  /** Another Sigstore's. */
  trustedRoot: path.optional(),
  /** A person named these files here and now: pipes are read too. Else only regular files are opened. */
  byHand: z.boolean().default(false),
});
export type SignatureInput = z.input<typeof signatureInput>;
