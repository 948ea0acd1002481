import { ToolcribError } from '@toolcrib/model';
import { z } from 'zod';

const judgedBy = {
  /** File of the policy; else that of this folder, unless it comes with what is judged; else toolcrib's own. */
  policy: z.string().optional(),
  /** What the tool is for: it decides how much is demanded. */
  job: z.string().optional(),
};

const lookedAt = {
  /** A clone of the tool that is named by its purl or package. */
  git: z.string().optional(),
  /** OSV, Scorecard, deps.dev or SBOM data, or a release file. */
  files: z.array(z.string()).default([]),
  /** npm registry; else the one that this machine's npm uses. */
  registry: z.string().optional(),
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
    since: z.string().optional(),
    /** The packs are written there: into a folder, or for one tool into a file `….json`. */
    keepIn: z.string().optional(),
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
  packs: z.array(z.string()).min(1),
  /** A pack that is older (days) is not known. */
  maxAgeDays: z.int().min(0).optional(),
  /** The network is not asked. */
  offline: z.boolean().default(false),
});
export type PacksInput = z.input<typeof packsInput>;

/** @throws ToolcribError `usage` for what is no input */
export function checked<Schema extends z.ZodType>(schema: Schema, input: z.input<Schema>): z.output<Schema> {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  throw new ToolcribError('usage', `That can't be vetted. ${z.prettifyError(read.error)}`, {
    cause: read.error,
  });
}
