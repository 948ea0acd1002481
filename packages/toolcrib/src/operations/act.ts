import { z } from 'zod';
import { operation } from './operation.ts';
import { answersOf } from './stories/answers.ts';
import { actStorySchema } from './stories/story.ts';
import { answerableActs, factsOf, inSentences, told } from './stories/tell.ts';
import { waitedFor } from './stories/waited.ts';

export const act = operation({
  name: 'act',
  title: 'One act with all its requests, what was said to its holds, and what became of it. Needs no guard.',
  looks: true,
  reaches: 'journal',
  input: z.strictObject({ act: z.string() }),
  output: actStorySchema,
  async run(context, { act: id }) {
    const { knownAct } = await import('@toolcrib/guard/undo/act');
    const journal = await context.journal();
    const facts = await factsOf(journal, await knownAct(journal, id), answerableActs(context));
    // Not for each line of a list: holds carry all that was shown.
    const [later, harmed] = [inSentences(), inSentences()];
    const holds = await journal.holds({ actId: id }, later.leftOut, harmed.leftOut);
    const answers = answersOf(holds);
    const newer = [...new Set([...(facts.newer ?? []), ...later.found])];
    const damaged = [...new Set([...(facts.damaged ?? []), ...harmed.found])];
    const all = {
      ...facts,
      requests: waitedFor(facts.requests, holds, context.clock.now()),
      ...(answers.length > 0 ? { answers } : {}),
      ...(newer.length > 0 ? { newer } : {}),
      ...(damaged.length > 0 ? { damaged } : {}),
    };
    return told(all, context.clock.now());
  },
});
