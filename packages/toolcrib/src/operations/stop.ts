import { z } from 'zod';
import { endingSchema } from '../laptop/api/schema.ts';
import { operation } from './operation.ts';

export const stop = operation({
  name: 'stop',
  title: 'Ends the guard, once what is under way has its answer.',
  looks: false,
  reaches: 'guard',
  input: z.strictObject({}),
  output: z.object({
    /** `ending`: it was asked to, and goes by itself. */
    guard: z.enum(['stopped', 'not-running', 'ending']),
  }),
  event: endingSchema,
  run: async ({ guard }, _, waits) => ({ guard: await (await guard()).stop(waits) }),
});
