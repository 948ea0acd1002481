import { whoAsks } from '@toolcrib/guard/hold/asker';
import {
  type Act,
  contextNameOf,
  type Journal,
  type LeftOut,
  type RequestRecord,
  ToolcribError,
  type UndoRecord,
} from '@toolcrib/model';
import type { Command } from 'commander';
import { answersOf, answerText } from './answers.ts';
import { type ActStory, outcomeOf, titleNow, wholeUndo } from './became.ts';
import { guard, openOwnJournal, paths } from './setup.ts';
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
  say,
  table,
  when,
  withOutput,
  zone,
} from './terminal.ts';

/** `toolcrib log [ACT]` */
export function registerLog(program: Command): void {
  withOutput(program.command('log'))
    .argument('[act]', 'one act with all its requests')
    .description('What was asked, what was decided, and what became of it. Works when the guard is dead.')
    .option('--context <name>', 'only this context; also one that no kubeconfig has any more')
    .option('-n, --limit <count>', 'at most so many acts', integer(1), 20)
    .action(
      async (actId: string | undefined, options: { context?: string; limit: number; output: Output }) => {
        const journal = await openOwnJournal();
        try {
          if (actId !== undefined) {
            const { knownAct } = await import('@toolcrib/guard/undo/act');
            const act = await knownAct(journal, actId);
            const told = await storyOf(journal, act, answerableActs);
            // Not for each line of a list: holds carry all that was shown.
            const more = newerOnes();
            const answers = answersOf(await journal.holds({ actId: act.id }, more.leftOut));
            const newer = [...new Set([...(told.newer ?? []), ...more.found])];
            const story = {
              ...told,
              ...(answers.length > 0 ? { answers } : {}),
              ...(newer.length > 0 ? { newer } : {}),
            };
            return print(options.output, story, () => storyText(story));
          }
          const { found: newer, leftOut } = newerOnes();
          const wanted = { ...inContext(options.context), limit: options.limit };
          const acts = await journal.acts(wanted, leftOut);
          let asked: ReturnType<typeof answerableActs> | undefined;
          const answerable = () => {
            asked ??= answerableActs();
            return asked;
          };
          const stories = await Promise.all(acts.map((act) => storyOf(journal, act, answerable)));
          if (stories.length === 0 && newer.length === 0 && options.context !== undefined)
            await knownContext(options.context, journal);
          print(options.output, stories, () =>
            stories.length > 0 || newer.length > 0
              ? listText(stories)
              : `No acts yet${options.context ? ' in that context' : ''}.`,
          );
          newer.push(...stories.flatMap((story) => story.newer ?? []));
          for (const line of newer.slice(0, TOLD)) say(line);
          if (newer.length > TOLD)
            say(`${newer.length - TOLD} more records were written by a newer toolcrib.`);
          if (newer.length > 0) say(UPDATE);
        } finally {
          await journal.close();
        }
      },
    );
}

/** So many are told by name. */
const TOLD = 3;
const UPDATE = '  → Update toolcrib to read them. They were left as they are, and nothing is damaged.';

/** Collects what a newer toolcrib wrote: the log tells it, and goes on. */
function newerOnes(): { found: string[]; leftOut: LeftOut } {
  const found: string[] = [];
  return { found, leftOut: ({ message }) => found.push(message) };
}

/** A name stands for all that it means in the terminals; with a mark it is one of these. */
function inContext(given: string | undefined): { context?: string; contextName?: string } {
  if (given === undefined) return {};
  return contextNameOf(given) === given ? { contextName: given } : { context: given };
}

/**
 * That nothing was found of a context says something only where there is such a context.
 * @throws ToolcribError `unknown-context`, `no-kubeconfig`, `bad-file`
 */
async function knownContext(context: string, journal: Journal): Promise<void> {
  const { loadPerson } = await import('../../laptop/person-kubeconfig.ts');
  try {
    const person = loadPerson(paths(), process.env);
    if (!person.contextNames.includes(context)) person.context(context);
  } catch (error) {
    if (!(error instanceof ToolcribError) || !['unknown-context', 'no-kubeconfig'].includes(error.code))
      throw error;
    const known = (await journal.acts()).map((act) => contextNameOf(act.context));
    if (known.length === 0) throw error;
    const { listed } = await import('@toolcrib/guard/cluster');
    const next = `${error.next ?? ''}\n  → In the log are: ${listed(context, known)}.`;
    throw new ToolcribError(error.code, error.message, { cause: error, next });
  }
}

/** The acts of which the guard still has an open hold; none where no guard runs. undefined where it does not answer. */
async function answerableActs(): Promise<Set<string> | undefined> {
  try {
    const holds = await (await guard()).holds();
    return new Set(holds.filter(({ state }) => state === 'open').map(({ actId }) => actId));
  } catch (error) {
    return error instanceof ToolcribError && error.code === 'not-running' ? new Set() : undefined;
  }
}

async function storyOf(journal: Journal, act: Act, answerable: typeof answerableActs): Promise<ActStory> {
  const { found: newer, leftOut } = newerOnes();
  const [requests, softenings, undos] = await Promise.all([
    journal.requests({ actId: act.id }, leftOut),
    journal.softenings({ actId: act.id }, leftOut),
    journal.undos(act.id, leftOut),
  ]);
  const held = requests.some(({ state }) => state === 'held');
  const known = held ? await answerable() : undefined;
  const refused = requests.some(({ state }) => state === 'refused');
  const { wentElsewhere } = await import('@toolcrib/guard/undo/elsewhere');
  const elsewhere = refused ? await wentElsewhere(journal, act, leftOut) : [];
  const more = elsewhere.length > 0 ? { elsewhere } : {};
  return {
    act,
    requests,
    softenings,
    undos,
    ...more,
    ...(newer.length > 0 ? { newer } : {}),
    ...(known && held ? { answerable: known.has(act.id) } : {}),
  };
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
      clean(titleNow(story)),
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

function storyText(story: ActStory): string {
  const { act, requests, softenings, undos } = story;
  const { caller } = act;
  const asked = requests.filter(({ ahead }) => !ahead);
  const next = requests.length - asked.length;
  const lines = [
    `${bold(act.id)}  ${clean(titleNow(story))}  ${outcomeOf(story)}`,
    `${dateTime(act.startedAt)}  in ${clean(act.context)}, by ${whoAsked(story)} (${clean(caller.claim.userAgent || 'no User-Agent')})`,
    ...(caller.command ? [`command  ${clean(caller.command)}`] : []),
    '',
    ...asked.flatMap((request) => [
      `${when(request.at)}  ${stateText(request)}${lapsed(story, request)}  ${request.method} ${clean(request.path)}`,
      faint(`          ${decisionText(request)}${request.note ? `; ${clean(request.note)}` : ''}`),
      ...unseenLines(request),
    ]),
    ...(next > 0 ? [faint(`${next} more are kept already, and go as soon as they are asked for`)] : []),
  ];
  for (const line of story.newer ?? []) lines.push('', mild(clean(line)));
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
    lines.push('', `${undo.kind} at ${when(undo.at)} by ${clean(undo.by)}`, resultsText(undo.results));
  }
  const open = requests.some(({ state }) =>
    ['answered', 'softened', 'carried-out', 'failed', 'unsettled'].includes(state),
  );
  const finished = undos.some(({ kind }) => kind === 'finish');
  for (const id of story.elsewhere ?? [])
    lines.push('', `What was held here was sent again, and went in another act. Undo: toolcrib undo ${id}`);
  if (open && !finished && !story.newer && !wholeUndo(story)) lines.push('', `Undo: toolcrib undo ${act.id}`);
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
