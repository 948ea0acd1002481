import type { Diagnosis, Finding } from '../../laptop/doctor/check.ts';
import { bad, bold, clean, faint, fitted, good, mild } from './terminal.ts';

const MARKS: Record<Finding['state'], string> = {
  guarded: good('ok      '),
  fine: good('ok      '),
  finding: bad('outside '),
  fault: bad('wrong   '),
  unknown: mild('unknown '),
  note: faint('        '),
};

/** Where what is said of each thing begins. */
const TEXT = 11;

/**
 * What was found, check by check, and at its end in a sentence whether this terminal is guarded.
 * @param columns of the terminal; none: what reads this has lines as long as they are
 */
export function diagnosisText(
  diagnosis: Diagnosis,
  columns: number | undefined = process.stdout.columns,
): string {
  const parts = diagnosis.checks
    .filter(({ findings }) => findings.length > 0)
    .map(({ name, findings }) => [bold(name), ...findings.map((one) => line(one, columns))].join('\n'));
  return [...parts, '', fitted(verdictText(diagnosis), columns)].join('\n');
}

function line({ state, text, next }: Finding, columns: number | undefined): string {
  const lines = [
    `  ${MARKS[state]} ${clean(text)}`,
    ...(next ? [`${' '.repeat(TEXT)}→ ${clean(next)}`] : []),
  ];
  return lines.map((one) => fitted(one, columns, TEXT)).join('\n');
}

/** In one sentence: this terminal, and where else to look. */
function verdictText({ terminal, checks }: Diagnosis): string {
  const all = checks.flatMap(({ name, findings }) => findings.map((finding) => ({ name, ...finding })));
  const first = (...states: Finding['state'][]) => all.find(({ state }) => states.includes(state));
  const names = (...states: Finding['state'][]) => {
    const of = checks.filter(({ findings }) => findings.some(({ state }) => states.includes(state)));
    return of.map(({ name }) => name).join(', ');
  };
  const wrong = names('finding', 'fault');
  const open = names('unknown');
  const rest = [...(wrong ? [`to be looked at: ${wrong}`] : []), ...(open ? [`not told: ${open}`] : [])].join(
    '; ',
  );
  switch (terminal) {
    case 'guarded':
      return `${good('This terminal is guarded')}${rest ? `; ${rest}` : ''}.`;
    case 'outside':
      return `${bad('This terminal is not guarded')}: ${clean(first('finding')?.text ?? '')}`;
    case 'unknown':
      return `${mild('Whether this terminal is guarded could not be told')}: ${clean(first('unknown')?.text ?? '')}`;
  }
}
