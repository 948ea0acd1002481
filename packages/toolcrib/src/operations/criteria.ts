import { criteriaSchema } from '@toolcrib/vet/ask/outcome';
import { z } from 'zod';
import { operation } from './operation.ts';

export const criteria = operation({
  name: 'criteria',
  title: 'What a tool is judged by before it is adopted: definitions, thresholds, and where those are from.',
  looks: true,
  reaches: 'itself',
  input: z.strictObject({}),
  output: criteriaSchema,
  async run() {
    const { criteria } = await import('@toolcrib/vet/ask/criteria');
    return criteria();
  },
});
