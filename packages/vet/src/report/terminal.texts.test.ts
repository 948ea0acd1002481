import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Verification } from '../pack/outcome.ts';
import { terminalChanges, terminalReport, terminalVerification, wrap } from './terminal.ts';
import { packWithHistory, result, smallPack } from './testing/small.ts';

const plain = { width: 80, color: false };

test('a report is who, when, by what, a row for each criterion, and what decides', () => {
  assert.equal(
    terminalReport([smallPack()], plain),
    `tool 1.5.0  pkg:npm/tool
assessed 2026-03-23 12:34 UTC against strict
policy policies/trust.yaml (sha256 cccccccccccc)

  pass     licence     Apache-2.0
  FAIL     maintained  no commit in 400 days (informs only)
  unknown  house-rule  nobody looked WAIVED: asked for (ben, until 2026-12-31)

pass: 1 pass of 1 required, 1 waived
`,
  );
});

test('of an unknown it is said that it never passes; of a job which; of no policy’s file nothing', () => {
  const { policy } = smallPack();
  const { source: _, ...nameless } = policy;
  const unknown = smallPack({
    policy: { ...nameless, job: 'formatter' },
    results: [result('licence', { verdict: 'unknown', reason: 'nobody looked' })],
    verdict: 'unknown',
  });
  assert.equal(
    terminalReport([unknown], plain),
    `tool 1.5.0  pkg:npm/tool
assessed 2026-03-23 12:34 UTC against strict for formatter

  unknown  licence  nobody looked

unknown: 0 pass, 1 unknown of 1 required
Unknown never passes: find the evidence, or waive a criterion in the policy with
a reason and an end.
`,
  );
  assert.equal(
    terminalReport([smallPack({ results: [], verdict: 'pass' })], plain)
      .split('\n')
      .slice(3)
      .join('\n'),
    '\n\npass: 0 pass of 0 required\n',
  );
});

test('with commands the same figures by hand, after the clone that they need; or that there are none', () => {
  const lines = (location: string) =>
    terminalReport([packWithHistory(location)], { ...plain, commands: true }).split('\n');
  const local = lines('clone');
  assert.equal(local[2], 'policy policies/trust.yaml (sha256 cccccccccccc)');
  assert.equal(local[3], 'history of refs/heads/main at aaaaaaaaaaaa');
  assert.deepEqual(local.slice(6, 9), ['', 'The same figures by hand:', '  commit-cadence commits = 39']);
  assert.match(local[9] ?? '', /^ {4}GIT_CONFIG_GLOBAL=\/dev\/null .* --git-dir=clone --bare .*\| wc -l$/);
  assert.equal(local[10], '  commit-cadence ageDays = 800');
  const remote = lines('https://example.org/tool.git');
  assert.deepEqual(remote.slice(8, 11), [
    '  first',
    '    git clone --bare -- https://example.org/tool.git ./tool.git',
    '  commit-cadence commits = 39',
  ]);
  const none = terminalReport([smallPack()], { ...plain, commands: true });
  assert.match(none, /\n\nNo figure of these can be had by one command\.\n\n/);
  assert.doesNotMatch(terminalReport([smallPack()], plain), /by hand|one command/);
});

test('several stand side by side, a column each, cut where there is no room', () => {
  const other = smallPack({
    subject: { purl: 'pkg:npm/other', name: 'other', version: undefined },
    results: [result('licence', { verdict: 'fail' }), result('release-age', { verdict: 'unknown' })],
    verdict: 'fail',
  });
  const table = (width: number) =>
    terminalReport([smallPack(), other], { ...plain, width })
      .split('\n')
      .slice(-7);
  assert.deepEqual(table(80), [
    '             tool 1.5.0                        other',
    'licence      pass                              FAIL',
    'maintained   FAIL                              –',
    'house-rule   unknown                           –',
    'release-age  –                                 unknown',
    'VERDICT      pass                              FAIL',
    '',
  ]);
  assert.equal(table(20)[0], '             tool 1.…  other');
});

test('colours go beside the words', () => {
  const coloured = terminalReport([smallPack(), smallPack()], { width: 80, color: true });
  for (const text of [
    '\u001b[32mpass   \u001b[39m',
    '\u001b[31mFAIL   \u001b[39m',
    '\u001b[33munknown\u001b[39m',
  ])
    assert.ok(coloured.includes(text), text);
  assert.ok(coloured.startsWith('\u001b[1mtool 1.5.0\u001b[22m  pkg:npm/tool\n'));
});

