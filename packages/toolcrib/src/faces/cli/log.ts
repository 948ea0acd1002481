import { whoAsks } from '@toolcrib/guard/hold/asker';
import type { Act, RequestRecord, UndoRecord } from '@toolcrib/model';
import { shellWord } from '@toolcrib/model/commands';
import type { Command } from 'commander';
import type { z } from 'zod';
import type { log as logOperation } from '../../operations/log.ts';
import type { ActStory, Outcome, Severity } from '../../operations/stories/story.ts';
import { answerText } from './answers.ts';
import { explained } from './help.ts';
import { call } from './setup.ts';
import {
  bad,
  bold,
  clean,
  dateTime,
  faint,
  good,
  integer,
  mild,
  named,
  type Output,
  print,
  say,
  table,
  when,
  withOutput,
  zone,
} from './terminal.ts';

/** So many acts, unless said otherwise. */
const LIMIT = 20;

/** `toolcrib log [ACT]` */
export function registerLog(program: Command): void {
  withOutput(
    explained(program.command('log'), {
      examples: [
        ['toolcrib log', 'the last twenty acts, newest first'],
        ['toolcrib log act-7k2m9cx', 'what that dashboard really did'],
        ['toolcrib log --context prod -n 100', 'more, of one cluster'],
        ['toolcrib log -o json', 'for a report'],
      ],
    }),
  )
    .argument('[act]', 'one act with all its requests')
    .description('What was asked, what was decided, and what became of it. Works when the guard is dead.')
    .option('--context <name>', 'only this context; also one that no kubeconfig has any more')
    .option('-n, --limit <count>', 'at most so many acts', integer(1, 1000), LIMIT)
    .option('--before <act>', 'only acts that are older than this one')
    .action(
      async (
        actId: string | undefined,
        options: { context?: string; limit: number; before?: string; output: Output },
      ) => {
        if (actId !== undefined) {
          const { act } = await import('../../operations/act.ts');
          const story = await call(act, { act: actId });
          return print(options.output, story, () => storyText(story));
        }
        const { log } = await import('../../operations/log.ts');
        const { context, limit, before } = options;
        const page = await call(log, { context, limit, before });
        print(options.output, page.stories, () => pageText(page, { context, limit, before }));
        for (const line of leftOutLines(page)) say(line);
      },
    );
}

type Page = z.output<typeof logOperation.output>;

/** A page of the list, or that there is none. */
export function pageText(
  { stories, older, newer, damaged }: Page,
  { context, limit, before }: { context?: string; limit?: number; before?: string },
): string {
  // What could not be read is told beside it: it was there.
  return stories.length > 0 || newer.length > 0 || damaged.length > 0
    ? listText(stories, older, { context, limit })
    : `No ${before ? 'older acts' : 'acts yet'}${context ? ' in that context' : ''}.`;
}

/** Of what could not be read a few are told by name, and what next. */
export function leftOutLines({ stories, newer, damaged }: Page): string[] {
  const of = (key: 'newer' | 'damaged') => stories.flatMap((story) => story[key] ?? []);
  return [
    ...someOf([...newer, ...of('newer')], 'were written by a newer toolcrib', UPDATE),
    ...someOf([...damaged, ...of('damaged')], 'are damaged', HARMED),
  ];
}

function someOf(lines: readonly string[], what: string, next: string): string[] {
  if (lines.length === 0) return [];
  const rest = lines.slice(TOLD).length;
  return [...lines.slice(0, TOLD), ...(rest === 0 ? [] : [`${rest} more records ${what}.`]), next];
}

/** So many are told by name. */
const TOLD = 3;
const HARMED =
  '  → They are left as they are; the others are all here. A backup of the journal may have them whole.';
const UPDATE = '  → Update toolcrib to read them. They were left as they are, and nothing is damaged.';

const TONES: Record<Outcome['tone'], (text: string) => string> = { plain: (text) => text, good, mild, bad };

/** In one or two words: what stands at the end of the act. */
export function outcomeText({ word, tone, more }: Outcome): string {
  return TONES[tone](more === undefined ? word : `${word}, ${more}`);
}

const SEVERITIES: Record<Severity, (text: string) => string> = {
  deny: bad,
  hold: bad,
  warn: mild,
  calm: faint,
};

/**
 * One line an act; `older`: there are more behind them.
 * @param asked by what they were chosen: the older ones are to be chosen by the same
 */
export function listText(
  stories: readonly ActStory[],
  older: boolean,
  asked: { context?: string; limit?: number } = {},
): string {
  const list = table([
    [`WHEN (${zone(new Date())})`, 'ACT', 'BECAME', 'RULES', 'TOOL', 'CONTEXT', 'WHAT'],
    ...stories.map((story) => [
      dateTime(story.act.startedAt).slice(0, 16),
      bold(story.act.id),
      outcomeText(story.became),
      SEVERITIES[story.severity](story.severity),
      clean(toolOf(story.act)).slice(0, 14),
      named(story.act.context),
      clean(story.title),
    ]),
  ]);
  return older ? `${list}\n\nOlder ones: ${olderCommand(stories.at(-1)?.act.id ?? '', asked)}` : list;
}

