import { kindOf } from '@toolcrib/guard/effects';
import { whoAsks } from '@toolcrib/guard/hold/asker';
import { howAsked } from '@toolcrib/guard/hold/how-asked';
import { tree } from '@toolcrib/guard/radius';
import { untoldText } from '@toolcrib/guard/way/answers';
import { type Hold, isYesLost, netOf, shellWord } from '@toolcrib/model';
import type { Command } from 'commander';
import { whyOver } from '../../laptop/api/over.ts';
import { LOST } from './answers.ts';
import { explained } from './help.ts';
import { call } from './setup.ts';
import {
  bold,
  clean,
  faint,
  mild,
  named,
  type Output,
  palette,
  print,
  table,
  when,
  width,
  withOutput,
} from './terminal.ts';

/** `toolcrib held [CODE]` */
export function registerHeld(program: Command): void {
  withOutput(
    explained(program.command('held'), {
      examples: [
        ['toolcrib held', 'why kubectl hangs, or was refused'],
        ['toolcrib held K7QMD', 'all that would go, and what to type'],
      ],
    }),
  )
    .argument('[code]', 'one hold, with its blast radius as a tree')
    .description('What waits for a yes.')
    .option('--all', 'also the older ones for which no client waits')
    .action(async (code: string | undefined, options: { output: Output; all?: boolean }) => {
      if (code !== undefined) {
        const { hold } = await import('../../operations/hold.ts');
        const one = await call(hold, { code });
        return print(options.output, one, () => holdText(one));
      }
      const { held } = await import('../../operations/held.ts');
      const holds = await call(held, {});
      print(options.output, holds, () =>
        holds.length === 0
          ? 'Nothing is held. What has gone through, or was refused: toolcrib log'
          : listText(holds, options.all),
      );
    });
}

/** So many for which nobody waits are listed unless all are asked for: a program that tries again and again leaves many. */
const FEW = 5;

/** Those that wait first, then the youngest. */
export function listText(all: readonly Hold[], whole = false): string {
  const sorted = all.toSorted((a, b) => b.createdAt - a.createdAt);
  const waiting = sorted.filter((hold) => hold.waiting);
  const others = sorted.filter((hold) => !hold.waiting);
  const shown = whole ? others : others.slice(0, FEW);
  const holds = [...waiting, ...shown];
  const left = others.length - shown.length;
  return [
    table([
      ['CODE', 'SINCE', 'CONTEXT', 'BY', 'RULE', 'CLIENT', 'WHAT'],
      ...holds.map((hold) => [
        bold(hold.code),
        when(hold.createdAt),
        named(hold.context),
        hold.caller?.agent ? mild('agent') : named(hold.person),
        hold.decision.rule,
        hold.waiting ? mild('waits') : faint('may ask again'),
        clean(whatOf(hold)),
      ]),
    ]),
    ...(left > 0 ? [faint(`and ${left} older ones for which no client waits: toolcrib held --all`)] : []),
    '',
    'toolcrib held CODE shows one; toolcrib approve CODE lets it go, toolcrib deny CODE does not.',
  ].join('\n');
}

export function whatOf({ effect, envelope }: Hold): string {
  const more = envelope ? ` (+ ${envelope.uids.length - 1} more)` : '';
  return kindOf(effect).typed(effect, more);
}

/** What the act had taken before it was held, and the way back. */
export function wentLines({ before = [], actId }: Hold): string[] {
  if (before.length === 0) return [];
  return [
    `Before that, this act has done: ${clean(before.join(', '))}.`,
    `  toolcrib undo ${actId}   takes it back`,
  ];
}

/** Who asks and how: a yes is for that too. */
export function askedLines(hold: Hold): string[] {
  const how = howAsked(hold.effect);
  const by = clean(whoAsks(hold));
  return [
    `by ${hold.caller?.agent ? mild(by) : by}`,
    // Never faint: it is what makes the same delete another one.
    ...(how === '' ? [] : [mild(how)]),
  ];
}

/**
 * Everything that a person needs to say yes or no.
 * @param now ms since 1970: of one whose time is over it is said that it can't be answered
 */
export function holdText(hold: Hold, now: number = Date.now()): string {
  const { decision, code, envelope } = hold;
  const lines = [
    `${bold(code)}  ${clean(whatOf(hold))}  ${faint(`in ${named(hold.context)}`)}`,
    ...askedLines(hold),
    `${mild(`rule ${decision.rule}`)}: ${clean(decision.reason)}`,
    '',
    tree(hold.radius, {
      palette,
      width: width(),
      unicode: true,
      notKept: netOf(hold) === 'none',
    }).trimEnd(),
    '',
  ];
  const more = hold.untold === undefined ? [] : [clean(untoldText(hold.untold))];
  lines.splice(lines.indexOf(''), 0, ...wentLines(hold), ...more);
  if (envelope) {
    lines.push(
      `One approval covers up to ${envelope.uids.length} requests like this of the same kubectl call (an envelope), only for the objects shown, for two minutes.`,
      '',
    );
  }
  if (hold.state !== 'open') {
    lines.push(...overLines(hold, now));
    if (isYesLost(hold)) lines.push(`Of that yes ${LOST}: send it again, and it is held anew.`);
    return lines.join('\n');
  }
  const over = overLines(hold, now);
  if (over.length > 0) return [...lines, ...over].join('\n');
  const net = hold.needsName ? ` --without-net ${shellWord(hold.needsName)}` : '';
  // What could not be kept at all is never softened; what was not wholly seen may still be kept in part.
  if (netOf(hold) === 'none') {
    lines.push(
      'It could not be kept, so there would be no undo:',
      `  toolcrib approve ${code} --as-sent${net}`,
    );
    return lines.join('\n');
  }
  if (net) {
    lines.push(
      "Not everything was seen (!). What was not can't be kept, and no undo brings it back: so it goes",
      'without a net, for which its name has to be typed.',
    );
  }
  const { softening } = decision;
  lines.push(
    softening?.possible
      ? `  toolcrib approve ${code} --softened${net}   ${faint(softening.how === 'orphan-first' ? 'its Pods keep running; can be undone without a restart' : 'the data is kept: volumes are set to Retain first, then it goes')}`
      : `  ${faint(`can't be softened: ${clean(softening?.why ?? 'this can only go as it was sent')}`)}`,
    `  toolcrib approve ${code} --as-sent${net}    ${faint('everything above goes; what can be is kept for an undo')}`,
    `  toolcrib deny ${code}`,
  );
  return lines.join('\n');
}

/** Why it can't be answered, since when, and what next: as `approve` says it. */
function overLines(hold: Hold, now: number): string[] {
  const over = whyOver(hold, now);
  return over ? [clean(over.message), `  → ${over.next}`] : [];
}
