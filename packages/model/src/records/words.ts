import type { DeleteOptions, KubeObject, ObjectRef, ResourceType } from '@toolcrib/kube';
import { z } from 'zod';

// The small words of which the records are made. What is read is checked like any other input: the file outlives the
// program that wrote it, and disks fail. A field that is not known here is let be, and stays in what is read: a newer
// toolcrib may have added it.

export const text = z.string();
export const texts = z.array(text);
export const number = z.number();
/** Milliseconds since 1970. */
export const time = number;

/** Headers that act as somebody else (`Impersonate-*`): the guard's own reads for a request carry the same. */
export const as = z.record(text, z.union([text, texts]));
export type As = z.output<typeof as>;

/**
 * The guard whose business a record is, for as long as its lease runs (`renewLease` of the journal). Absent in old records:
 * of a guard that has ended.
 */
export const guard = text.optional();

export const resourceType = z.object({ group: text, version: text, resource: text });

export const objectRef = z.object({
  apiVersion: text,
  kind: text,
  namespace: text.optional(),
  name: text,
  uid: text.optional(),
});

export const refWithUid = objectRef.extend({ uid: text });

/** Only what an undo can't do without: the rest of an object is the cluster's, and kept as it came. */
export const kubeObject: z.ZodType<KubeObject> = z.object({
  apiVersion: text,
  kind: text,
  metadata: z.object({ name: text }),
});

export const propagation = z.enum(['Orphan', 'Background', 'Foreground']);

export const deleteOptions = z.object({
  gracePeriodSeconds: number.optional(),
  preconditions: z.object({ uid: text.optional(), resourceVersion: text.optional() }).optional(),
  orphanDependents: z.boolean().optional(),
  propagationPolicy: propagation.optional(),
  dryRun: texts.optional(),
  ignoreStoreReadErrorWithClusterBreakingPotential: z.boolean().optional(),
});

// Kube has its own words, and no schemas: where the two come apart the compiler says it here.
type Same<A, B> = [A, B] extends [B, A] ? true : false;
true satisfies Same<z.output<typeof resourceType>, ResourceType>;
true satisfies Same<z.output<typeof objectRef>, ObjectRef>;
true satisfies Same<z.output<typeof deleteOptions>, DeleteOptions>;
