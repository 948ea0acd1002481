import { holdSchema } from '@toolcrib/model/records/hold';
import { z } from 'zod';
import { operation } from './operation.ts';

export const deny = operation({
  name: 'deny',
  title: 'Refuses a held request, or takes a yes back as long as nothing has left.',
  looks: false,
  reaches: 'guard',
  input: z.strictObject({ code: z.string() }),
  output: holdSchema,
  run: async ({ guard }, { code }) => (await guard()).answer(code, { as: 'denied' }),
});
