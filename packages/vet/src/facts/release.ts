import { z } from 'zod';

const count = z.number().int().nonnegative();
const text = z.string();

/** What was found of a release's own files: the artefact, its proofs, its SBOM, and what others declare of it. */
export const RELEASE_FACTS = {
  'release.artefact': z.strictObject({
    name: text,
    size: count,
    sha256: text,
    /** Each executable within, or the artefact itself; for the toolbox's lock. */
    executables: z.array(z.strictObject({ path: text, kind: text, sha256: text, size: count })),
    /** What was met and not followed, with how often; `not looked into` with its reason where it could not be read. */
    findings: z.array(z.strictObject({ what: text, count })),
  }),
  'release.signature': z.strictObject({
    /** Names of the files it stands on. */
    proof: z.array(text),
    scheme: text,
    /** That it holds and is of this tool and version. Whether the signer is the right one is for the policy's pins. */
    cryptography: z.enum(['pass', 'fail', 'unknown']),
    reason: text,
    signer: z.strictObject({ id: text, issuer: text.nullable(), name: text.nullable() }).nullable(),
    signedAt: text.nullable(),
    timeFrom: text,
    /** Over the bytes that were verified. */
    sha256: text,
    provenance: z
      .strictObject({
        builder: text,
        repository: text.nullable(),
        ref: text.nullable(),
        slsaLevel: text,
        /** Against the subject's purl and version. */
        matches: z.enum(['pass', 'fail', 'unknown']),
        reason: text,
      })
      .nullable(),
  }),
  /** Signers that an earlier version's evidence pack holds. */
  'release.previous': z.strictObject({
    version: text.nullable(),
    signers: z.array(z.strictObject({ id: text, issuer: text.nullable() })),
  }),
  'release.sbom': z.strictObject({
    format: text,
    specVersion: text,
    components: count,
    licences: z.array(text),
    /** NTIA minimum elements that are missing, with how many components lack each; null: the document does. */
    missing: z.array(z.strictObject({ element: text, count: count.nullable() })),
    match: z.enum(['pass', 'fail', 'unknown']),
    matchReason: text,
  }),
  /** aqua's registry: what to look for. Declared by its authors, never verified. */
  'release.declared': z.strictObject({
    methods: z.array(
      z.strictObject({
        scheme: text,
        /** `artefact` or `checksum file`. */
        over: text,
        /** What to fetch, by the option of `vet verify` that takes it; as the registry's templates. */
        files: z.record(text, text),
      }),
    ),
    undecided: text.nullable(),
  }),
} as const;
