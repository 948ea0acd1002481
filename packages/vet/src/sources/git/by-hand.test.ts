import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { viewOf } from '../../criteria/criterion.ts';
import { CRITERIA } from '../../criteria/index.ts';
import { sealPack } from '../../pack/pack.ts';
import { readTrustPolicy } from '../../policy/default.ts';
import { judge } from '../../policy/judge.ts';
import { byHandOf, safeGit } from '../../report/model.ts';
import { goodHistory, licenceText, makeRepository, NOW, SSH_SIGNATURE } from '../../testing/repository.ts';
import { setTrap } from '../../testing/trap.ts';
import type { Collected, Target } from '../source.ts';
import { gitSource } from './source.ts';

let fixture: ReturnType<typeof makeRepository>;
let collected: Collected;
const subject = { purl: 'pkg:generic/fixture', name: 'fixture' };

before(async () => {
  const { commits, tags } = goodHistory(await licenceText('Apache-2.0'));
  // What the shortcuts of a careless counter miss: a merge, a mailmap, capital letters, a quote, a prerelease, a second series.
  commits.push({
    author: 'A. Iko <AIKO@old.example.org>',
    at: '2026-03-20T10:00:00Z',
    files: { '.mailmap': 'Aiko <aiko@example.org> <aiko@old.example.org>\n' },
  });
  commits.push({
    author: "D'Arcy Robot <darcy@EXAMPLE.org>",
    at: '2026-03-20T11:00:00Z',
    files: { 'a.txt': 'a' },
  });
  commits.push({
    author: "D'Arcy Robot <Darcy@example.org>",
    at: '2026-03-21T11:00:00Z',
    files: { 'b.txt': 'b' },
  });
  commits.push({
    author: 'Ben <ben@example.org>',
    at: '2026-03-22T11:00:00Z',
    message: 'Merge branch',
    merges: 3,
  });
  commits.push({
    author: 'Old <old@example.org>',
    at: '2019-01-01T00:00:00Z',
    message: 'An old date on a new commit',
  });
  tags.push(
    { name: 'v2.0.0-rc.1', at: '2026-03-22T12:00:00Z' },
    { name: 'chart-9.9.9', at: '2026-03-22T13:00:00Z' },
    { name: 'v1.99', commit: 40 },
    { name: 'nightly' },
  );
  fixture = makeRepository(commits, tags);
  const target: Target = { spec: fixture.dir, subject, git: { dir: fixture.dir }, files: [] };
  collected = await gitSource.collect(target, { now: () => NOW });
});
after(() => fixture.remove());

test('on a full clone, what git can tell is decided and not unknown', () => {
  assert.deepEqual(collected.gaps, []);
  const view = viewOf(subject, collected.facts, collected.gaps);
  const wanted = [
    'active-contributors',
    'absence-factor',
    'commit-cadence',
    'release-cadence',
    'release-age',
    'cool-down',
    'fix-to-release',
    'maintained',
    'licence',
    'disclosure',
    'signed-tags',
    'sbom',
  ];
  const verdicts = CRITERIA.filter(({ id }) => wanted.includes(id)).map(
    ({ id, judge, threshold }) => [id, judge(view, threshold.parse({}), NOW)] as const,
  );
  assert.equal(verdicts.length, wanted.length);
  // `v1.99` is a bare tag name, so not every release is signed; everything else of this history is good.
  for (const [id, { verdict, reason }] of verdicts)
    assert.equal(verdict, id === 'signed-tags' ? 'fail' : 'pass', `${id}: ${reason}`);
});

test('every figure equals what its one-liner of git prints', () => {
  const view = viewOf(subject, collected.facts, collected.gaps);
  let compared = 0;
  for (const criterion of CRITERIA) {
    const threshold = criterion.threshold.parse({});
    const { numbers } = criterion.judge(view, threshold, NOW);
    for (const { figure, command } of criterion.byHand?.(view, threshold, NOW) ?? []) {
      const script = command.replaceAll('$GIT', () => safeGit(fixture.dir));
      const printed = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim();
      assert.equal(String(numbers[figure]), printed, `${criterion.id} ${figure}\n${script}`);
      compared++;
    }
  }
  assert.ok(compared >= 12, `${compared} figures compared`);
});

/** A work tree with whatever makes a careless line print something else, or run something. */
async function hostileClone() {
  const spiky = makeRepository(
    [
      { author: latin1('J\u00fcrgen <j@example.org>'), at: '2026-03-01T00:00:00Z', files: { a: 'a' } },
      { author: latin1('J\u00f6rgen <J\u00c4@example.org>'), at: '2026-03-02T00:00:00Z' },
      { author: 'Zo\u00eb <zo\u00eb@example.org>', at: '2026-03-03T00:00:00Z', files: { LICENSE: 'x' } },
    ],
    [
      { name: 'v1.0.0', commit: 0, at: '2025-01-01T00:00:00Z' },
      { name: 'v1.1.0', commit: 0, at: '2025-04-01T00:00:00Z', signature: SSH_SIGNATURE },
      { name: 'v1.2.0', commit: 1, at: '2025-05-01T00:00:00Z' },
    ],
  );
  spiky.git('update-ref', 'refs/tags/v0.5.0', spiky.git('rev-parse', 'main^{tree}').trim());
  const signed = spiky
    .git('cat-file', 'commit', 'main')
    .replace('\n\n', '\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----\n\n');
  const id = execFileSync('git', ['-C', spiky.dir, 'hash-object', '-t', 'commit', '-w', '--stdin'], {
    input: signed,
  })
    .toString()
    .trim();
  spiky.git('update-ref', 'refs/heads/main', id);
  const work = mkdtempSync(join(tmpdir(), "toolcrib by 'hand $& "));
  execFileSync('git', ['clone', '--quiet', spiky.dir, work], { stdio: 'pipe' });
  spiky.remove();
  writeFileSync(
    join(work, '.mailmap'),
    'One <one@example.org> <j@example.org>\nOne <one@example.org> <zo\u00eb@example.org>\n',
  );
  return { work, remove: () => rmSync(work, { recursive: true, force: true }) };
}

