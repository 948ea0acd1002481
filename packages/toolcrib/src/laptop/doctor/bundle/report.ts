import { release } from 'node:os';
import { basename } from 'node:path';
import { version } from '../../version.ts';
import type { Diagnosis, Patient } from '../check.ts';
import { checks } from '../index.ts';
import { textOf } from './files.ts';
import { logTail } from './log-tail.ts';
import { type Names, namesOf } from './names.ts';
import { namesIn, policyWithoutNames } from './policy.ts';
import { hasSecret, secretsOf } from './secrets.ts';
import { OUT, plainWords } from './words.ts';

/**
 * What `doctor` found, for strangers who shall mend something: without secrets, without names of clusters, namespaces, people,
 * machines and files, without anything of an object. By three ways that do not lean on each other: what a check quotes is left
 * out, of our own sentences only plain words stay, and a line with anything that stands in this person's secrets goes as a whole.
 */
export function report(patient: Patient, diagnosis: Diagnosis): string {
  const { paths, env, platform, person, now } = patient;
  const policy = textOf(paths.policy);
  const names = namesOf(patient, namesIn(policy));
  const labels = person?.contextNames ?? [];
  const shell = plainWords(basename(env.SHELL ?? 'unknown'), names);
  const lines = [
    `toolcrib report, ${new Date(now()).toISOString().slice(0, 16)}Z`,
    `Names are replaced, the same one always by the same word; ${OUT} stands for what was left out.`,
    '',
    '## System',
    `toolcrib ${version}, Node ${process.versions.node}, SQLite ${process.versions.sqlite}`,
    `${platform} ${process.arch}, kernel ${/^\d+\.\d+/.exec(release())?.[0] ?? OUT}, shell ${shell}`,
    `verdict ${diagnosis.verdict}, terminal ${diagnosis.terminal}, ${labels.length} contexts`,
    '',
    '## Checks',
    ...diagnosis.checks.flatMap((one) => ofCheck(one, names)),
    '',
    '## guard.yaml',
    ...policyWithoutNames(policy, labels),
    '',
    '## guard.log, its end',
    ...logTail(paths.log, names),
  ];
  // A name is replaced already, and may be a word like any other: kubeadm calls each of its clusters kubernetes.
  const secrets = secretsOf(patient).filter((secret) => !names.has(secret));
  return `${withoutSecrets(lines, secrets).join('\n')}\n`;
}

/** What a check quotes of the person's own is told by its state alone. */
function ofCheck({ name, findings }: Diagnosis['checks'][number], names: Names): string[] {
  const tells = checks.find((one) => one.name === name)?.ownWords === true;
  return findings.map(({ state, text, next }) =>
    tells
      ? `${name}: ${state}: ${plainWords([text, ...(next ? [`→ ${next}`] : [])].join(' '), names)}`
      : `${name}: ${state}`,
  );
}

/** Looked at line by line, and once more as a whole: what is broken by a line's end is no less told. */
export function withoutSecrets(lines: readonly string[], secrets: readonly string[]): string[] {
  const clean = lines.map((line) => (hasSecret(line, secrets) ? `${OUT} (a line was left out)` : line));
  return hasSecret(clean.join(''), secrets)
    ? [`${OUT} (all was left out: it could not be told without a secret)`]
    : clean;
}
