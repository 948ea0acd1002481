import { nameText, nearest, ToolcribError } from '@toolcrib/model';
import { z } from 'zod';

/** A name that somebody gives himself: guards of 0.1.0 ask for one. Who asks is who the connection says. */
const unheard = z.string().optional();

/** The guard's own HTTP API, on a unix socket that only its person can open; the command line and the console use it. */
export const answerSchema = z
  .strictObject({
    as: z.enum(['as-sent', 'softened', 'denied']),
    by: unheard,
    /** The name that was typed to let something go without a net. */
    withoutNet: z.string().optional(),
  })
  .transform(({ by: _, ...said }) => said);
export type AnswerBody = z.output<typeof answerSchema>;

export const runTokenSchema = z
  .strictObject({
    tool: z.strictObject({ name: z.string(), version: z.string().optional(), sha256: z.string() }).optional(),
    agent: z.boolean().optional(),
    person: unheard,
    /** A run that lives on after a restart of the guard goes on with the tokens that its tool has. */
    again: z
      .strictObject({
        id: z.string().regex(/^run-[0-9a-f]{12}$/),
        tokens: z.record(z.string(), z.string().regex(/^[\w-]{43}$/)),
        /** As they were told with the tokens. */
        meanings: z.record(z.string(), z.string()),
      })
      .optional(),
  })
  .transform(({ person: _, ...asked }) => asked);
export type RunTokenBody = z.output<typeof runTokenSchema>;

/** What a guard that was asked to end still waits for: so many requests, until then at most. */
export const endingSchema = z.object({ requests: z.number(), until: z.number() });

export const statusSchema = z.object({
  version: z.string(),
  pid: z.number(),
  port: z.number(),
  startedAt: z.number(),
  contexts: z.array(z.object({ context: z.string(), mode: z.string() })),
  held: z.number(),
  /** null where it can be written. */
  journal: z.string().nullable(),
  /** Requests of an earlier life of which nobody knows yet what became. */
  unsettled: z.number(),
  /** null while nobody has asked it to end. */
  ending: endingSchema.nullable().default(null),
  policy: z.object({
    file: z.string().nullable(),
    error: z.string().nullable(),
    /** Every rule in force, in the order in which they are asked. */
    rules: z.array(z.object({ name: z.string(), then: z.string(), from: z.string() })).default([]),
    /** Built-in rules that were taken away. */
    disabled: z.array(z.string()).default([]),
  }),
  softened: z.array(
    z.object({
      actId: z.string(),
      what: z.string(),
      finishAfter: z.number(),
      /** `by-hand`: never finished by itself (data that is kept, or its undo was asked for); `overdue`: by more than a window, so left for a person. */
      state: z.enum(['by-hand', 'waiting', 'due', 'overdue']),
    }),
  ),
});
export type GuardStatus = z.output<typeof statusSchema>;

export const runTokensSchema = z.object({
  id: z.string(),
  /** By context. */
  tokens: z.record(z.string(), z.string()),
  /** What each context leads to, and as whom: the same text for the same thing, empty where that can't be told. */
  meanings: z.record(z.string(), z.string()),
});
export type RunTokens = z.output<typeof runTokensSchema>;

export const faultSchema = z.object({ code: z.string(), message: z.string(), next: z.string().optional() });

/** @param known the codes among which a wrong letter is looked for */
export function unknownCode(code: string, known: readonly string[] = []): ToolcribError {
  const [near] = nearest(code, known);
  return new ToolcribError('not-found', `Nothing is held under the code ${nameText(code)}.`, {
    next: `${near === undefined ? '' : `Did you mean ${near}? `}toolcrib held lists what is; a code lives for ten minutes.`,
  });
}
