import { z } from 'zod';
import { operation } from './operation.ts';

export const start = operation({
  name: 'start',
  title: 'Starts the guard in the background, where it does not run.',
  looks: false,
  reaches: 'guard',
  input: z.strictObject({}),
  output: z.object({ guard: z.enum(['started', 'running']) }),
  async run(context) {
    return { guard: await (await context.guard()).start() };
  },
});
