import { holdSchema } from '@toolcrib/model/records/hold';
import { z } from 'zod';
import { operation } from './operation.ts';

export const approve = operation({
  name: 'approve',
  title: 'Lets a held request go, for exactly what was shown. Nobody says yes to himself.',
  looks: false,
  reaches: 'guard',
  input: z.strictObject({
    code: z.string(),
    as: z.enum(['as-sent', 'softened']),
    /** What could not be kept, or not all be seen: its name, typed on purpose. */
    withoutNet: z.string().optional(),
  }),
  output: holdSchema,
  run: async ({ guard }, { code, as, withoutNet }) => (await guard()).answer(code, { as, withoutNet }),
});
