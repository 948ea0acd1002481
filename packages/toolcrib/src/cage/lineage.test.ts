import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessSeen } from '../laptop/processes.ts';
import { lineageOf, mayBeOf, type RunProcess } from './lineage.ts';

const AGENT: RunProcess = { id: 'run-a', pid: 300, start: 500, agent: true };
const TOOL: RunProcess = { id: 'run-t', pid: 300, start: 500, agent: false };

type Row = [pid: number, parent: number, session: number, start: number, more?: Partial<ProcessSeen>];
const table = (...rows: Row[]) => {
  const all = new Map(
    rows.map(([pid, parent, session, start, more]) => [
      pid,
      { pid, parent, session, start, name: 'x', uid: 1000, ...more } satisfies ProcessSeen,
    ]),
  );
  return (pid: number) => all.get(pid);
};
const pts = { terminal: 'pts/1' };
const root = { uid: 0 };
/** The system's first process, the person's session manager, a terminal program, and the shell where the run was typed. */
const MACHINE: Row[] = [
  [1, 0, 1, 0, root],
  [50, 1, 50, 10],
  [60, 1, 60, 10, root],
  [100, 50, 100, 100],
  [200, 100, 200, 200, pts],
  [300, 200, 200, 500, pts],
  [310, 300, 200, 501, pts],
];

test('whose process it is, while an agent runs', () => {
  const cases: [what: string, rows: Row[], expected: string][] = [
    ["the agent's own child", [[9, 310, 200, 600, pts]], 'run'],
    [
      'one in a session of its own below it',
      [
        [8, 310, 8, 600],
        [9, 8, 8, 601],
      ],
      'run',
    ],
    ['the shell outside, where the run was typed', [[9, 200, 200, 600, pts]], 'person'],
    [
      'another terminal of before',
      [
        [210, 100, 210, 200, pts],
        [9, 210, 210, 600, pts],
      ],
      'person',
    ],
    [
      'a window opened since',
      [
        [210, 100, 210, 590, pts],
        [9, 210, 210, 600, pts],
      ],
      'person',
    ],
    [
      'a terminal program opened since, by the session manager',
      [
        [101, 50, 101, 580],
        [210, 101, 210, 590, pts],
        [9, 210, 210, 600, pts],
      ],
      'person',
    ],
    [
      'a login without a terminal',
      [
        [210, 60, 210, 590, root],
        [211, 210, 210, 591],
        [9, 211, 210, 600],
      ],
      'person',
    ],
    ['one that came in from outside of the container', [[9, 0, 9, 600]], 'person'],
    ['let go, in a session of its own', [[9, 1, 9, 600]], 'unknown'],
    ['the same, taken in by the session manager', [[9, 50, 9, 600]], 'unknown'],
    ['let go, in the terminal where the run was typed', [[9, 1, 200, 600, pts]], 'unknown'],
    [
      'the same with a shell between',
      [
        [8, 50, 200, 590, pts],
        [9, 8, 200, 600, pts],
      ],
      'unknown',
    ],
    ['let go, with its mark', [[9, 1, 9, 600, { mark: 'run-a' }]], 'run'],
    [
      'let go, its mark in a shell above',
      [
        [8, 1, 8, 590, { mark: 'run-a' }],
        [9, 8, 8, 600],
      ],
      'run',
    ],
    ['with the mark of a run that nobody knows', [[9, 200, 200, 600, { ...pts, mark: 'run-x' }]], 'run'],
    ['a service of before the agent', [[9, 1, 9, 400]], 'person'],
    ['one that is gone', [], 'unknown'],
  ];
  for (const [what, rows, expected] of cases)
    assert.equal(lineageOf(9, [AGENT], table(...MACHINE, ...rows)).of, expected, what);
});

test('in a container whose first process is the shell where the run was typed, or sits at its terminal', () => {
  const container: Row[] = [
    [1, 0, 1, 0, pts],
    [300, 1, 1, 500, pts],
    [310, 300, 1, 501, pts],
  ];
  const job = { ...pts, group: 9, foreground: true };
  const cases: [what: string, more: Partial<ProcessSeen>, expected: string][] = [
    ['what is typed there', job, 'person'],
    ['what the agent let go of, in its own group', { ...job, group: 300 }, 'unknown'],
    ['the same in a group of its own, which has not the terminal', { ...job, foreground: false }, 'unknown'],
    ['where no groups are told', pts, 'unknown'],
  ];
  for (const [what, more, expected] of cases)
    assert.equal(lineageOf(9, [AGENT], table(...container, [9, 1, 1, 600, more])).of, expected, what);
  const below: Row = [9, 210, 1, 600, pts];
  assert.equal(lineageOf(9, [AGENT], table(...container, [210, 1, 1, 100, pts], below)).of, 'person');
  const within = table(...container, [8, 1, 1, 600, { ...job, group: 300 }], [9, 8, 1, 601, pts]);
  assert.equal(lineageOf(9, [AGENT], within).of, 'unknown');
});

test('without an agent, who has let go of his parents is a person, and a run’s own is its own all the same', () => {
  const seen = table(...MACHINE, [8, 1, 8, 600], [9, 310, 200, 600, pts]);
  assert.equal(lineageOf(8, [TOOL], seen).of, 'person');
  assert.deepEqual(lineageOf(9, [TOOL], seen), { of: 'run', id: 'run-t', agent: false });
});

test('who says yes may be of a tool’s run too, as long as that goes on', () => {
  const orphan = table(...MACHINE, [9, 1, 9, 600]);
  const says = (runs: RunProcess[], seen = orphan) => lineageOf(9, runs, seen, mayBeOf(runs)).of;
  assert.equal(says([TOOL]), 'unknown');
  assert.equal(says([{ ...TOOL, ended: true }]), 'person');
  assert.equal(says([AGENT]), 'unknown');
  assert.equal(says([{ ...AGENT, ended: true }]), 'unknown');
  // Of before it, at a terminal of its own, or started by a daemon of root's: nobody of the run's.
  assert.equal(says([TOOL], table(...MACHINE, [9, 1, 9, 400])), 'person');
  const window = table(...MACHINE, [210, 100, 210, 590, pts], [9, 210, 210, 600, pts]);
  assert.equal(says([TOOL], window), 'person');
});

test('a pid that was given to another process is no run’s head, nor is that of a run that ended', () => {
  const seen = table(...MACHINE, [9, 300, 200, 600, pts]);
  assert.equal(lineageOf(9, [{ ...AGENT, start: 499 }], seen).of, 'person');
  assert.equal(lineageOf(9, [{ ...TOOL, ended: true }], seen).of, 'person');
});
