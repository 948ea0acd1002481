import { actSchema } from '@toolcrib/model/records/act';
import { answeredFromSchema, holdSchema, netSchema } from '@toolcrib/model/records/hold';
import { requestSchema } from '@toolcrib/model/records/request';
import { softenSchema } from '@toolcrib/model/records/soften';
import { undoSchema } from '@toolcrib/model/records/undo';
import { z } from 'zod';

/** What was said to one hold of an act: what the journal has of it, without what was shown. */
const answerStorySchema = z.object({
  code: z.string(),
  /** The request that was held. */
  requestId: z.string(),
  createdAt: z.number(),
  state: holdSchema.shape.state,
  as: z.enum(['as-sent', 'softened', 'denied']),
  by: z.string(),
  at: z.number().optional(),
  /** Its name was typed: how much of a net was missing. */
  withoutNet: netSchema.optional(),
  from: answeredFromSchema.optional(),
  /** A yes that came to its end before all of that went for which it was said. */
  lost: z.literal(true).optional(),
});
export type AnswerStory = z.output<typeof answerStorySchema>;

/** Every word for what became of an act; docs/guard.md explains each. */
export const outcomeWords = [
  'carried out',
  'failed',
  'finished',
  'held',
  'held, lapsed',
  'not carried out',
  'not known here',
  'not sent',
  'partly',
  'partly undone',
  'refused',
  'softened',
  'under way',
  'undone',
  'undone (made again)',
  'unsettled',
  'without a net',
] as const;

const outcomeSchema = z.object({
  word: z.enum(outcomeWords),
  /** How much a reader should mind it. */
  tone: z.enum(['plain', 'good', 'mild', 'bad']),
  /** How far it is; or in which act it went. */
  more: z.string().optional(),
});
export type Outcome = z.output<typeof outcomeSchema>;

/** What the rules say of an act's worst request, whatever the mode made of that. */
const severitySchema = z.enum(['deny', 'hold', 'warn', 'calm']);
export type Severity = z.output<typeof severitySchema>;

/** What is known of an act. */
const actFactsSchema = z.object({
  act: actSchema,
  requests: z.array(requestSchema),
  softenings: z.array(softenSchema),
  undos: z.array(undoSchema),
  /** Whether the guard still has an open hold of it; absent where nothing is held, or the guard did not answer. */
  answerable: z.boolean().optional(),
  /** The acts in which went what was held in this one. */
  elsewhere: z.array(z.string()).optional(),
  /** What was said to its holds; absent where none was answered, and in lists. */
  answers: z.array(answerStorySchema).optional(),
  /** Which of its records a newer toolcrib wrote, in whole sentences; absent where all of it could be read. */
  newer: z.array(z.string()).optional(),
  /** Which of its records are damaged, likewise. */
  damaged: z.array(z.string()).optional(),
});
export type ActFacts = z.output<typeof actFactsSchema>;

/** The same, with what is to be said of it. */
export const actStorySchema = actFactsSchema.extend({
  /** What people read as what it was: what of it went, and what was refused. */
  title: z.string(),
  became: outcomeSchema,
  severity: severitySchema,
  /** Something of it may be brought back by an undo. */
  undoable: z.boolean(),
});
export type ActStory = z.output<typeof actStorySchema>;
