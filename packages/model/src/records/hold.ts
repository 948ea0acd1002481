import { z } from 'zod';
import { callerSchema } from './act.ts';
import { decisionSchema } from './decision.ts';
import { effectSchema } from './effect.ts';
import { radiusSchema } from './radius.ts';
import { as, guard, number, text, texts, time } from './words.ts';

/** One approval for several like requests of one act. */
export const envelopeSchema = z.object({
  session: text,
  verb: text,
  kind: text,
  namespace: text.optional(),
  /** Who sent it and with which options, as one hash: an approval is for these alone. Absent in old records. */
  likeness: text.optional(),
  /** UIDs of the objects that were shown. */
  uids: texts,
  used: texts,
  expiresAt: time,
});
export type Envelope = z.output<typeof envelopeSchema>;

/** The process that answered a hold, as the system told of it. Absent in old records, and where nobody could tell. */
export const answeredFromSchema = z.object({
  pid: number,
  /** `pts/3` */
  terminal: text.optional(),
  /** The name of the program that started it: a shell, mostly. */
  under: text.optional(),
  /** The run that it belongs to: it can say no. */
  run: text.optional(),
});
export type AnsweredFrom = z.output<typeof answeredFromSchema>;

/** What net there still is under something that goes only with its name typed. */
export const netSchema = z.enum(['partial', 'none']);
export type Net = z.output<typeof netSchema>;

/** A request that a person must say yes to. Lives until it is answered or `expiresAt`. */
export const holdSchema = z.object({
  /** What a person types: a few unmistakable characters. */
  code: text,
  actId: text,
  /** The act of the one who sent it again last, or used the yes, where that is another: what goes by it goes there. */
  usedIn: text.optional(),
  /** The acts that asked for the same under this code, besides `actId`. */
  alsoBy: texts.optional(),
  requestId: text,
  /** At whose desk it lies: it alone lets anything go by it. */
  guard,
  context: text,
  createdAt: time,
  /** Afterwards an approval makes no sense any more. */
  expiresAt: time,
  /** So long its yes lets what it has begun go on, and so can be taken back. */
  coversUntil: time.optional(),
  /** A client still waits for the answer. */
  waiting: z.boolean(),
  effect: effectSchema,
  radius: radiusSchema,
  decision: decisionSchema,
  fingerprint: text,
  /** How many like requests the approval would cover. */
  envelope: envelopeSchema.optional(),
  state: z.enum(['open', 'approved', 'denied', 'used', 'expired', 'void']),
  answer: z
    .object({
      as: z.enum(['as-sent', 'softened']),
      by: text,
      at: time,
      withoutNet: z.boolean().optional(),
      from: answeredFromSchema.optional(),
    })
    .optional(),
  /** Who said no, and when; absent in old records. */
  denied: z.object({ by: text, at: time, from: answeredFromSchema.optional() }).optional(),
  /** Who may use a pass: the same person with an identical request. */
  person: text,
  /** Who asked, as far as it is known, and as whom: the approver is told. Absent in old records. */
  caller: callerSchema.optional(),
  as: as.optional(),
  requestKey: text,
  /**
   * Set where it could not be kept, or where not everything that could go with it was seen: this name must be typed to
   * let it go without a net.
   */
  needsName: text.optional(),
  /**
   * Why the name is needed, and so how far the yes to it goes. `partial`: not everything was seen, and what was seen is
   * kept before it goes. `none`: nothing could be kept. Absent in old records: see `netOf`.
   */
  net: netSchema.optional(),
  /** Pods that a softened act left running used something of it when it was placed, and that was shown: who what. */
  needed: text.optional(),
  /** Why what else the command will take could not be told ahead, so that it is asked for by itself. */
  untold: text.optional(),
  /** What the act had taken already when this was held, by name; of many the first few and how many more. */
  before: texts.optional(),
  /**
   * Filled in by the journal on reading, and one higher after each save. A save that carries another than the
   * stored one is refused: who takes a pass reads it, marks it used, and saves it with the revision read.
   */
  revision: number.optional(),
});
export type Hold = z.output<typeof holdSchema>;
