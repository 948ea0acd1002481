import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Subject } from '../../facts/evidence.ts';
import { NOW } from '../../testing/repository.ts';
import { scorecardSource, speaksOfRepository } from './scorecard.ts';

const dir = mkdtempSync(join(tmpdir(), 'toolcrib-files-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const file = (name: string, content: unknown) => {
  const path = join(dir, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const K9S: Subject = { purl: 'pkg:github/derailed/k9s', name: 'k9s', version: '0.32.0' };
const look = (subject: Subject, ...files: string[]) =>
  scorecardSource.collect({ spec: 'x', subject, files }, { now: () => NOW });

test('a Scorecard result is kept with its date; of another repository it is a gap', async () => {
  const result = (name: string) => ({
    date: '2026-11-01',
    repo: { name, commit: 'c' },
    scorecard: { version: 'v5' },
    score: 6.1,
    checks: [{ name: 'Maintained', score: -1, reason: 'none' }],
  });
  const { facts } = await look(K9S, file('scorecard.json', result('github.com/Derailed/K9s')));
  assert.ok(facts[0]?.type === 'scorecard.result' && facts[0].value.checks.Maintained?.score === -1);
  const { gaps } = await look(K9S, file('scorecard2.json', result('github.com/other/tool')));
  assert.match(gaps[0]?.reason ?? '', /speaks of github\.com\/other\/tool/);
});

test('it is told as it stands, and of nothing that it does not say', async () => {
  const result = {
    date: '2026-11-01',
    repo: { name: 'github.com/derailed/k9s', commit: 'c' },
    scorecard: {},
    score: 6.1,
    checks: [
      { name: 'A', score: 10, reason: 'good' },
      { name: 'B', score: -1, reason: null },
    ],
  };
  const path = file('all.json', result);
  const { facts } = await look(K9S, path);
  assert.deepEqual(
    facts.map(({ type, subject, source, value }) => ({ type, subject, source, value })),
    [
      {
        type: 'scorecard.result',
        subject: 'pkg:github/derailed/k9s',
        source: { kind: 'scorecard-file', location: path },
        value: {
          date: '2026-11-01',
          repository: 'github.com/derailed/k9s',
          commit: 'c',
          score: 6.1,
          checks: { A: { score: 10, reason: 'good' }, B: { score: -1, reason: '' } },
        },
      },
    ],
  );
  const { gaps } = await look(
    { ...K9S, purl: 'pkg:github/a/b' },
    path,
    file('deps.json', { versionKey: {} }),
  );
  assert.deepEqual(gaps, [
    {
      source: 'scorecard-file',
      types: ['scorecard.result'],
      reason: `${path} speaks of github.com/derailed/k9s`,
    },
  ]);
  const broken = file('broken.json', { ...result, score: 'x' });
  await assert.rejects(look(K9S, broken), {
    code: 'bad-file',
    message: new RegExp(`^${broken} is no Scorecard result: score `),
  });
});

test('it applies where files are given', () => {
  const target = { spec: 'x', subject: K9S, files: [] };
  assert.equal(scorecardSource.appliesTo(target), false);
  assert.equal(scorecardSource.appliesTo({ ...target, files: ['a'] }), true);
});

test('a repository is the one that the purl names, if the purl names one', () => {
  const of = (name: string, purl: string) => speaksOfRepository(name, { purl, name: 'x' });
  assert.ok(of('GitHub.com/Derailed/k9s', 'pkg:github/derailed/k9s'));
  assert.ok(of('anything', 'pkg:npm/x'));
  for (const other of ['github.com/derailed/k9', 'xgithub.com/derailed/k9s', 'derailed/k9s', ''])
    assert.ok(!of(other, 'pkg:github/derailed/k9s'), other);
});
