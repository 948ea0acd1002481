import type { Command } from 'commander';
import type { Act, Journal, RequestRecord, SoftenRecord, UndoRecord } from '../model/index.ts';
import { openOwnJournal, paths } from './setup.ts';
import {
  bad,
  bold,
  clean,
  dateTime,
  faint,
  good,
  integer,
  mild,
  type Output,
  print,
  table,
  when,
  withOutput,
  zone,
} from './terminal.ts';

export interface ActStory {
  act: Act;
  requests: RequestRecord[];
  softenings: SoftenRecord[];
  undos: UndoRecord[];
}

/** `toolcrib log [ACT]` */
export function registerLog(program: Command): void {
  withOutput(program.command('log'))
    .argument('[act]', 'one act with all its requests')
    .description('What was asked, what was decided, and what became of it. Works when the guard is dead.')
    .option('--context <name>', 'only this context')
    .option('-n, --limit <count>', 'at most so many acts', integer(1), 20)
    .action(
      async (actId: string | undefined, options: { context?: string; limit: number; output: Output }) => {
        const journal = await openOwnJournal();
        try {
          if (actId !== undefined) {
            const { knownAct } = await import('../app/acts.ts');
            const story = await storyOf(journal, await knownAct(journal, actId));
            return print(options.output, story, () => storyText(story));
          }
          const acts = await journal.acts({ context: options.context, limit: options.limit });
          const stories = await Promise.all(acts.map((act) => storyOf(journal, act)));
          if (stories.length === 0 && options.context !== undefined) await knownContext(options.context);
          print(options.output, stories, () =>
            stories.length > 0
              ? listText(stories)
              : `No acts yet${options.context ? ' in that context' : ''}.`,
          );
        } finally {
          await journal.close();
        }
      },
    );
}

/**
 * That nothing was found of a context says something only where there is such a context.
 * @throws ToolcribError `unknown-context`
 */
async function knownContext(context: string): Promise<void> {
  const { loadPerson } = await import('../app/person-kubeconfig.ts');
  const person = loadPerson(paths(), process.env);
  if (!person.contextNames.includes(context)) person.context(context);
}

async function storyOf(journal: Journal, act: Act): Promise<ActStory> {
  const [requests, softenings, undos] = await Promise.all([
    journal.requests({ actId: act.id }),
    journal.softenings({ actId: act.id }),
    journal.undos(act.id),
  ]);
  return { act, requests, softenings, undos };
}

function listText(stories: readonly ActStory[]): string {
  return table([
    [`WHEN (${zone(new Date())})`, 'ACT', 'BECAME', 'RULES', 'TOOL', 'CONTEXT', 'WHAT'],
    ...stories.map((story) => [
      dateTime(story.act.startedAt).slice(0, 16),
      bold(story.act.id),
      outcomeOf(story),
      severityOf(story),
      clean(toolOf(story.act)).slice(0, 14),
      clean(story.act.context),
      clean(story.act.title) +
        (story.requests.length > 1 ? faint(` and ${story.requests.length - 1} more`) : ''),
    ]),
  ]);
}

/** What the rules say of its worst request, whatever the mode made of that. */
export function severityOf({ requests }: Pick<ActStory, 'requests'>): string {
  const verdicts = new Set(requests.map(({ decision }) => decision.wouldBe ?? decision.then));
  if (verdicts.has('deny')) return bad('deny');
  if (verdicts.has('hold')) return bad('hold');
  return verdicts.has('warn') ? mild('warn') : faint('calm');
}

function toolOf({ caller }: Act): string {
  const { tool, claim } = caller;
  return tool
    ? `${tool.name}${tool.version ? ` ${tool.version}` : ''}`
    : (claim.name ?? (claim.userAgent.slice(0, 20) || '?'));
}

/** In one or two words: what stands at the end of the act. */
export function outcomeOf({ requests, softenings, undos }: ActStory): string {
  const undo = undoneText(undos);
  if (undo !== undefined) return undo;
  if (softenings.some(({ state }) => state === 'softened')) return mild('softened');
  if (softenings.some(({ state }) => state === 'finished')) return 'finished';
  const states = new Set(requests.map(({ state }) => state));
  if (states.has('unsettled') || states.has('kept')) return bad('unsettled');
  if (states.has('failed')) return bad('failed');
  if (states.has('held')) return mild('held');
  if (states.has('without-net')) return bad('without a net');
  if (states.has('answered') || states.has('carried-out')) return 'carried out';
  if (states.has('not-carried-out')) return 'not carried out';
  if (states.has('not-sent')) return 'not sent';
  return 'refused';
}

/** "undone" is a promise that everything is back: a conflict breaks it as a failure does. */
function undoneText(undos: readonly UndoRecord[]): string | undefined {
  const tried = undos.filter(({ kind, results }) => kind === 'undo' && results.length > 0);
  const whole = tried.some(({ results }) =>
    results.every(({ result }) => !['failed', 'conflict', 'unknown'].includes(result)),
  );
  if (whole) return good('undone');
  const some = tried.some(({ results }) => results.some(({ result }) => result === 'done'));
  return some ? bad('partly undone') : undefined;
}

function storyText({ act, requests, softenings, undos }: ActStory): string {
  const { caller } = act;
  const lines = [
    `${bold(act.id)}  ${clean(act.title)}`,
    `${dateTime(act.startedAt)}  in ${clean(act.context)}, by ${clean(caller.person)} with ${clean(caller.claim.userAgent || '(no User-Agent)')}`,
    ...(caller.command ? [`command  ${clean(caller.command)}`] : []),
    '',
    ...requests.flatMap((request) => [
      `${when(request.at)}  ${stateText(request)}  ${request.method} ${clean(request.path)}`,
      faint(`          ${decisionText(request)}${request.note ? `; ${clean(request.note)}` : ''}`),
      ...unseenLines(request),
    ]),
  ];
  for (const record of softenings) {
    const { owner, state, finishAfter, left, how } = record;
    const what = `${owner.kind} ${owner.namespace ?? ''}/${owner.name}`;
    const kept = `, its data is kept until: toolcrib finish ${act.id}`;
    const more = `, ${left.length} objects left, finishes ${when(finishAfter)}`;
    const ends = state !== 'softened' ? '' : how === 'retain-first' ? kept : more;
    lines.push(
      '',
      `softened: ${clean(what)}: ${state}${ends}${record.note ? ` (${clean(record.note)})` : ''}`,
    );
  }
  for (const undo of undos) {
    lines.push('', `${undo.kind} at ${when(undo.at)} by ${clean(undo.by)}`, resultsText(undo.results));
  }
  const open = requests.some(({ state }) =>
    ['answered', 'softened', 'carried-out', 'failed', 'unsettled'].includes(state),
  );
  if (open && undos.length === 0) lines.push('', `Undo: toolcrib undo ${act.id}`);
  return lines.join('\n');
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
