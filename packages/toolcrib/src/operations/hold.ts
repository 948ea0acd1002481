import { holdSchema } from '@toolcrib/model/records/hold';
import { z } from 'zod';
import { operation } from './operation.ts';

export const hold = operation({
  name: 'hold',
  title: 'One hold, with its blast radius.',
  looks: true,
  reaches: 'guard',
  input: z.strictObject({ code: z.string() }),
  output: holdSchema,
  run: async ({ guard }, { code }) => (await guard()).hold(code),
});
