import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import { goodHistory, licenceText, makeRepository, NOW } from '../../testing/repository.ts';
import type { Target } from '../source.ts';
import { gitSource } from './source.ts';

const history = goodHistory(await licenceText('MIT'));
const scratch = mkdtempSync(join(tmpdir(), 'toolcrib-test-'));
const good = makeRepository(history.commits, history.tags);
let fixture = good;
beforeEach(() => {
  fixture = good.copy();
});
afterEach(() => fixture.remove());
after(() => {
  good.remove();
  rmSync(scratch, { recursive: true, force: true });
});

const target = (dir: string, more: Partial<Target['subject']> = {}): Target => ({
  spec: dir,
  subject: { purl: 'pkg:generic/f', name: 'f', ...more },
  git: { dir },
  files: [],
});
const collect = (dir = fixture.dir) => gitSource.collect(target(dir), { now: () => NOW });

test('each fact says of what it is, from where, and by which command anybody gets it', async () => {
  const commit = fixture.git('rev-parse', 'main').trim();
  const { facts, gaps } = await gitSource.collect(
    {
      ...target(fixture.dir, { version: '1.2.0' }),
      git: { dir: fixture.dir, shownAs: 'https://example.org/f' },
    },
    { now: () => NOW },
  );
  assert.deepEqual(gaps, []);
  assert.deepEqual(
    facts.map(({ id, subject, source }) => [id, subject, source.command?.split(' ')[1] ?? null]),
    [
      ['git.history', 'pkg:generic/f', '-c'],
      ['git.releases', 'pkg:generic/f', 'for-each-ref'],
      ['git.tag-signatures', 'pkg:generic/f', null],
      ['git.fixes', 'pkg:generic/f', null],
      ['git.commit-signatures', 'pkg:generic/f', null],
      ['git.main', 'pkg:generic/f', 'ls-tree'],
      ['git.files', 'pkg:generic/f@1.2.0', 'ls-tree'],
    ],
  );
  assert.deepEqual([...facts.map(({ type }) => type)].sort(), [...gitSource.makes].sort());
  for (const { source, collectedAt, sha256 } of facts) {
    assert.deepEqual([source.kind, source.location], ['git', 'https://example.org/f']);
    assert.equal(collectedAt, '2026-03-23T12:00:00.000Z');
    assert.match(sha256, /^[0-9a-f]{64}$/);
  }
  const main = facts.find(({ type }) => type === 'git.main');
  assert.equal(main?.source.command, `$GIT ls-tree -z --full-tree ${commit}`);
  const files = facts.find((fact) => fact.type === 'git.files');
  assert.deepEqual(
    [files?.value.revision, files?.value.commit],
    ['v1.2.0', fixture.git('rev-parse', 'v1.2.0^{commit}').trim()],
  );
});

test('the files are those of the named revision, else of the version’s tag, else of the main branch', async () => {
  const at = async (version: string | undefined, revision?: string) => {
    const { facts, gaps } = await gitSource.collect(
      {
        ...target(fixture.dir, version === undefined ? {} : { version }),
        git: { dir: fixture.dir, ...(revision && { revision }) },
      },
      { now: () => NOW },
    );
    const files = facts.find((fact) => fact.type === 'git.files')?.value;
    return files === undefined ? gaps : [files.revision, files.commit];
  };
  const commit = (revision: string) => fixture.git('rev-parse', `${revision}^{commit}`).trim();
  assert.deepEqual(await at(undefined), ['refs/heads/main', commit('main')]);
  assert.deepEqual(await at('1.1.0'), ['v1.1.0', commit('v1.1.0')]);
  assert.deepEqual(await at(undefined, 'v1.3.0'), ['v1.3.0', commit('v1.3.0')]);
  assert.deepEqual(await at('x', commit('main~1')), [commit('main~1'), commit('main~1')]);
  assert.deepEqual(await at('7.0.0'), [
    {
      source: 'git',
      types: ['git.files'],
      reason: 'no tag is named after version 7.0.0: its files are not known',
    },
  ]);
});

test('it is asked only where there is a clone', () => {
  assert.equal(gitSource.appliesTo(target('/x')), true);
  assert.equal(gitSource.appliesTo({ ...target('/x'), git: undefined }), false);
});

test('a tag comes before a branch of its name', async () => {
  fixture.git('update-ref', 'refs/heads/v1.1.0', 'main');
  const { facts } = await gitSource.collect(target(fixture.dir, { version: '1.1.0' }), { now: () => NOW });
  const files = facts.find((fact) => fact.type === 'git.files')?.value;
  assert.equal(files?.commit, fixture.git('rev-parse', 'refs/tags/v1.1.0^{commit}').trim());
});

