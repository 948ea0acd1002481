import { styleText } from 'node:util';
import type { Verdict } from '@toolcrib/model';
import type { ResolvedPolicy } from '../policy/resolved.ts';
import type { Item } from '../publish/outcome.ts';
import { markdown, markdownCode, visible } from './escape.ts';
import { policyLines } from './model.ts';
import { type TerminalOptions, wrap } from './terminal.ts';

const SIGN: Record<Verdict, { sign: string; style: 'green' | 'red' | 'yellow' }> = {
  pass: { sign: '[x]', style: 'green' },
  fail: { sign: '[ ]', style: 'red' },
  unknown: { sign: '[?]', style: 'yellow' },
};

/** A to-do list: what is in order is ticked, what is not comes with the command that mends it. */
export function terminalChecklist(
  name: string,
  items: readonly Item[],
  { width, color }: TerminalOptions,
  policy: ResolvedPolicy,
): string {
  const lines = items.flatMap(({ title, verdict, reason, mend }) => {
    const { sign, style } = SIGN[verdict];
    const mark = color ? styleText(style, sign, { validateStream: false }) : sign;
    const head = `${mark} ${wrap(visible(`${title}: ${reason}`), width - 4, 4)}`;
    return mend === undefined ? [head] : [head, `      ${visible(mend)}`];
  });
  const open = items.filter(({ verdict }) => verdict !== 'pass').length;
  return `${[`Before ${visible(name)} can be open source:`, ...policyLines(policy).map(visible), '', ...lines, '', open === 0 ? 'Nothing is missing.' : `${open} of ${items.length} to do.`].join('\n')}\n`;
}

export function markdownChecklist(name: string, items: readonly Item[], policy: ResolvedPolicy): string {
  const lines = items.map(({ title, verdict, reason, mend }) => {
    const box = verdict === 'pass' ? '[x]' : '[ ]';
    const doubt = verdict === 'unknown' ? ' *(unknown)*' : '';
    return `- ${box} ${markdown(title)}${doubt}: ${markdown(reason)}${mend === undefined ? '' : `<br>${markdownCode(mend)}`}`;
  });
  return `### Before ${markdown(name)} can be open source\n\n${[...policyLines(policy).map(markdown), ''].join('\n\n')}${lines.join('\n')}\n`;
}
