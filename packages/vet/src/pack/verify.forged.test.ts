import assert from 'node:assert/strict';
import { test } from 'node:test';
import { again, factOf, forge, pack, wellForged } from '../testing/vetted.ts';
import type { EvidencePack } from './schema.ts';
import { verifyPack } from './verify.ts';

test('a forged verdict with a fresh hash does not hold: it is not what the facts give', async () => {
  const failing = pack.results.find(({ verdict }) => verdict === 'unknown')?.criterion ?? '';
  const text = forge((copy) => {
    for (const result of copy.results) result.verdict = 'pass';
    copy.verdict = 'pass';
  });
  const { holds, recomputed, differences } = await verifyPack(text, 'x');
  assert.deepEqual([holds, recomputed], [false, false]);
  assert.ok(
    differences.some(
      ({ criterion, inPack, computed }) =>
        criterion === failing && inPack === 'pass' && computed === 'unknown',
    ),
  );
});

test('a result left out does not hold', async () => {
  const { holds } = await verifyPack(
    forge((copy) => void copy.results.pop()),
    'x',
  );
  assert.equal(holds, false);
});

test('forged facts hold together, and fall when the source is read again', async () => {
  const forgedFacts = forge((copy) => {
    const files = copy.evidence.find(({ type }) => type === 'git.files');
    assert.ok(files !== undefined);
    (files.value as { ci: string[] }).ci.push('.github/workflows/forged.yml');
  });
  assert.equal((await verifyPack(forgedFacts, 'x')).holds, true);
  const { holds, reread } = await verifyPack(forgedFacts, 'x', again);
  assert.equal(holds, false);
  assert.equal(reread.find(({ id }) => id === 'git.files')?.state, 'forged');
});

const FORGERIES: Record<string, (copy: EvidencePack) => void> = {
  'facts of one version under the name of another': (copy) => {
    copy.subject.version = '9.9.9';
  },
  'the same, with every fact renamed': (copy) => {
    copy.subject.version = '9.9.9';
    for (const fact of copy.evidence) if (fact.type === 'git.files') fact.subject += '@9.9.9';
  },
  'a name that is not its purl’s': (copy) => {
    copy.subject.name = 'popular';
  },
  'a purl that is not its name’s, with every fact renamed': (copy) => {
    copy.subject.purl = 'pkg:github/example/popular';
    for (const fact of copy.evidence) fact.subject = copy.subject.purl;
  },
  'the Scorecard of another repository': (copy) => {
    copy.subject = { purl: 'pkg:github/example/fixture', name: 'fixture' };
    for (const fact of copy.evidence) fact.subject = copy.subject.purl;
    copy.evidence.push({
      ...(copy.evidence[0] as EvidencePack['evidence'][number]),
      id: 'scorecard.result',
      type: 'scorecard.result',
      value: {
        date: '2026-03-01',
        repository: 'github.com/example/popular',
        commit: 'x',
        score: 9,
        checks: {},
      },
    });
  },
  'facts of one tool under the name of another': (copy) => {
    copy.subject.purl = 'pkg:github/example/other';
  },
  'made tomorrow': (copy) => {
    copy.assessedAt = new Date(Date.now() + 3 * 86_400_000).toISOString();
  },
  'a fix that was released at once': (copy) => {
    for (const fix of factOf(copy, 'git.fixes').value.fixes as { at: string; releasedAt: string }[])
      fix.releasedAt = fix.at;
  },
  'slow fixes left out': (copy) => {
    factOf(copy, 'git.fixes').value.fixes?.pop();
  },
  'the latest release left out': (copy) => {
    factOf(copy, 'git.releases').value.releases?.pop();
  },
  'another release chosen': (copy) => {
    (factOf(copy, 'git.releases').value as { chosen: unknown }).chosen = 'v1.0.0';
  },
  'unsigned tags left out': (copy) => {
    factOf(copy, 'git.tag-signatures').value.tags?.shift();
  },
  'a fact left out': (copy) => {
    copy.evidence = copy.evidence.filter(({ type }) => type !== 'git.files');
  },
  'a fact called so that it is not found again': (copy) => {
    factOf(copy, 'git.history').id = 'git.history-7';
  },
  'a better fact of the same type before the true one': (copy) => {
    copy.evidence.unshift({ ...(copy.evidence[0] as EvidencePack['evidence'][number]), id: 'git.history-2' });
  },
};
for (const [name, change] of Object.entries(FORGERIES))
  test(`a forgery is noticed: ${name}`, async () => {
    const { holds } = await verifyPack(wellForged(change), 'x', again);
    assert.equal(holds, false);
  });
