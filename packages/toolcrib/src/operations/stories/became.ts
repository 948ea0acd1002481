import { titleOf } from '@toolcrib/guard/act/group';
import { neverSent, tookNothing } from '@toolcrib/guard/effects/took-nothing';
import type { RequestRecord, UndoRecord } from '@toolcrib/model';
import type { ActFacts, Outcome, Severity } from './story.ts';

const plain = (word: Outcome['word']): Outcome => ({ word, tone: 'plain' });
const good = (word: Outcome['word']): Outcome => ({ word, tone: 'good' });
const mild = (word: Outcome['word']): Outcome => ({ word, tone: 'mild' });
const bad = (word: Outcome['word']): Outcome => ({ word, tone: 'bad' });

/** What stands at the end of the act. @param now ms since 1970 */
export function outcomeOf(story: ActFacts, now = Date.now()): Outcome {
  // The record that is missing may be the one that says it.
  if (story.newer || story.damaged) return mild('not known here');
  const undo = undoneOf(story);
  if (undo !== undefined) return undo;
  const { requests, softenings } = story;
  if (softenings.some(({ state }) => state === 'softened')) return mild('softened');
  if (softenings.some(({ state }) => state === 'finished')) return plain('finished');
  const progress = progressOf(story, now);
  if (progress !== undefined) return { ...mild('under way'), more: progress };
  const states = new Set(requests.map(({ state }) => state));
  if (states.has('unsettled') || states.has('kept')) return bad('unsettled');
  if (states.has('failed')) return bad('failed');
  if (states.has('held')) return mild(story.answerable === false ? 'held, lapsed' : 'held');
  if (states.has('without-net')) return bad('without a net');
  if (states.has('answered') || states.has('carried-out')) {
    // What the cluster answered with a no took nothing either.
    if (wentOf(story).length === 0) return plain('not carried out');
    return refusedOf(story).length > 0 ? mild('partly') : plain('carried out');
  }
  if (states.has('softened')) return plain('softened');
  if (states.has('not-carried-out')) return plain('not carried out');
  if (states.has('not-sent')) return plain('not sent');
  const { elsewhere = [] } = story;
  return elsewhere.length === 0
    ? plain('refused')
    : { ...plain('refused'), more: `see ${elsewhere.join(', ')}` };
}

/** What the rules say of its worst request, whatever the mode made of that. */
export function severityOf({ requests }: Pick<ActFacts, 'requests'>): Severity {
  const verdicts = new Set(requests.map(({ decision }) => decision.wouldBe ?? decision.then));
  const worst = (['deny', 'hold', 'warn'] as const).find((verdict) => verdicts.has(verdict));
  return worst ?? 'calm';
}

/** Whether an undo may bring something of it back. */
export function isUndoable(story: ActFacts): boolean {
  const open = story.requests.some(({ state }) =>
    ['answered', 'softened', 'carried-out', 'failed', 'unsettled'].includes(state),
  );
  const finished = story.undos.some(({ kind }) => kind === 'finish');
  return open && !finished && !story.newer && !wholeUndo(story);
}

/** The last word of an act that goes on is never older. Milliseconds. */
const GOES_ON = 10_000;

/** Of an act that goes through many and is under way: how far it is. undefined where it is not, or nothing tells. */
export function progressOf({ act, requests }: ActFacts, now: number): string | undefined {
  const { expected, lastAt } = act;
  if (
    expected === undefined ||
    expected < 2 ||
    now - lastAt > GOES_ON ||
    !requests.some(({ state }) => state === 'kept')
  )
    return undefined;
  const ended = requests.filter(({ state }) => state !== 'kept' && state !== 'held').length;
  return `${ended} of ${expected}`;
}

/**
 * "undone" is a promise that everything is back: a conflict breaks it as a failure does, and so does what the act took after
 * it was undone. What was softened and then made again is back without an undo.
 */
function undoneOf(story: ActFacts): Outcome | undefined {
  if (wholeUndo(story)) return good('undone');
  const some = tried(story.undos).some(
    (undo) => isWhole(undo) || undo.results.some(({ result }) => result === 'done'),
  );
  if (some) return bad('partly undone');
  const again = madeAgain(story);
  if (again.length === 0) return undefined;
  return again.length === wentOf(story).length ? good('undone (made again)') : bad('partly undone');
}

/** Whether everything that the act took is back by an undo. */
function wholeUndo(story: ActFacts): boolean {
  return tried(story.undos).some((undo) => isWhole(undo) && !tookAfter(story, undo));
}

const tried = (undos: readonly UndoRecord[]): UndoRecord[] =>
  undos.filter(({ kind, results }) => kind === 'undo' && results.length > 0);

const isWhole = ({ results }: UndoRecord): boolean =>
  results.every(({ result }) => !['failed', 'conflict', 'unknown'].includes(result));

const tookAfter = (story: ActFacts, { at }: UndoRecord): boolean =>
  wentOf(story).some((request) => request.at > at);

/** Requests that were softened, and whose object somebody made again in their window. */
function madeAgain({ requests, softenings }: ActFacts): RequestRecord[] {
  const undone = new Set(
    softenings.filter(({ state }) => state === 'undone').map(({ requestId }) => requestId),
  );
  return requests.filter(({ id }) => undone.has(id));
}

function wentOf({ requests, softenings }: ActFacts): RequestRecord[] {
  // What was judged ahead nobody has asked for yet, as far as is known here.
  return requests.filter((request) => !request.ahead && tookNothing(request, softenings) === undefined);
}

/** What was asked for and never sent, and did not go with another try either. As titles. */
function refusedOf(story: ActFacts): string[] {
  const went = new Set(titles(wentOf(story)));
  return titles(story.requests.filter((request) => neverSent(request) !== undefined)).filter(
    (title) => !went.has(title),
  );
}

const titles = (requests: readonly RequestRecord[]): string[] => [
  ...new Set(requests.map(({ effect }) => titleOf(effect))),
];

/**
 * What people read as what an act was. Its own title names its worst part; where something of it went, what went is named
 * and counted, and what was refused is told apart.
 */
export function titleNow(story: ActFacts): string {
  const { title } = story.act;
  const went = titles(wentOf(story));
  const refused = refusedOf(story);
  if (went.length === 0) return counted(title, titles(story.requests));
  const named = counted(title, went);
  return refused.length === 0 ? named : `${named}; ${notSentWord(story)}: ${counted(title, refused)}`;
}

function notSentWord({ requests, answerable }: ActFacts): string {
  const open = answerable !== false && requests.some(({ state }) => state === 'held');
  return open ? 'held' : 'refused';
}

/** The act's own title stands first where it is one of them. */
function counted(title: string, all: readonly string[]): string {
  const first = all.includes(title) ? title : (all[0] ?? title);
  return all.length > 1 ? `${first} and ${all.length - 1} more` : first;
}
