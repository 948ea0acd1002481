import { z } from 'zod';
import { operation } from './operation.ts';
import { patient } from './patient.ts';

export const doctorBundle = operation({
  name: 'doctor-bundle',
  title: 'What `doctor` found as a report for a bug, without secrets, and without the names that it knows.',
  looks: true,
  reaches: 'terminal',
  input: z.strictObject({}),
  output: z.object({ report: z.string() }),
  async run(context) {
    const [{ diagnose }, { report }] = await Promise.all([
      import('../laptop/doctor/index.ts'),
      import('../laptop/doctor/bundle/report.ts'),
    ]);
    const asked = await patient(context);
    return { report: report(asked, await diagnose(asked)) };
  },
});
