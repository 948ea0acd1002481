import { ToolcribError } from '@toolcrib/model/errors';
import { z } from 'zod';
import { wanted } from '../verify/wanted.ts';

export { type SignatureInput, signatureInput } from '../verify/input.ts';

const path = wanted('a file');

const judgedBy = {
  /** File of the policy; else that of this folder, unless it comes with what is judged; else toolcrib's own. */
  policy: path.optional(),
  /** What the tool is for: it decides how much is demanded. */
  job: wanted('a job').optional(),
};

const lookedAt = {
  /** A clone of the tool that is named by its purl or package. */
  git: wanted('a clone').optional(),
  /** OSV, Scorecard, deps.dev or SBOM data, or a release file. */
  files: z.array(path).default([]),
  /** npm registry; else the one that this machine's npm uses. */
  registry: wanted('the address of a registry').optional(),
};

/** Milliseconds since 1970: judged as of then, and only by what the sources still hold of it. Never of the future. */
const at = z
  .int()
  .refine((time) => time <= Date.now(), 'is not over yet')
  .optional();

export const toolsInput = z
  .strictObject({
    ...judgedBy,
    ...lookedAt,
    /** Folders, `git:URL@TAG`, `npm:NAME@VERSION` or purls; none: what the older pack is of. */
    specs: z.array(z.string()),
    at,
    /** Path of an older evidence pack of the same tool: what changed since is said. */
    since: path.optional(),
    /** The packs are written there: into a folder, or for one tool into a file `….json`. */
    keepIn: wanted('a folder or a file').optional(),
  })
  .refine(({ specs, since }) => specs.length > 0 || since !== undefined, 'names nothing to vet')
  .refine(
    ({ specs, git, since }) => specs.length < 2 || (git === undefined && since === undefined),
    'a clone, or an older pack, is one tool’s',
  );
export type ToolsInput = z.input<typeof toolsInput>;

export const publishInput = z.strictObject({ ...judgedBy, ...lookedAt, spec: z.string(), at });
export type PublishInput = z.input<typeof publishInput>;

export const packsInput = z.strictObject({
  ...judgedBy,
  ...lookedAt,
  /** Paths of evidence packs. */
  packs: z.array(path).min(1),
  /** A pack that is older (days) is not known. */
  maxAgeDays: z.int().min(0).optional(),
  /** The network is not asked. */
  offline: z.boolean().default(false),
});
export type PacksInput = z.input<typeof packsInput>;

export const sbomInput = z.strictObject({
  file: path,
  /** The bytes it should describe. */
  artefact: path.optional(),
  /** The package and version it should describe. */
  purl: wanted('a package URL').optional(),
  /** OSV data: a file, a folder or an export. */
  osv: path.optional(),
});
export type SbomInput = z.input<typeof sbomInput>;

/** Files of two versions. */
export const sbomDiffInput = z.strictObject({ before: path, after: path });
export type SbomDiffInput = z.input<typeof sbomDiffInput>;

export const renewRootInput = z.strictObject({
  /** Another TUF repository with the same targets. */
  mirror: wanted('the address of a TUF repository').optional(),
  /** File of the first root to trust for that repository. */
  root: path.optional(),
});
export type RenewRootInput = z.input<typeof renewRootInput>;

/** @throws ToolcribError `usage` for what is no input */
export function checked<Schema extends z.ZodType>(schema: Schema, input: z.input<Schema>): z.output<Schema> {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  throw new ToolcribError('usage', `That can't be vetted. ${z.prettifyError(read.error)}`, {
    cause: read.error,
  });
}
