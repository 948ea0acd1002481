import { styleText } from 'node:util';
import type { Verdict } from '@toolcrib/model';
import type { Change, OwnPolicy, Verification } from '../pack/outcome.ts';
import type { EvidencePack } from '../pack/schema.ts';
import { visible } from './escape.ts';
import { basisOf, beforeByHand, byHandOf, nameOf, rowsOf, summary } from './model.ts';

export interface TerminalOptions {
  /** Columns. */
  width: number;
  color: boolean;
  /** Also print the commands that give the same figures by hand. */
  commands?: boolean;
}

/** A word beside each colour: one must not have to see colours. */
const MARK: Record<Verdict, { word: string; style: 'green' | 'red' | 'yellow' }> = {
  pass: { word: 'pass', style: 'green' },
  fail: { word: 'FAIL', style: 'red' },
  unknown: { word: 'unknown', style: 'yellow' },
};

export function terminalReport(packs: readonly EvidencePack[], options: TerminalOptions): string {
  const parts = packs.map((pack) => one(pack, options));
  if (packs.length > 1) parts.push(sideBySide(packs, options));
  return parts.join('\n');
}

function one(pack: EvidencePack, options: TerminalOptions): string {
  const paint = painter(options);
  const job = pack.policy.job === undefined ? '' : ` for ${pack.policy.job}`;
  const lines = [
    paint('bold', visible(nameOf(pack))) + visible(`  ${pack.subject.purl}`),
    `assessed ${pack.assessedAt.slice(0, 16).replace('T', ' ')} UTC against ${visible(pack.policy.profile)}${visible(job)}`,
    ...basisOf(pack).map((line) => wrap(visible(line), options.width, 2)),
    '',
  ];
  const rows = rowsOf(pack);
  const widest = Math.max(...rows.map(({ id }) => id.length), 0);
  for (const row of rows) {
    const { word, style } = MARK[row.verdict];
    const mark = paint(style, word.padEnd(7));
    const note = row.required ? '' : ' (informs only)';
    const waived = row.waived === undefined ? '' : ` WAIVED: ${row.waived}`;
    const indent = 2 + 7 + 2 + widest + 2;
    lines.push(
      `  ${mark}  ${visible(row.id).padEnd(widest)}  ${wrap(visible(row.reason + note + waived), options.width - indent, indent)}`,
    );
  }
  if (options.commands === true) lines.push('', ...commandLines(pack));
  lines.push('', `${paint(MARK[pack.verdict].style, MARK[pack.verdict].word)}: ${summary(pack)}`);
  if (pack.verdict === 'unknown')
    lines.push(
      wrap(
        'Unknown never passes: find the evidence, or waive a criterion in the policy with a reason and an end.',
        options.width,
        0,
      ),
    );
  return `${lines.join('\n')}\n`;
}

function commandLines(pack: EvidencePack): string[] {
  const checks = byHandOf(pack);
  if (checks.length === 0) return ['No figure of these can be had by one command.'];
  const first = beforeByHand(pack);
  return [
    'The same figures by hand:',
    ...(first === undefined ? [] : [`  first\n    ${visible(first)}`]),
    ...checks.map(
      ({ criterion, figure, printed, command }) =>
        `  ${criterion} ${figure} = ${visible(printed)}\n    ${visible(command)}`,
    ),
  ];
}

function sideBySide(packs: readonly EvidencePack[], options: TerminalOptions): string {
  const paint = painter(options);
  const ids = [...new Set(packs.flatMap((pack) => pack.results.map(({ criterion }) => criterion)))];
  const first = Math.max(...ids.map((id) => id.length), 7);
  const room = Math.max(8, Math.floor((options.width - first) / packs.length) - 2);
  const cell = (text: string, last = false) =>
    text.length > room ? `${text.slice(0, room - 1)}…` : last ? text : text.padEnd(room);
  const cells = (of: (pack: EvidencePack) => Verdict | undefined) =>
    packs.map((pack, index) => {
      const verdict = of(pack);
      const last = index === packs.length - 1;
      return verdict === undefined
        ? cell('–', last)
        : paint(MARK[verdict].style, cell(MARK[verdict].word, last));
    });
  const header =
    `${' '.repeat(first)}  ${packs.map((pack) => cell(visible(nameOf(pack)))).join('  ')}`.trimEnd();
  const lines = ids.map(
    (id) =>
      `${visible(id).padEnd(first)}  ${cells((pack) => pack.results.find(({ criterion }) => criterion === id)?.verdict).join('  ')}`,
  );
  const last = `${'VERDICT'.padEnd(first)}  ${cells(({ verdict }) => verdict).join('  ')}`;
  return `${[paint('bold', header), ...lines, last].join('\n')}\n`;
}

