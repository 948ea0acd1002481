import { z } from 'zod';
import { diagnosisSchema } from '../laptop/doctor/check.ts';
import { operation } from './operation.ts';
import { patient } from './patient.ts';

export const doctor = operation({
  name: 'doctor',
  title: 'Whether this terminal is guarded, proved with a request; and what goes round the guard.',
  looks: true,
  reaches: 'terminal',
  input: z.strictObject({}),
  output: diagnosisSchema,
  async run(context) {
    const { diagnose } = await import('../laptop/doctor/index.ts');
    return diagnose(await patient(context));
  },
});
