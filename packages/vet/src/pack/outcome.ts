import { z } from 'zod';
import { resultSchema } from '../policy/resolved.ts';
import { verdictSchema } from '../verdict.ts';
import { packSchema } from './schema.ts';

/** How one fact fared when its source was read again. */
const rereadSchema = z.object({
  id: z.string(),
  /**
   * `moved on`: the source holds more now, and still all that the pack says. `changed`: it no longer says that. `forged`:
   * the bytes are the very same, yet give another value, so the pack is not true. `left out`: its source gives it, and the
   * pack does not have it.
   */
  state: z.enum(['same', 'moved on', 'changed', 'forged', 'left out', 'out of reach']),
  why: z.string().optional(),
});
export type Reread = z.output<typeof rereadSchema>;

/** Whether a pack holds. */
export const packVerificationSchema = z.object({
  pack: packSchema,
  /** Every criterion gave the same verdict, reason and numbers from the facts inside. */
  recomputed: z.boolean(),
  /** Criteria whose result differs, with what was computed. */
  differences: z.array(
    z.object({
      criterion: z.string(),
      inPack: z.union([verdictSchema, z.literal('absent')]),
      computed: z.union([verdictSchema, z.literal('absent')]),
    }),
  ),
  reread: z.array(rereadSchema),
  /** What is wrong with the pack in itself: made in the future, of another version's facts. */
  contradictions: z.array(z.string()),
  /** Required criteria that pass on facts which were not read again: nobody but the pack says so. */
  unread: z.array(z.string()),
  /** Whole days since the assessment, by the reader's clock: a pack says nothing of what came after it. */
  ageDays: z.number(),
  /** The pack holds: recomputed, not at odds with itself, and no source that was read again contradicts it. */
  holds: z.boolean(),
});
export type Verification = z.output<typeof packVerificationSchema>;

/** What the reader's own policy makes of a pack's facts. */
export const ownPolicySchema = z.object({
  /** It demands the very same as the pack's. */
  same: z.boolean(),
  verdict: verdictSchema,
  results: z.array(resultSchema),
  /** As `Verification.unread`, of what the reader's policy requires: the pack's may have required less. */
  unread: z.array(z.string()),
});
export type OwnPolicy = z.output<typeof ownPolicySchema>;

/** What changed between two packs of one tool. */
export const changeSchema = z.object({
  what: z.enum([
    'tool',
    'verdict',
    'criterion',
    'release',
    'contributor',
    'signer',
    'vulnerability',
    'policy',
    'version',
  ]),
  text: z.string(),
  /** Whether a person should look: a verdict that became worse, a signer that was not there, a new vulnerability. */
  worse: z.boolean(),
});
export type Change = z.output<typeof changeSchema>;
