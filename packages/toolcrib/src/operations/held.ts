import { holdSchema } from '@toolcrib/model/records/hold';
import { z } from 'zod';
import { operation } from './operation.ts';

export const held = operation({
  name: 'held',
  title: 'What waits for a yes.',
  looks: true,
  reaches: 'guard',
  input: z.strictObject({
    /** Also what was answered, or can't be any more, as long as it is remembered. */
    closed: z.boolean().default(false),
  }),
  output: z.array(holdSchema),
  async run({ guard }, { closed }) {
    const holds = await (await guard()).holds();
    return closed ? holds : holds.filter(({ state }) => state === 'open');
  },
});
