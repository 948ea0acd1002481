import { join } from 'node:path';

/**
 * What a run over Sigstore's conformance cases gave: kept beside this file, and shown as a table in
 * docs/verification.md. Both are written by `conformance.ts`.
 */
export interface Conformance {
  repository: string;
  /** Of the cases. */
  commit: string;
  /** YYYY-MM-DD, of that commit and of the run. */
  committed: string;
  ran: string;
  /** Case → outcome, `VERDICT CODE: REASON`, with the artefact itself and with its digest alone. */
  cases: Record<string, { artefact: string; digest: string }>;
}

/** Cases that come out otherwise than the suite says, each with why that is right here. */
const KNOWN: Readonly<Record<string, string>> = {};

export const RESULTS = join(import.meta.dirname, 'conformance-results.json');
export const DOCUMENT = join(import.meta.dirname, '../../../../../docs/verification.md');

/** A case that must fail says so in its name. */
const mustFail = (name: string) => name.endsWith('_fail');

export type Agreement = 'agrees' | 'unknown' | 'disagrees';

/** A case that must fail and cannot be told here did not pass; that is not called an agreement. */
export function agreement(name: string, outcome: string): Agreement {
  const verdict = outcome.split(' ', 1)[0];
  if (verdict === (mustFail(name) ? 'fail' : 'pass')) return 'agrees';
  return mustFail(name) && verdict === 'unknown' ? 'unknown' : 'disagrees';
}

/** Cases that disagree without being known to, and known ones that do not; each is a reason to stop. */
export function surprises({ cases }: Pick<Conformance, 'cases'>, known = KNOWN): string[] {
  const disagree = Object.entries(cases).flatMap(([name, of]) =>
    Object.values(of).some((outcome) => agreement(name, outcome) === 'disagrees') ? [name] : [],
  );
  const gone = Object.keys(known).filter((name) => !disagree.includes(name));
  return [...disagree.filter((name) => !Object.hasOwn(known, name)), ...gone];
}

/** The table as it stands in the document. */
export function table({ repository, commit, committed, ran, cases }: Conformance, known = KNOWN): string {
  const all = Object.entries(cases);
  const count = (given: 'artefact' | 'digest', fail: boolean, wanted: Agreement) =>
    all.filter(([name, of]) => mustFail(name) === fail && agreement(name, of[given]) === wanted).length;
  const row = (label: string, fail: boolean, wanted: Agreement) =>
    `| ${label} | ${count('artefact', fail, wanted)} | ${count('digest', fail, wanted)} |`;
  const others = all.flatMap(([name, { artefact, digest }]) => {
    const worse = agreement(name, artefact) === 'disagrees' ? artefact : digest;
    if (agreement(name, artefact) === 'agrees' && agreement(name, digest) === 'agrees') return [];
    const why = known[name] === undefined ? '' : ` (${known[name]})`;
    const outcomes = artefact === digest ? [artefact] : [artefact, `by its digest: ${digest}`];
    const label = agreement(name, worse) === 'disagrees' ? '**disagrees**' : 'unknown';
    return [`| \`${name}\` | ${label} | ${cell(`${outcomes.join('; ')}${why}`)} |`];
  });
  return [
    `Repository \`${repository}\` at \`${commit.slice(0, 7)}\` (${committed}), run on ${ran}: ${all.length} verification`,
    'cases, each with the artefact and with its digest alone.',
    '',
    '| the suite says | artefact | digest |',
    '|---|---|---|',
    row('pass, and it passes', false, 'agrees'),
    row('fail, and it fails', true, 'agrees'),
    row('fail, and it is unknown here', true, 'unknown'),
    row('pass, and it does not: **disagree**', false, 'disagrees'),
    row('fail, and it passes: **disagree**', true, 'disagrees'),
    ...(others.length === 0 ? [] : ['', '| case | | outcome |', '|---|---|---|', ...others]),
  ].join('\n');
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');

const [BEGIN, END] = ['<!-- conformance: written by conformance.ts -->', '<!-- /conformance -->'];

/** What stands between the markers. @throws {Error} where they are missing */
export function tableIn(document: string): string {
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (from < 0 || to < from) throw new Error('the document has no place for the conformance table');
  return document.slice(from + BEGIN.length, to).trim();
}

export function withTable(document: string, text: string): string {
  tableIn(document);
  const at = document.indexOf(BEGIN) + BEGIN.length;
  return `${document.slice(0, at)}\n${text}\n${document.slice(document.indexOf(END))}`;
}
