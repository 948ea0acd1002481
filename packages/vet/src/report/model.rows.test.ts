import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { basisOf, beforeByHand, byHandOf, nameOf, policyLines, rowsOf, safeGit, summary } from './model.ts';
import { packWithHistory, result, smallPack, WAIVER } from './testing/small.ts';

test('a row has its criterion’s title, or its own name, and by whom it is waived', () => {
  assert.deepEqual(rowsOf(smallPack()), [
    {
      id: 'licence',
      title: 'Licence',
      verdict: 'pass',
      reason: 'Apache-2.0',
      required: true,
      waived: undefined,
    },
    {
      id: 'maintained',
      title: 'Maintained: not archived, not deprecated',
      verdict: 'fail',
      reason: 'no commit in 400 days',
      required: false,
      waived: undefined,
    },
    {
      id: 'house-rule',
      title: 'house-rule',
      verdict: 'unknown',
      reason: 'nobody looked',
      required: true,
      waived: 'asked for (ben, until 2026-12-31)',
    },
  ]);
});

test('a tool is named with its version where it has one', () => {
  assert.equal(nameOf(smallPack()), 'tool 1.5.0');
  assert.equal(
    nameOf(smallPack({ subject: { purl: 'pkg:npm/tool', name: 'tool', version: undefined } })),
    'tool',
  );
});

test('the summary counts what decides, and nothing that is waived or only informs', () => {
  const of = (...results: ReturnType<typeof result>[]) => summary(smallPack({ results }));
  assert.equal(of(), '0 pass of 0 required');
  assert.equal(
    of(result('a'), result('b', { verdict: 'fail' }), result('c', { verdict: 'unknown' })),
    '1 pass, 1 fail, 1 unknown of 3 required',
  );
  assert.equal(of(result('a'), result('b', { verdict: 'fail', required: false })), '1 pass of 1 required');
  assert.equal(
    of(result('a'), result('b', { verdict: 'fail', waived: WAIVER })),
    '1 pass of 1 required, 1 waived',
  );
});

test('by what it was judged: the policy’s file and hash, and the history that was read', () => {
  const { policy } = smallPack();
  assert.deepEqual(policyLines(policy), ['policy policies/trust.yaml (sha256 cccccccccccc)']);
  assert.deepEqual(policyLines({ ...policy, source: undefined }), []);
  assert.deepEqual(basisOf(smallPack()), ['policy policies/trust.yaml (sha256 cccccccccccc)']);
  assert.deepEqual(basisOf(packWithHistory('clone')), [
    'policy policies/trust.yaml (sha256 cccccccccccc)',
    'history of refs/heads/main at aaaaaaaaaaaa',
  ]);
});

test('a clone is where the history was read from; one that was fetched is fetched again', () => {
  for (const [location, first] of [
    ['clone', undefined],
    ['/srv/tool.git', undefined],
    ['https://example.org/a/tool.git', 'git clone --bare -- https://example.org/a/tool.git ./tool.git'],
    ['git@example.org:tool', 'git clone --bare -- git@example.org:tool ./tool.git'],
    ['https://example.org/.git', 'git clone --bare -- https://example.org/.git ./clone.git'],
  ] as const)
    assert.equal(beforeByHand(packWithHistory(location)), first, location);
  assert.equal(beforeByHand(smallPack()), undefined);
});

test('a figure by hand says what it must print; a criterion without one, and a rule, have none', () => {
  const checks = byHandOf(packWithHistory('clone'));
  assert.deepEqual(
    checks.map(({ criterion, figure, printed }) => [criterion, figure, printed]),
    [
      ['commit-cadence', 'commits', '39'],
      ['commit-cadence', 'ageDays', '800'],
    ],
  );
  const wide = packWithHistory('clone');
  wide.policy.thresholds = { 'commit-cadence': { days: 10 } };
  assert.match(byHandOf(wide)[0]?.command ?? '', /2026-03-13T00:00:00Z/, 'by the policy’s own threshold');
  assert.match(checks[0]?.command ?? '', /2025-12-23T00:00:00Z/);
  assert.deepEqual(byHandOf(smallPack()), []);
});

test('git is run on the repository itself, whether bare or below a work tree', () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-model-'));
  const place = (dir: string) => /--git-dir=(\S+)/.exec(safeGit(dir))?.[1];
  assert.equal(place(folder), folder);
  mkdirSync(join(folder, '.git'));
  assert.equal(place(folder), join(folder, '.git'));
  rmSync(folder, { recursive: true });
});
