import type { Command } from 'commander';
import { explained } from './help.ts';
import { call } from './setup.ts';
import { type Output, print, withOutput } from './terminal.ts';

const EXIT = { 'all-guarded': 0, findings: 1, 'not-told': 3 };

/** `toolcrib doctor` */
export function registerDoctor(program: Command): void {
  withOutput(
    explained(program.command('doctor'), {
      notes: [
        'Also the programs in PATH with their versions, the clusters with their modes and the rules in force with the line each stands in, journal, key, disk and clock. A program whose way no request has shown is unknown.',
      ],
      examples: [
        ['toolcrib doctor', 'before you rely on the guard in this terminal'],
        ['toolcrib doctor -o json', 'for a script'],
        ['toolcrib doctor --bundle', 'a report for a bug, shown before it is written'],
      ],
      exits: {
        0: 'this terminal is guarded, and nothing was found',
        1: 'something goes round the guard, or would, or is not as it should be',
        3: 'whether this terminal is guarded could not be told',
      },
    }),
  )
    .description('Whether this terminal is guarded, proved with a request; and what goes round the guard.')
    .option(
      '--bundle [file]',
      'a report for a bug, without secrets, and without the names that it knows: read it before you send it',
    )
    .option('--yes', 'with --bundle: write it without asking')
    .action(async (options: { bundle?: string | true; yes?: boolean; output: Output }) => {
      if (options.bundle !== undefined) {
        const { writeBundle } = await import('./doctor-bundle.ts');
        return writeBundle(options.bundle === true ? undefined : options.bundle, options);
      }
      const [{ doctor }, { diagnosisText }] = await Promise.all([
        import('../../operations/doctor.ts'),
        import('./diagnosis-text.ts'),
      ]);
      const diagnosis = await call(doctor, {});
      process.exitCode = EXIT[diagnosis.verdict];
      print(options.output, diagnosis, () => diagnosisText(diagnosis));
    });
}
