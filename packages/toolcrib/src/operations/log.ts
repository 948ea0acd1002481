import { type Act, contextNameOf, type Journal, listed, ToolcribError } from '@toolcrib/model';
import { z } from 'zod';
import type { Context } from './context.ts';
import { operation } from './operation.ts';
import { actStorySchema } from './stories/story.ts';
import { answerableActs, factsOf, inSentences, told } from './stories/tell.ts';

/** Each comes with all its requests: more at once would be held in memory, and by the journal's one reader. */
const MOST_ACTS = 1_000;

export const log = operation({
  name: 'log',
  title: 'What was asked, what was decided, and what became of it, newest first. Needs no guard.',
  looks: true,
  reaches: 'journal',
  input: z.strictObject({
    /** Also one that no kubeconfig has any more. A name stands for all that it means in the terminals; with a mark it is one of these. */
    context: z.string().optional(),
    limit: z.int().min(1).max(MOST_ACTS).default(20),
    /** Only acts that are older than this one: the last of the page before. */
    before: z.string().optional(),
  }),
  output: z.object({
    stories: z.array(actStorySchema),
    /** There are older ones than the last of these. */
    older: z.boolean(),
    /** Acts that a newer toolcrib wrote, in whole sentences: they are left out. */
    newer: z.array(z.string()),
    /** Acts whose own record is damaged, likewise. */
    damaged: z.array(z.string()),
  }),
  async run(context, { context: named, limit, before }) {
    const { knownAct } = await import('@toolcrib/guard/undo/act');
    const journal = await context.journal();
    if (before !== undefined) await knownAct(journal, before);
    const page = before === undefined ? within(named) : { ...within(named), before };
    const { acts, older, newer, damaged } = await pageOf(journal, page, limit);
    const answerable = answerableActs(context);
    const facts = await Promise.all(acts.map((act) => factsOf(journal, act, answerable)));
    if (acts.length + newer.length + damaged.length === 0 && named !== undefined && before === undefined)
      await mustBeKnown(context, journal, named);
    const stories = facts.map((one) => told(one, context.clock.now()));
    return { stories, older, newer, damaged };
  },
});

/** So many that can be read, however many lie between them that can't: a page of those alone would be the end of it. */
async function pageOf(
  journal: Journal,
  page: ReturnType<typeof within> & { before?: string },
  limit: number,
): Promise<{ acts: Act[]; older: boolean; newer: string[]; damaged: string[] }> {
  for (let rows = limit + 1; ; rows *= 2) {
    const { found: newer, leftOut } = inSentences();
    const { found: damaged, leftOut: harmed } = inSentences();
    const acts = await journal.acts({ ...page, limit: rows }, leftOut, harmed);
    if (acts.length > limit || acts.length + newer.length + damaged.length < rows)
      return { acts: acts.slice(0, limit), older: acts.length > limit, newer, damaged };
  }
}

function within(named: string | undefined): { context?: string; contextName?: string } {
  if (named === undefined) return {};
  return contextNameOf(named) === named ? { contextName: named } : { context: named };
}

/**
 * That nothing was found of a context says something only where there is such a context.
 * @throws ToolcribError `unknown-context`, `no-kubeconfig`, `bad-file`
 */
async function mustBeKnown(context: Context, journal: Journal, named: string): Promise<void> {
  try {
    await context.knownContext(named);
  } catch (error) {
    if (!(error instanceof ToolcribError) || !['unknown-context', 'no-kubeconfig'].includes(error.code))
      throw error;
    const known = (await journal.acts()).map((act) => contextNameOf(act.context));
    if (known.length === 0) throw error;
    const next = `${error.next ?? ''}\n  → In the log are: ${listed(named, known)}.`;
    throw new ToolcribError(error.code, error.message, { cause: error, next });
  }
}
