import { z } from 'zod';
import { statusSchema } from '../laptop/api/schema.ts';
import { operation } from './operation.ts';

export const status = operation({
  name: 'status',
  title: 'What the guard does now.',
  looks: true,
  reaches: 'guard',
  input: z.strictObject({}),
  output: statusSchema,
  run: async ({ guard }) => (await guard()).status(),
});
