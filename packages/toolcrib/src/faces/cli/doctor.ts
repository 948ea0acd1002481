import { homedir } from 'node:os';
import type { Command } from 'commander';
import type { Finding, Patient } from '../../laptop/doctor/index.ts';
import { guard, paths } from './setup.ts';
import { bad, bold, clean, faint, good, mild, type Output, print, withOutput } from './terminal.ts';

const EXIT = { 'all-guarded': 0, findings: 1, 'not-told': 3 };

/** `toolcrib doctor` */
export function registerDoctor(program: Command): void {
  withOutput(program.command('doctor'))
    .description('Whether this terminal is guarded, proved with a request; and what goes round the guard.')
    .addHelpText(
      'after',
      '\nExit 0: all goes through. 1: something does not, or would not. 3: it could not be told.',
    )
    .action(async (options: { output: Output }) => {
      const { diagnose } = await import('../../laptop/doctor/index.ts');
      const diagnosis = await diagnose(await patient());
      process.exitCode = EXIT[diagnosis.verdict];
      print(options.output, diagnosis, () =>
        diagnosis.checks
          .filter(({ findings }) => findings.length > 0)
          .map(({ name, findings }) => [bold(name), ...findings.map(line)].join('\n'))
          .join('\n'),
      );
    });
}

/** This terminal, for the checks. */
export async function patient(): Promise<Patient> {
  const { loadPerson } = await import('../../laptop/person-kubeconfig.ts');
  const home = homedir();
  let person: Patient['person'];
  try {
    person = loadPerson(paths(), process.env, home);
  } catch {
    // The checks say so, each where it matters.
  }
  return {
    paths: paths(),
    env: process.env,
    home,
    platform: process.platform,
    guard: await (await guard()).status().catch(() => undefined),
    person,
  };
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