export function terminalChanges(
  name: string,
  since: string,
  changes: readonly Change[],
  options: TerminalOptions,
): string {
  const paint = painter(options);
  const head = `${paint('bold', visible(name))} since ${since.slice(0, 16).replace('T', ' ')} UTC`;
  if (changes.length === 0) return `${head}: nothing changed\n`;
  const line = ({ what, text, worse }: Change) => {
    const mark = worse ? paint('red', '!') : ' ';
    return `${mark} ${what.padEnd(13)}  ${wrap(visible(text), options.width - 17, 17)}`;
  };
  return `${[head, ...changes.map(line)].join('\n')}\n`;
}

/** What the reader's policy says, and where that stands. */
type OwnPolicyRead = Pick<OwnPolicy, 'same' | 'verdict'> & { path: string };

export function terminalVerification(
  name: string,
  verification: Verification & { ownPolicy?: OwnPolicyRead; maxAgeDays?: number },
  options: TerminalOptions,
): string {
  const paint = painter(options);
  const { pack, differences, reread, holds, ownPolicy, contradictions, unread, ageDays, maxAgeDays } =
    verification;
  const count = (state: string) => reread.filter((fact) => fact.state === state).length;
  const lines = [
    `${holds ? paint('green', 'holds') : paint('red', 'DOES NOT HOLD')}  ${visible(name)}: ${visible(nameOf(pack))}, ${pack.verdict} on ${pack.assessedAt.slice(0, 10)} (${ageText(ageDays)}) against ${visible(policyName(pack))}`,
    ...(maxAgeDays === undefined
      ? []
      : [`  older than ${maxAgeDays} days (--max-age): what it says now is unknown; vet the tool anew`]),
    ...contradictions.map((text) => `  ${wrap(visible(text), options.width - 2, 2)}`),
    `  ${pack.results.length} results computed again from ${pack.evidence.length} facts: ${differences.length === 0 ? 'all the same' : `${differences.length} differ`}`,
    ...differences.map(
      ({ criterion, inPack, computed }) =>
        `    ${visible(criterion)}: ${inPack} in the pack, ${computed} computed`,
    ),
  ];
  if (ownPolicy !== undefined && !ownPolicy.same)
    lines.push(
      `  its policy (${visible(policyName(pack))}, ${pack.policy.require.length} required) is not yours: by yours it is ${ownPolicy.verdict}`,
      ...(pack.policy.job === undefined
        ? []
        : [`  if that job is what you want it for: --job ${visible(pack.policy.job)}`]),
      `  yours is ${visible(ownPolicy.path)}`,
    );
  if (reread.length === 0) lines.push('  sources were not read again');
  else
    lines.push(
      `  sources read again: ${count('same')} the same, ${count('moved on')} moved on, ${count('changed') + count('forged') + count('left out')} contradict it, ${count('out of reach')} out of reach`,
    );
  for (const { id, state, why } of reread)
    if (state !== 'same')
      lines.push(`    ${wrap(visible(`${id}: ${state}: ${why ?? ''}`), options.width - 6, 6)}`);
  if (unread.length > 0)
    lines.push(
      `  ${wrap(visible(`only the pack itself speaks for: ${unread.join(', ')}; name a clone with --git, or ask the network`), options.width - 2, 2)}`,
    );
  return `${lines.join('\n')}\n`;
}

const ageText = (days: number): string =>
  days < 1 ? 'today' : days === 1 ? 'a day ago' : `${days} days ago`;

const policyName = ({ policy: { profile, job } }: EvidencePack): string =>
  job === undefined ? profile : `${profile} for ${job}`;

/** Wraps at spaces; lines after the first are indented. */
export function wrap(text: string, width: number, indent: number): string {
  const room = Math.max(24, width);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.join(`\n${' '.repeat(indent)}`);
}

type Style = Parameters<typeof styleText>[0];
function painter({ color }: TerminalOptions): (style: Style, text: string) => string {
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text);
}
