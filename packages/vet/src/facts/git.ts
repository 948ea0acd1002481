import { z } from 'zod';

const instant = z.string();
const count = z.number().int().nonnegative();
/** null: the file is too large to be read. */
const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .nullable();
const objectId = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);

/** One name-and-address pair after mailmap. The address is kept as a hash: telling people apart needs no more. */
const contributor = z.strictObject({
  name: z.string(),
  /** The first 16 hex digits of the SHA-256 of the lower-case address. */
  address: z.string().regex(/^[0-9a-f]{16}$/),
  bot: z.boolean(),
  /** Commits without merges, over the whole history. */
  commits: count,
  /** Pairs, flat: day since 1970-01-01 (UTC, by commit date), commits on it; only days from `daysFrom` on. */
  days: z.array(z.number().int()),
});

const signature = z.strictObject({
  scheme: z.enum(['openpgp', 'ssh', 'x509']),
  /** Key fingerprint or key id as the signature itself claims it; null where it names none. Claimed, not verified. */
  signer: z.string().nullable(),
});
export type GitSignature = z.infer<typeof signature>;

export const GIT_FACTS = {
  'git.history': z.strictObject({
    ref: z.string(),
    commit: objectId,
    /** Oldest and newest commit date, merges included. */
    firstAt: instant,
    lastAt: instant,
    /** Newest commit that no bot made and that is no merge; null where there is none. */
    lastHumanAt: instant.nullable(),
    commits: count,
    merges: count,
    /** Commits dated more than a day after they were read. */
    future: count,
    daysFrom: z.number().int(),
    contributors: z.array(contributor),
  }),
  'git.releases': z.strictObject({
    /** All tags of the repository, whatever they are called. */
    tags: count,
    /** What stands before the version in the tags of this series: `v`, ``, `@scope/name@`. */
    prefix: z.string(),
    /** False where the list was cut: then figures from it would be of half a history. */
    complete: z.boolean(),
    /** The tag of the chosen version. */
    chosen: z.string().nullable(),
    /** Oldest first. An annotated tag's own date, else its commit's. */
    releases: z.array(
      z.strictObject({
        tag: z.string(),
        version: z.string(),
        at: instant,
        prerelease: z.boolean(),
        annotated: z.boolean(),
      }),
    ),
  }),
  'git.tag-signatures': z.strictObject({
    /** Newest first. */
    tags: z.array(
      z.strictObject({
        tag: z.string(),
        object: objectId,
        /** Whether the tag object itself is signed, or (for a tag that is only a name) the commit it names. */
        signs: z.enum(['tag', 'commit']),
        tagger: z.string().nullable(),
        signature: signature.nullable(),
      }),
    ),
  }),
  'git.commit-signatures': z.strictObject({
    looked: count,
    signed: count,
    signers: z.array(
      z.strictObject({ scheme: signature.shape.scheme, signer: z.string().nullable(), commits: count }),
    ),
  }),
  'git.fixes': z.strictObject({
    /** How many commits since `from` speak of a fix; the newest of them are listed. */
    found: count,
    from: instant,
    fixes: z.array(
      z.strictObject({
        commit: objectId,
        at: instant,
        kind: z.enum(['security', 'bug']),
        /** CVE and GHSA identifiers named. */
        ids: z.array(z.string()),
        /** The first release that holds it; null: not released yet. */
        release: z.string().nullable(),
        releasedAt: instant.nullable(),
      }),
    ),
  }),
  /** What the main branch says today, whichever version was chosen: a project ends there. */
  'git.main': z.strictObject({
    commit: objectId,
    readmes: z.array(z.strictObject({ path: z.string(), sha256, endOfLife: z.string().nullable() })),
  }),
  'git.files': z.strictObject({
    commit: objectId,
    revision: z.string(),
    files: count,
    submodules: count,
    licences: z.array(
      /** `spdx` is null where the text is none of the known ones. `likeness` is Dice's coefficient over words, 0–1. */
      z.strictObject({
        path: z.string(),
        sha256,
        spdx: z.string().nullable(),
        likeness: z.number(),
        /** The words by which it differs from the text that it is most like. */
        differs: z.string().optional(),
      }),
    ),
    /** What manifests declare (`package.json`, `Cargo.toml`, `pyproject.toml`). */
    declaredLicences: z.array(z.strictObject({ path: z.string(), sha256, expression: z.string() })),
    security: z.array(
      z.strictObject({
        path: z.string(),
        sha256,
        contact: z.boolean(),
        timeframes: z.array(z.strictObject({ text: z.string(), days: z.number() })),
      }),
    ),
    readme: z
      .strictObject({
        path: z.string(),
        sha256,
        /** The line that says it is no longer kept. */ endOfLife: z.string().nullable(),
      })
      .nullable(),
    contributing: z.array(z.string()),
    codeowners: z.array(z.string()),
    /** `format` is what the content says it is; null where it is neither, or too large to be read. */
    sboms: z.array(
      z.strictObject({ path: z.string(), sha256, format: z.enum(['cyclonedx', 'spdx']).nullable() }),
    ),
    lockFiles: z.array(z.string()),
    ci: z.array(z.string()),
  }),
} as const;