test('what changed since is a line each, the worse with a mark; or that nothing did', () => {
  const since = '2026-01-02T03:04:05Z';
  assert.equal(
    terminalChanges('tool', since, [], plain),
    'tool since 2026-01-02 03:04 UTC: nothing changed\n',
  );
  assert.equal(
    terminalChanges(
      'tool',
      since,
      [
        { what: 'signer', text: 'eve signed it', worse: true },
        { what: 'verdict', text: 'it passes', worse: false },
      ],
      plain,
    ),
    `tool since 2026-01-02 03:04 UTC
! signer         eve signed it
  verdict        it passes
`,
  );
});

const holds: Verification = {
  pack: smallPack(),
  recomputed: true,
  differences: [],
  reread: [],
  contradictions: [],
  unread: [],
  ageDays: 0,
  holds: true,
};
const FIRST = 'mine: tool 1.5.0, pass on 2026-03-23';

test('a pack that holds says so, with its age, and whether its sources were read again', () => {
  assert.equal(
    terminalVerification('mine', holds, plain),
    `holds  ${FIRST} (today) against strict
  3 results computed again from 0 facts: all the same
  sources were not read again
`,
  );
  for (const [ageDays, said] of [
    [0, 'today'],
    [1, 'a day ago'],
    [2, '2 days ago'],
  ] as const)
    assert.match(terminalVerification('mine', { ...holds, ageDays }, plain), new RegExp(`\\(${said}\\)`));
});

test('one that does not says why: contradictions, differences, sources, and what only it says', () => {
  const states = ['same', 'same', 'moved on', 'changed', 'forged', 'left out', 'out of reach'] as const;
  const text = terminalVerification(
    'mine',
    {
      ...holds,
      holds: false,
      contradictions: ['it was made in the future'],
      differences: [{ criterion: 'licence', inPack: 'pass', computed: 'fail' }],
      reread: states.map((state, i) => ({
        id: `f${i}`,
        state,
        ...(state === 'changed' ? { why: 'its hash' } : {}),
      })),
      unread: ['licence', 'maintained'],
      maxAgeDays: 30,
      ageDays: 40,
    },
    { ...plain, width: 200 },
  );
  assert.equal(
    text,
    `DOES NOT HOLD  ${FIRST} (40 days ago) against strict
  older than 30 days (--max-age): what it says now is unknown; vet the tool anew
  it was made in the future
  3 results computed again from 0 facts: 1 differ
    licence: pass in the pack, fail computed
  sources read again: 2 the same, 1 moved on, 3 contradict it, 1 out of reach
    f2: moved on:${' '}
    f3: changed: its hash
    f4: forged:${' '}
    f5: left out:${' '}
    f6: out of reach:${' '}
  only the pack itself speaks for: licence, maintained; name a clone with --git, or ask the network
`,
  );
});

test('where the reader’s policy is another, its verdict is said, and how to ask for the same job', () => {
  const own = (same: boolean, job?: string) => {
    const pack = smallPack({ policy: { ...smallPack().policy, ...(job ? { job } : {}) } });
    const ownPolicy = { same, verdict: 'fail' as const, path: 'mine.yaml' };
    return terminalVerification('mine', { ...holds, pack, ownPolicy }, plain)
      .split('\n')
      .slice(2, -2);
  };
  assert.deepEqual(own(true), []);
  assert.deepEqual(own(false), [
    '  its policy (strict, 2 required) is not yours: by yours it is fail',
    '  yours is mine.yaml',
  ]);
  assert.deepEqual(own(false, 'formatter'), [
    '  its policy (strict for formatter, 2 required) is not yours: by yours it is fail',
    '  if that job is what you want it for: --job formatter',
    '  yours is mine.yaml',
  ]);
});

test('lines are wrapped at spaces, and never below a width that can be read', () => {
  assert.equal(wrap('aaaa bbbb cccc', 24, 2), 'aaaa bbbb cccc');
  assert.equal(
    wrap(`${'a'.repeat(12)} ${'b'.repeat(11)} c`, 24, 2),
    `${'a'.repeat(12)} ${'b'.repeat(11)}\n  c`,
  );
  assert.equal(wrap(`${'a'.repeat(12)} ${'b'.repeat(12)}`, 1, 0), `${'a'.repeat(12)}\n${'b'.repeat(12)}`);
  assert.equal(wrap('x'.repeat(40), 10, 2), 'x'.repeat(40), 'a word is not broken');
  assert.equal(wrap('', 80, 2), '');
});
