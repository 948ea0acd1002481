import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type ProcessSeen, processSeen } from '../laptop/processes.ts';
import { answeredFrom, lineageOf, mayAnswer, type RunProcess } from './lineage.ts';

// Who says yes, with this very process as the one that asks.

const own = process.pid;
/** Above what Linux and macOS give. */
const NOBODY = 2 ** 22 + 7;
const run = (agent: boolean): RunProcess => ({ id: 'run-x', pid: own, agent });

test('a person may answer; what belongs to a run may not, and is told whose it is', () => {
  mayAnswer(own, [], 'approved');
  mayAnswer(own, [{ ...run(true), pid: NOBODY }], 'approved');
  for (const agent of [true, false])
    assert.throws(() => mayAnswer(own, [run(agent)], 'approved'), {
      code: 'conflict',
      message: `Nothing was approved: who asks belongs to the run run-x${agent ? ' of an agent' : ''}, and nobody says yes to himself.`,
      next: 'Say it in your own terminal, outside of any toolcrib run.',
    });
});

test('who can’t be told is nobody, and what next is said by what is missing', () => {
  assert.throws(() => mayAnswer(undefined, [], 'stopped'), {
    code: 'conflict',
    message: "Nothing was stopped: it can't be told whose process asks (it does not show which one it is).",
    next: /toolcrib guard status$/,
  });
  assert.throws(() => mayAnswer(NOBODY, [], 'stopped'), {
    code: 'conflict',
    message: `Nothing was stopped: it can't be told whose process asks (process ${NOBODY} is not there any more).`,
    next: /in your own terminal/,
  });
});

test('where an answer came from: the process, its terminal, its parent, and its run', () => {
  const terminal = processSeen(own)?.terminal;
  const told = { pid: own, ...(terminal === undefined ? {} : { terminal }), under: nameOfParent() };
  assert.deepEqual(answeredFrom(own, []), told);
  assert.deepEqual(answeredFrom(own, [run(true)]), { ...told, run: 'run-x' });
  assert.equal(answeredFrom(undefined, []), undefined);
  assert.equal(answeredFrom(NOBODY, []), undefined);
});

function nameOfParent(): string | undefined {
  return process.platform === 'linux'
    ? readFileSync(`/proc/${process.ppid}/comm`, 'utf8').trimEnd()
    : processSeen(process.ppid)?.name;
}

const seen = (...rows: [pid: number, parent: number, session: number, start: number, more?: object][]) => {
  const all = rows.map(([pid, parent, session, start, more]) => ({
    ...{ pid, parent, session, start, name: 'x', uid: 1000 },
    ...more,
  }));
  return (pid: number): ProcessSeen | undefined => all.find((one) => one.pid === pid);
};
const AGENT: RunProcess = { id: 'run-a', pid: 300, start: 500, agent: true };

test('above what can be seen of a container is nobody to be told of', () => {
  assert.deepEqual(lineageOf(9, [], seen([9, 1, 9, 600])), { of: 'person' });
  assert.equal(lineageOf(9, [], seen([9, 2, 9, 600])).of, 'unknown');
});

test('a mark says whose it is, and an agent’s where nobody remembers the run', () => {
  const marked = (mark: string) =>
    lineageOf(9, [AGENT, { ...AGENT, id: 'run-t', agent: false }], seen([9, 1, 9, 600, { mark }]));
  assert.deepEqual(marked('run-a'), { of: 'run', id: 'run-a', agent: true });
  assert.deepEqual(marked('run-t'), { of: 'run', id: 'run-t', agent: false });
  assert.deepEqual(marked('run-z'), { of: 'run', id: 'run-z', agent: true });
});

test('what root itself let go of may have been taken in by a daemon of his; who only has a window above sits in none', () => {
  const root = { uid: 0 };
  const daemon: Parameters<typeof seen> = [
    [1, 0, 1, 0, root],
    [60, 1, 60, 10, root],
  ];
  assert.equal(lineageOf(9, [AGENT], seen(...daemon, [9, 60, 9, 600])).of, 'person');
  assert.equal(lineageOf(9, [AGENT], seen(...daemon, [9, 60, 9, 600, root])).of, 'unknown');
  const window = seen(
    [1, 0, 1, 0],
    [100, 1, 100, 100],
    [210, 100, 210, 590, { terminal: 'pts/2' }],
    [9, 210, 210, 600],
  );
  assert.equal(lineageOf(9, [AGENT], window).of, 'unknown');
});