/** The fixtures are written as UTF-8; git is given the bytes. */
const latin1 = (text: string) => Buffer.from(text, 'latin1');

test('the line in a report runs nothing that the repository names, and counts the same in spite of it', async () => {
  const { work, remove } = await hostileClone();
  try {
    const target: Target = { spec: work, subject, git: { dir: work }, files: [] };
    const { facts, gaps } = await gitSource.collect(target, { now: () => NOW });
    assert.deepEqual(gaps, []);
    const mark = setTrap(join(work, '.git'), mkdtempSync(join(work, 'trap-')));
    const { policy } = await readTrustPolicy(undefined);
    const resolved = {
      ...policy.resolve(subject),
      require: CRITERIA.map(({ id }) => id),
      inform: [],
    };
    const pack = sealPack({
      apiVersion: 'toolcrib.dev/v1alpha1',
      kind: 'EvidencePack',
      subject,
      asked: { spec: work, files: [] },
      assessedAt: new Date(NOW).toISOString(),
      policy: resolved,
      evidence: facts,
      gaps,
      ...judge(subject, facts, gaps, resolved, NOW),
    });
    const checks = byHandOf(pack);
    assert.ok(checks.length >= 10, `${checks.length}`);
    for (const { criterion, figure, printed, command } of checks) {
      const answer = execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trim();
      assert.equal(
        existsSync(mark),
        false,
        `${criterion} ${figure} ran a program of the repository\n${command}`,
      );
      if (printed !== 'undefined' && printed !== 'null')
        assert.equal(answer, printed, `${criterion} ${figure}\n${command}`);
    }
    const people = facts.find((fact) => fact.type === 'git.history')?.value as {
      contributors: { name: string }[];
    };
    assert.deepEqual(people.contributors.map(({ name }) => name).sort(), [
      'J\\xf6rgen',
      'J\\xfcrgen',
      'Zo\u00eb',
    ]);
  } finally {
    remove();
  }
});

test('the hash of a fact is over what its command prints', () => {
  for (const { type, sha256, source } of collected.facts) {
    if (source.command === undefined) continue;
    const script = `${source.command.replaceAll('$GIT', () => safeGit(fixture.dir))} | sha256sum | cut -c1-64`;
    assert.equal(
      execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim(),
      sha256,
      `${type}: ${script}`,
    );
  }
});

test('people: mailmap joins, letter case of addresses joins, bots and merges are left out', () => {
  const history = collected.facts.find((fact) => fact.type === 'git.history');
  assert.ok(history?.type === 'git.history');
  const names = history.value.contributors.map(({ name }) => name);
  assert.ok(!names.includes('A. Iko'));
  assert.equal(names.filter((name) => name === "D'Arcy Robot").length, 1);
  assert.deepEqual(
    history.value.contributors.filter(({ bot }) => bot).map(({ name }) => name),
    ['dependabot[bot]'],
  );
  assert.equal(history.value.merges, 1);
});

test('releases: one series, no prerelease counted, nothing that names no version', () => {
  const releases = collected.facts.find((fact) => fact.type === 'git.releases');
  assert.ok(releases?.type === 'git.releases');
  const names = releases.value.releases.map(({ tag }) => tag);
  assert.ok(names.includes('v1.99') && names.includes('v2.0.0-rc.1'));
  assert.ok(!names.includes('chart-9.9.9') && !names.includes('nightly'));
  assert.equal(releases.value.prefix, 'v');
});

test('fixes: the first release that holds each, by git’s own containment', () => {
  const fixes = collected.facts.find((fact) => fact.type === 'git.fixes');
  assert.ok(fixes?.type === 'git.fixes');
  const security = fixes.value.fixes.filter(({ kind }) => kind === 'security');
  assert.deepEqual(
    security.map(({ ids }) => ids),
    [['CVE-2026-12345']],
  );
  for (const { commit, release } of fixes.value.fixes) {
    const holding = fixture.git(
      'for-each-ref',
      '--sort=creatordate',
      `--contains=${commit}`,
      '--format=%(refname:strip=2)',
      'refs/tags/v*',
    );
    const first = holding.split('\n').find((tag) => /^v\d+\.\d+(\.\d+)?$/.test(tag)) ?? null;
    assert.equal(release, first, commit);
  }
});
