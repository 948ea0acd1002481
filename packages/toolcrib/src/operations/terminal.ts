import { z } from 'zod';
import { operation } from './operation.ts';
import { patient } from './patient.ts';

export const terminal = operation({
  name: 'terminal',
  title: 'Whether this terminal is guarded, in a sentence.',
  looks: true,
  reaches: 'terminal',
  input: z.strictObject({}),
  output: z.object({
    state: z.enum(['guarded', 'outside', 'unknown']),
    why: z.string(),
    next: z.string().optional(),
  }),
  async run(context) {
    const { terminalState } = await import('../laptop/doctor/index.ts');
    return terminalState(await patient(context));
  },
});
