import { z } from 'zod';
import { deleteOptions, number, propagation, resourceType, text } from './words.ts';

/** What a request is aimed at, as far as its path tells. */
export const targetSchema = resourceType.extend({
  namespace: text.optional(),
  /** Absent for a whole collection. */
  name: text.optional(),
  labelSelector: text.optional(),
  fieldSelector: text.optional(),
});
export type Target = z.output<typeof targetSchema>;

/** What all that asks to delete says. */
const deletes = {
  target: targetSchema,
  options: deleteOptions,
  /** What the request says; undefined leaves it to the object's finalizers and the kind's default. */
  propagation: propagation.optional(),
  dryRun: z.boolean(),
};

/** One effect, of one kind. What the guard makes of each stands in `guard/effects/`, a file a kind. */
const single = z.discriminatedUnion('verb', [
  /** Reads, and writes that destroy nothing the guard knows of. */
  z.object({ verb: z.literal('none') }),
  z.object({
    verb: z.literal('delete'),
    ...deletes,
    /** Not asked for by a DELETE: why a write makes one of the cluster's controllers delete it. */
    through: text.optional(),
  }),
  z.object({ verb: z.literal('delete-collection'), ...deletes }),
  z.object({ verb: z.literal('evict'), ...deletes }),
  z.object({
    verb: z.literal('scale'),
    target: targetSchema,
    /** The number of replicas that the request asks for. */
    replicas: number,
    /** How many there were when it was judged; a custom resource may keep them in any field. Absent in old records. */
    was: number.optional(),
    dryRun: z.boolean(),
    /**
     * Nothing is there yet that could be scaled: the target is only created, and takes over what runs. What it takes over,
     * and how much of it goes.
     */
    adopts: text.optional(),
  }),
  /**
   * `helm uninstall`: its first write says so in the release's record, which `target` names. What it deletes after that
   * stands in the record.
   */
  z.object({ verb: z.literal('uninstall'), target: targetSchema, release: text, dryRun: z.literal(false) }),
  /** A write whose effect could not be read: never taken for harmless. */
  z.object({ verb: z.literal('not-understood'), target: targetSchema.optional(), why: text }),
]);
export type SingleEffect = z.output<typeof single>;

/**
 * What a request would do. Whatever is not listed here is not guarded yet (docs/guard.md names it). Most requests are of one
 * kind; one that is of several says each.
 */
export const effectSchema = z.discriminatedUnion('verb', [
  ...single.options,
  z.object({
    verb: z.literal('several'),
    /** What its path names, and so what all of them are about. */
    target: targetSchema,
    effects: z.array(single).min(2),
    dryRun: z.literal(false),
  }),
]);
export type Effect = z.output<typeof effectSchema>;

/** The kinds; `several` is none of its own. */
export type EffectVerb = SingleEffect['verb'];
