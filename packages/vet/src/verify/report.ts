import { printable } from './stop.ts';
import type { SignedAt, Signer, Verification } from './verification.ts';

const MARK = { pass: 'PASS', fail: 'FAIL', unknown: 'UNKNOWN' } as const;

const HOW = {
  'transparency-log': 'in a transparency log',
  'timestamp-authority': 'by a timestamp authority',
  claim: 'which only the signer says',
  none: '',
} as const;

/** The result for a terminal: one fact a line, foreign text made harmless. */
export function verificationText(found: Verification): string {
  const { artefact, scheme, signer, statement, time, proposal, notes } = found;
  const lines: [string, string | undefined][] = [
    ['scheme', scheme],
    ['signer', signer && signerText(signer)],
    ['signed', time && timeText(time)],
    ['statement', statement && `${statement.predicateType} about ${statement.subject || artefact.name}`],
    ['built by', statement?.provenance?.builder],
    ['source', sourceText(found)],
    ['SLSA level', levelText(found)],
    ...Object.entries(artefact.digests).map(([algorithm, hex]): [string, string] => [algorithm, hex]),
    ['to pin it', proposal && pinText(proposal)],
    ...notes.map((note): [string, string] => ['note', note]),
  ];
  const rows = lines.flatMap(([label, text]) => (text ? [`  ${label.padEnd(11)}${printable(text)}`] : []));
  return [`${MARK[found.verdict]}  ${printable(artefact.name)}: ${printable(found.reason)}`, ...rows].join(
    '\n',
  );
}

function signerText(signer: Signer): string {
  if (signer.kind === 'certificate') return `${signer.identity} (vouched for by ${signer.issuer})`;
  return `${signer.name ? `${signer.name}, ` : ''}${signer.algorithm} ${signer.fingerprint}`;
}

function timeText(time: SignedAt): string {
  return time.from === 'none' ? 'when is not known' : `${time.at}, ${HOW[time.from]}`;
}

function sourceText({ statement }: Verification): string | undefined {
  const provenance = statement?.provenance;
  if (!provenance?.sourceRepository) return undefined;
  const at = [provenance.sourceRef, provenance.sourceDigest].filter(Boolean).join(' ');
  const certified = {
    same: ', and the certificate says the same',
    other: ', but the certificate says otherwise',
    'not said': '',
  };
  return `${provenance.sourceRepository} ${at}${certified[provenance.certified]}`;
}

function levelText({ statement }: Verification): string | undefined {
  const level = statement?.provenance?.slsaLevel;
  return level && `${level.level === 'not stated' ? level.level : `Build L${level.level}`}: ${level.because}`;
}

function pinText(signer: NonNullable<Verification['proposal']>): string {
  return `check with the project that this is theirs, then: --identity '${signer.identity}' --issuer '${signer.issuer}'`;
}
