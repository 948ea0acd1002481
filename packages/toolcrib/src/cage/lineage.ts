import { type AnsweredFrom, ToolcribError } from '@toolcrib/model';
import { type ProcessSeen, processSeen } from '../laptop/processes.ts';

/** A run, and the process at its head. */
export interface RunProcess {
  id: string;
  pid: number;
  /** As `ProcessSeen.start`. */
  start?: number;
  agent: boolean;
  /** Its head has gone: its pid may be another's by now. */
  ended?: true;
}

/** Whose process it is: of a run, somebody's outside of all runs, or one of which that can't be told (`why`). */
export type Lineage =
  | { of: 'run'; id: string; agent: boolean }
  | { of: 'person' }
  | { of: 'unknown'; why: string };

const DEEPEST = 200;

/**
 * Goes up from a process to its parents. Who is started by a run is the run's, however many shells and sessions are in
 * between, and whatever it unsets; and so is who carries a run's mark.
 *
 * Who has let go of its parents *and* of the mark can't be told from a service of the system. While one of the `doubted` runs
 * goes on, such a one is nobody's, unless it began before the run did, or has a terminal of its own.
 * @param doubted the runs of which it may be; else those of agents, also for a while after their end
 */
export function lineageOf(
  pid: number,
  runs: readonly RunProcess[],
  seen: (pid: number) => ProcessSeen | undefined = processSeen,
  doubted: readonly RunProcess[] = runs.filter((run) => run.agent),
): Lineage {
  const chain: ProcessSeen[] = [];
  for (let at = pid; at > 0 && chain.length < DEEPEST; ) {
    const one = seen(at);
    if (!one) {
      // Only the first process of a container has none.
      if (at !== 1) return { of: 'unknown', why: `process ${at} is not there any more` };
      break;
    }
    chain.push(one);
    at = one.parent;
  }
  for (const one of chain) {
    const head = runs.find(
      (run) => !run.ended && run.pid === one.pid && (run.start === undefined || run.start === one.start),
    );
    if (head) return { of: 'run', id: head.id, agent: head.agent };
    if (one.mark !== undefined) {
      const marked = runs.find((run) => run.id === one.mark);
      // Of a run that nobody remembers the cautious side is taken.
      return { of: 'run', id: one.mark, agent: marked?.agent ?? true };
    }
  }
  const began = doubted.flatMap(({ start }) => (start === undefined ? [] : [start]));
  const since = Math.min(...began);
  return began.length > 0 && hasLetGo(chain, since)
    ? { of: 'unknown', why: 'it has no parents that were there before a run began' }
    : { of: 'person' };
}

/** The topmost process that began since: whether the one above it may only have taken it in. */
function hasLetGo(chain: readonly ProcessSeen[], since: number): boolean {
  const young = chain.findLastIndex(({ start }) => start !== undefined && start >= since);
  const [top, above] = [chain[young], chain[young + 1]];
  // From outside of this container.
  if (!top || !above) return false;
  // A process that lost its parent goes to the first one, or to the person's session manager: in another session than its own,
  // but in a container, where the first one may be a shell, or sit at its terminal.
  if (top.session === above.session) return above.pid === 1 && !isTyped(top);
  // A daemon of the system's (sshd, cron) takes nobody in.
  const isDaemons = above.pid !== 1 && above.uid === 0 && chain[0]?.uid !== 0;
  // Whoever sits in a window that was opened since is a person, and so he has its shell above him.
  const sits = chain[0]?.terminal !== undefined && chain.some(({ pid }) => pid === chain[0]?.session);
  return !isDaemons && !sits;
}

/** A shell's own job, as the terminal has it now: what was let go of has the group of another, or not the terminal. */
function isTyped({ pid, group, foreground }: ProcessSeen): boolean {
  return group === pid && foreground === true;
}

/** Of which runs somebody without parents may be who says yes: of an agent's, and of any that goes on. */
export function mayBeOf(runs: readonly RunProcess[]): RunProcess[] {
  return runs.filter((run) => run.agent || !run.ended);
}

/**
 * The process that says yes.
 * @throws ToolcribError `conflict` where that is a run's own, or can't be told
 */
export function mayAnswer(pid: number | undefined, runs: readonly RunProcess[], what: string): void {
  const found: Lineage =
    pid === undefined
      ? { of: 'unknown', why: 'it does not show which one it is' }
      : lineageOf(pid, runs, processSeen, mayBeOf(runs));
  if (found.of === 'person') return;
  const next =
    pid === undefined
      ? "Use the toolcrib of the guard's version, on its machine or in its container: toolcrib guard status"
      : 'Say it in your own terminal, outside of any toolcrib run.';
  if (found.of === 'unknown')
    throw new ToolcribError(
      'conflict',
      `Nothing was ${what}: it can't be told whose process asks (${found.why}).`,
      {
        next,
      },
    );
  const whose = found.agent ? ' of an agent' : '';
  throw new ToolcribError(
    'conflict',
    `Nothing was ${what}: who asks belongs to the run ${found.id}${whose}, and nobody says yes to himself.`,
    { next },
  );
}

/** Where an answer came from, for the journal: not more than the system tells. */
export function answeredFrom(pid: number | undefined, runs: readonly RunProcess[]): AnsweredFrom | undefined {
  const one = pid === undefined ? undefined : processSeen(pid);
  if (!one) return undefined;
  const under = processSeen(one.parent)?.name;
  const found = lineageOf(one.pid, runs);
  return {
    pid: one.pid,
    ...(one.terminal === undefined ? {} : { terminal: one.terminal }),
    ...(under === undefined ? {} : { under }),
    ...(found.of === 'run' ? { run: found.id } : {}),
  };
}