test('as it stood at a commit: read from there, and only where the clone holds that commit', async () => {
  const at = (commit: string) =>
    gitSource.collect(
      {
        ...target(fixture.dir),
        git: { dir: fixture.dir, at: { ref: 'refs/heads/main', commit, moment: NOW, tags: new Set() } },
      },
      { now: () => NOW },
    );
  const commit = fixture.git('rev-parse', 'main').trim();
  const there = await at(commit);
  assert.equal(there.facts.find((fact) => fact.type === 'git.history')?.value.commit, commit);
  const nowhere = await at('d'.repeat(40));
  assert.deepEqual(nowhere.facts, []);
  assert.deepEqual(nowhere.gaps[0]?.types, gitSource.makes);
  assert.match(nowhere.gaps[0]?.reason ?? '', /does not hold commit d{40} \(git fetch/);
  const old = await at(fixture.git('rev-parse', 'main~4').trim());
  assert.deepEqual(old.facts, []);
  assert.match(old.gaps[0]?.reason ?? '', /^\d commits? of its main branch/);
});

test('a mailmap of more than 4 MiB is not read, and the rest is', async () => {
  const sizes: [number, boolean][] = [
    [4 * 1024 * 1024, true],
    [4 * 1024 * 1024 + 1, false],
  ];
  for (const [size, isRead] of sizes) {
    const made = makeRepository([
      { author: 'A <a@example.org>', at: NOW / 1000 - 60, files: { '.mailmap': '#'.repeat(size) } },
    ]);
    try {
      const { facts, gaps } = await collect(made.dir);
      assert.equal(
        facts.some(({ type }) => type === 'git.history'),
        isRead,
      );
      assert.ok(facts.some(({ type }) => type === 'git.files'));
      if (!isRead) assert.match(gaps[0]?.reason ?? '', /^\.mailmap has 4194305 bytes; more than 4194304/);
    } finally {
      made.remove();
    }
  }
});

test('a clone of another repository says nothing of the tool it was given for', async () => {
  fixture.git('config', 'remote.origin.url', 'https://github.com/evil/other.git');
  const { facts, gaps } = await gitSource.collect(
    { ...target(fixture.dir), subject: { purl: 'pkg:github/d/k9s', name: 'k9s', version: '1.2.0' } },
    { now: () => NOW },
  );
  assert.deepEqual(facts, []);
  assert.match(gaps[0]?.reason ?? '', /the clone is of github\.com\/evil\/other/);
});

test('the tag of another part of the repository is not the version', async () => {
  const parts = makeRepository(history.commits, [
    { name: 'v1.1.0', commit: 20, at: NOW / 1000 - 2e7 },
    { name: 'helm-chart-1.3.0', at: NOW / 1000 - 1e7 },
    { name: 'release-1.4.0', at: NOW / 1000 - 1e7 },
    { name: 'k9s/v1.5.0', at: NOW / 1000 - 1e7 },
  ]);
  try {
    const chosen = async (version: string) => {
      const subject = { purl: 'pkg:github/d/k9s', name: 'k9s', version };
      const collected = await gitSource.collect({ ...target(parts.dir), subject }, { now: () => NOW });
      return collected.facts.find((fact) => fact.type === 'git.releases')?.value.chosen;
    };
    assert.equal(await chosen('1.3.0'), null);
    assert.equal(await chosen('1.4.0'), 'release-1.4.0');
    assert.equal(await chosen('1.5.0'), 'k9s/v1.5.0');
  } finally {
    parts.remove();
  }
});

test('a branch that is called like a version is not that version’s tag', async () => {
  fixture.git('update-ref', 'refs/heads/hotfix-1.2.0', 'main~3');
  const { facts } = await gitSource.collect(
    {
      ...target(fixture.dir),
      subject: { purl: 'pkg:generic/f', name: 'f', version: '1.2.0' },
      git: { dir: fixture.dir, revision: 'hotfix-1.2.0' },
    },
    { now: () => NOW },
  );
  const releases = facts.find((fact) => fact.type === 'git.releases');
  assert.equal(releases?.value.chosen, null);
});

test('a tag that is too large to be read makes no room for an older one', async () => {
  const large = makeRepository(history.commits, [
    ...history.tags,
    { name: 'v9.0.0', at: NOW / 1000 - 86_400, signature: 'x'.repeat(2 * 1024 * 1024) },
  ]);
  try {
    const { facts, gaps } = await collect(large.dir);
    assert.ok(!facts.some(({ type }) => type === 'git.tag-signatures'));
    assert.match(
      gaps.find(({ types }) => types.includes('git.tag-signatures'))?.reason ?? '',
      /v9\.0\.0 is too large/,
    );
  } finally {
    large.remove();
  }
});

test('truncated and missing objects are a gap with git’s own words, never a figure', async () => {
  const packs = join(fixture.dir, 'objects', 'pack');
  const pack = readdirSync(packs).find((name) => name.endsWith('.pack')) ?? '';
  chmodSync(join(packs, pack), 0o644);
  truncateSync(join(packs, pack), 700);
  const { facts, gaps } = await collect();
  assert.ok(!facts.some(({ type }) => type === 'git.history' || type === 'git.files'));
  assert.ok(gaps.length > 0);
  assert.ok(gaps.every(({ reason }) => reason.length > 10));
});

test('an empty repository is unknown; a folder that is none, and a revision that is not there, are clear errors', async () => {
  const empty = join(scratch, 'empty');
  execFileSync('git', ['init', '--quiet', empty]);
  assert.match((await collect(empty)).gaps[0]?.reason ?? '', /no commit/);
  await assert.rejects(collect(scratch), { code: 'bad-file' });
  await assert.rejects(collect(join(scratch, 'nowhere')), { code: 'not-found' });
  const missing = { ...target(fixture.dir), git: { dir: fixture.dir, revision: 'v99.0.0' } };
  await assert.rejects(gitSource.collect(missing, { now: () => NOW }), {
    code: 'not-found',
    next: /v1\.\d\.0/,
  });
  const option = { ...target(fixture.dir), git: { dir: fixture.dir, revision: '--output=/tmp/x' } };
  await assert.rejects(gitSource.collect(option, { now: () => NOW }), { code: 'not-found' });
});
