import { rootSchema } from '@toolcrib/vet/ask/outcome';
import { z } from 'zod';
import { operation } from './operation.ts';

export const trust = operation({
  name: 'trust',
  title: 'Which trust root is in use, and how old it is: whom to believe that a signer is who he says.',
  looks: true,
  reaches: 'itself',
  input: z.strictObject({}),
  output: rootSchema,
  async run({ clock }) {
    const { rootInUse } = await import('@toolcrib/vet/ask/root');
    return rootInUse(clock.now());
  },
});