function olderCommand(
  before: string,
  { context, limit = LIMIT }: { context?: string; limit?: number },
): string {
  const same = [
    ...(context === undefined ? [] : ['--context', shellWord(context)]),
    ...(limit === LIMIT ? [] : ['-n', String(limit)]),
  ];
  return ['toolcrib log', ...same, '--before', before].join(' ');
}

/** An agent is told as one: whoever reads the log did not sit there. */
function whoAsked({ act, requests }: ActStory): string {
  const as = requests.find((request) => request.as)?.as;
  const who = clean(whoAsks({ person: act.caller.person, caller: act.caller, as }));
  return act.caller.agent ? mild(who) : who;
}

function toolOf({ caller }: Act): string {
  const { tool, claim, agent } = caller;
  const name = tool
    ? `${tool.name}${tool.version ? ` ${tool.version}` : ''}`
    : (claim.name ?? (claim.userAgent.slice(0, 20) || '?'));
  return agent ? `agent, ${name}` : name;
}

/** One act whole: what was asked, decided and said, and what became of it. */
export function storyText(story: ActStory): string {
  const { act, requests, softenings, undos } = story;
  const { caller } = act;
  const asked = requests.filter(({ ahead }) => !ahead);
  const next = requests.length - asked.length;
  const lines = [
    `${bold(act.id)}  ${clean(story.title)}  ${outcomeText(story.became)}`,
    `${dateTime(act.startedAt)}  in ${named(act.context)}, by ${whoAsked(story)} (${clean(caller.claim.userAgent || 'no User-Agent')})`,
    ...(caller.command ? [`command  ${clean(caller.command)}`] : []),
    '',
    ...asked.flatMap((request) => [
      `${when(request.at)}  ${stateText(request)}${lapsed(story, request)}  ${request.method} ${clean(request.path)}`,
      faint(`          ${decisionText(request)}${request.note ? `; ${clean(request.note)}` : ''}`),
      ...unseenLines(request),
    ]),
    ...(next > 0 ? [faint(`${next} more are kept already, and go as soon as they are asked for`)] : []),
  ];
  for (const line of [...(story.newer ?? []), ...(story.damaged ?? [])]) lines.push('', mild(clean(line)));
  for (const answer of story.answers ?? []) lines.push('', answerText(answer));
  for (const record of softenings) {
    const { owner, state, finishAfter, left, how, undoAsked } = record;
    const what = `${owner.kind} ${owner.namespace === undefined ? '' : `${owner.namespace}/`}${owner.name}`;
    const kept = `, its data is kept until: toolcrib finish ${act.id}`;
    const ending =
      undoAsked === undefined
        ? `finishes ${when(finishAfter)}`
        : 'never finished by itself: its undo was asked for';
    const more = `, ${left.length} objects left, ${ending}`;
    const ends = state !== 'softened' ? '' : how === 'retain-first' ? kept : more;
    lines.push(
      '',
      `softened: ${clean(what)}: ${state}${ends}${record.note ? ` (${clean(record.note)})` : ''}`,
    );
  }
  for (const undo of undos) {
    lines.push('', `${undo.kind} at ${when(undo.at)} by ${named(undo.by)}`, resultsText(undo.results));
  }
  for (const id of story.elsewhere ?? [])
    lines.push('', `What was held here was sent again, and went in another act. Undo: toolcrib undo ${id}`);
  if (story.undoable) lines.push('', `Undo: toolcrib undo ${act.id}`);
  return lines.join('\n');
}

/** A hold lives in the guard: one that the guard does not have any more nobody can say yes to. */
function lapsed({ answerable }: ActStory, { state }: RequestRecord): string {
  return state === 'held' && answerable === false
    ? faint(' (nobody can say yes any more: it was never sent)')
    : '';
}

/** Also what enforce would have done, where the mode let it pass. */
function decisionText({ decision }: RequestRecord): string {
  const would = decision.wouldBe
    ? `; enforce would have ${decision.wouldBe === 'hold' ? 'held' : 'denied'} it`
    : '';
  return `rule ${decision.rule}: ${clean(decision.reason)}${would}`;
}

/** What could have gone with it and is in no snapshot. */
function unseenLines({ unseen = [] }: RequestRecord): string[] {
  if (unseen.length === 0) return [];
  const likely = unseen.filter(({ unlikely }) => !unlikely).map(({ kind }) => kind);
  const others = unseen.filter(({ unlikely }) => unlikely).map(({ kind }) => kind);
  const few =
    others.length > 3 ? `${others.slice(0, 3).join(', ')} and ${others.length - 3} more` : others.join(', ');
  return [
    ...(likely.length === 0
      ? []
      : [`          ${mild('not seen, and so not kept')}: ${clean(likely.join(', '))}`]),
    ...(others.length === 0
      ? []
      : [`          ${faint('not looked through, hardly likely')}: ${clean(few)}`]),
  ];
}

function stateText({ state, status }: RequestRecord): string {
  const text = status === undefined ? state : `${state} ${status}`;
  if (state === 'failed' || state === 'unsettled') return bad(text);
  return state === 'held' || state === 'softened' ? mild(text) : text;
}

export function resultsText(results: UndoRecord['results']): string {
  const colour = { done: good, unchanged: faint, skipped: faint, conflict: mild, failed: bad, unknown: bad };
  return table(
    results.map(({ what, result, note }) => [
      `  ${colour[result](result)}`,
      clean(what),
      note ? faint(clean(note)) : '',
    ]),
  );
}
