import type { Command } from 'commander';
import type { Finding } from '../../laptop/doctor/index.ts';
import { explained } from './help.ts';
import { call } from './setup.ts';
import { bad, bold, clean, faint, good, mild, type Output, print, withOutput } from './terminal.ts';

const EXIT = { 'all-guarded': 0, findings: 1, 'not-told': 3 };

/** `toolcrib doctor` */
export function registerDoctor(program: Command): void {
  withOutput(
    explained(program.command('doctor'), {
      examples: [
        ['toolcrib doctor', 'before you rely on the guard in this terminal'],
        ['toolcrib doctor -o json', 'for a script'],
      ],
      exits: {
        0: 'all goes through the guard',
        1: 'something does not, or would not',
        3: 'it could not be told',
      },
    }),
  )
    .description('Whether this terminal is guarded, proved with a request; and what goes round the guard.')
    .action(async (options: { output: Output }) => {
      const { doctor } = await import('../../operations/doctor.ts');
      const diagnosis = await call(doctor, {});
      process.exitCode = EXIT[diagnosis.verdict];
      print(options.output, diagnosis, () =>
        diagnosis.checks
          .filter(({ findings }) => findings.length > 0)
          .map(({ name, findings }) => [bold(name), ...findings.map(line)].join('\n'))
          .join('\n'),
      );
    });
}

const MARKS: Record<Finding['state'], string> = {
  guarded: good('ok      '),
  finding: bad('outside '),
  unknown: mild('unknown '),
  note: faint('note    '),
};

function line({ state, text, next }: Finding): string {
  return `  ${MARKS[state]} ${clean(text)}${next ? `\n           → ${clean(next)}` : ''}`;
}
