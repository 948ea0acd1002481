// Alone in its process: it measures memory.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cpuTime } from '@toolcrib/model/testing/cpu-time.ts';
import { viewOf } from '../../criteria/criterion.ts';
import { CRITERIA } from '../../criteria/index.ts';
import { goodHistory, licenceText, makeRepository, NOW, SSH_SIGNATURE } from '../../testing/repository.ts';
import type { Collected, Target } from '../source.ts';
import { gitSource } from './source.ts';

const history = goodHistory(await licenceText('MIT'));
const made: { remove(): void }[] = [];
after(() => {
  for (const { remove } of made) remove();
});
const repository = (...args: Parameters<typeof makeRepository>) => {
  const fixture = makeRepository(...args);
  made.push(fixture);
  return fixture;
};

const subject = { purl: 'pkg:generic/f', name: 'f' };
const collect = (dir: string, context = {}) =>
  gitSource.collect({ spec: dir, subject, git: { dir }, files: [] } satisfies Target, {
    now: () => NOW,
    ...context,
  });
const reasonOf = (collected: Collected, id: string) => {
  const criterion = CRITERIA.find((one) => one.id === id);
  assert.ok(criterion);
  const { verdict, reason } = criterion.judge(
    viewOf(subject, collected.facts, collected.gaps),
    criterion.threshold.parse({}),
    NOW,
  );
  return `${verdict}: ${reason}`;
};

const HUGE = 512 * 1024 * 1024;
/** Only a git that never ends takes that long, however busy the machine. Milliseconds. */
const HANGS = 900_000;

test('a licence, a README, a mailmap of half a gigabyte: named, never read, and the memory stays', {
  timeout: HANGS,
}, async () => {
  const { dir, git } = repository(history.commits, history.tags);
  const blob = execFileSync(
    'sh',
    [
      '-c',
      `head -c ${HUGE} /dev/zero | git -c core.bigFileThreshold=1m -c core.compression=1 hash-object -w --stdin`,
    ],
    { cwd: dir, encoding: 'utf8' },
  ).trim();
  const tree = `100644 blob ${blob}\tLICENSE\n100644 blob ${blob}\tREADME.md\n100644 blob ${blob}\tSECURITY.md\n100644 blob ${blob}\t.mailmap\n100644 blob ${blob}\tpackage.json\n`;
  const treeId = execFileSync('git', ['-C', dir, 'mktree'], { input: tree, encoding: 'utf8' }).trim();
  const commit = git(
    '-c',
    'user.name=A',
    '-c',
    'user.email=a@example.org',
    'commit-tree',
    treeId,
    '-p',
    'main',
    '-m',
    'huge',
  ).trim();
  git('update-ref', 'refs/heads/main', commit);
  const before = process.memoryUsage().rss;
  const collected = await collect(dir);
  assert.ok(process.memoryUsage().rss - before < 150 * 1024 * 1024);
  assert.match(reasonOf(collected, 'active-contributors'), /^unknown: .*\.mailmap has 536870912 bytes/);
  for (const id of ['licence', 'disclosure', 'maintained'])
    assert.match(reasonOf(collected, id), /^unknown: .*too large/, id);
});

test('100,000 tags: bounded time, and a list that was cut is not counted', { timeout: HANGS }, async () => {
  const { dir, git } = repository(history.commits.slice(-20));
  const commit = git('rev-parse', 'main').trim();
  const names = Array.from(
    { length: 100_000 },
    (_, index) => `v${Math.floor(index / 1000)}.${Math.floor(index / 10) % 100}.${index % 10}`,
  ).sort();
  writeFileSync(
    join(dir, 'packed-refs'),
    `# pack-refs with: peeled fully-peeled sorted \n${commit} refs/heads/main\n${names.map((name) => `${commit} refs/tags/${name}\n`).join('')}`,
  );
  rmSync(join(dir, 'refs', 'heads', 'main'));
  const started = cpuTime();
  const collected = await collect(dir);
  assert.ok(cpuTime() - started < 30_000, `${cpuTime() - started} ms`);
  assert.match(reasonOf(collected, 'release-cadence'), /^unknown: there are more releases than are kept/);
  const fact = collected.facts.find(({ type }) => type === 'git.releases');
  assert.ok(
    fact?.type === 'git.releases' && fact.value.tags === 100_000 && fact.value.releases.length === 2000,
  );
});

test('dates in the future, at 0 and beyond what a date can hold', async () => {
  const person = 'A <a@example.org>';
  const future = await collect(
    repository([...history.commits, { author: person, at: NOW / 1000 + 40 * 86_400 }], history.tags).dir,
  );
  for (const id of ['active-contributors', 'absence-factor', 'commit-cadence', 'maintained'])
    assert.match(reasonOf(future, id), /^unknown: 1 commits are dated in the future/, id);
  const tagged = await collect(
    repository(history.commits, [...history.tags, { name: 'v9.0.0', at: NOW / 1000 + 40 * 86_400 }]).dir,
  );
  for (const id of ['release-age', 'cool-down', 'release-cadence'])
    assert.match(reasonOf(tagged, id), /^unknown: .*dated in the future/, id);
  const strange = await collect(
    repository(
      [
        { author: person, at: 0 },
        { author: person, at: 99_999_999_999_999 },
      ],
      [{ name: 'v1.0.0', at: 99_999_999_999_999 }],
    ).dir,
  );
  assert.match(reasonOf(strange, 'active-contributors'), /^unknown/);
});

test('names with control characters, turned text and markup come through whole, as data', async () => {
  const author = '\u001b[31mRed\u0007 \u202eevil | `x` &amp; \u009b2J <x@example.org>';
  const files = {
    'LICENSE\u001b[2J.md': 'x',
    'README.md': 'This project is archived <img src=x onerror=alert(1)> \u001b]0;title\u0007',
    '.github/CODEOWNERS': '* @x',
  };
  const { facts, gaps } = await collect(
    repository(
      [{ author, at: NOW / 1000 - 1000, files }],
      [{ name: 'v1.0.0', at: NOW / 1000, signature: SSH_SIGNATURE }],
    ).dir,
  );
  assert.deepEqual(gaps, []);
  const people = facts.find((fact) => fact.type === 'git.history');
  assert.ok(people?.type === 'git.history');
  assert.equal(people.value.contributors.length, 1);
  assert.match(people.value.contributors[0]?.name ?? '', /Red/);
});

test('trees that name each other a billion times end at the limit', { timeout: HANGS }, async () => {
  const { dir, git } = repository(history.commits.slice(0, 3));
  const write = (text: string) =>
    execFileSync('git', ['-C', dir, 'mktree'], { input: text, encoding: 'utf8' }).trim();
  const blob = execFileSync('git', ['-C', dir, 'hash-object', '-w', '--stdin'], {
    input: 'x',
    encoding: 'utf8',
  }).trim();
  let tree = write(Array.from({ length: 10 }, (_, index) => `100644 blob ${blob}\tf${index}\n`).join(''));
  for (let level = 0; level < 9; level++)
    tree = write(Array.from({ length: 10 }, (_, index) => `040000 tree ${tree}\td${index}\n`).join(''));
  const commit = git(
    '-c',
    'user.name=A',
    '-c',
    'user.email=a@example.org',
    'commit-tree',
    tree,
    '-m',
    'bomb',
  ).trim();
  git('update-ref', 'refs/heads/main', commit);
  const started = cpuTime();
  const { gaps } = await collect(dir);
  assert.ok(cpuTime() - started < 60_000, `${cpuTime() - started} ms`);
  assert.match(gaps.find(({ types }) => types.includes('git.files'))?.reason ?? '', /more than 500000 files/);
});

test('a megabyte of empty lines in each text that is read, and in the configuration', async () => {
  const empty = '\n'.repeat(1024 * 1024 - 1);
  const { dir } = repository([
    {
      author: 'A <a@example.org>',
      at: NOW / 1000 - 1000,
      files: {
        LICENSE: empty,
        COPYING: ' \r'.repeat(500_000),
        'README.md': empty,
        'SECURITY.md': 'https://'.repeat(130_000),
        'docs/security.md': empty,
        'Cargo.toml': empty,
        'pyproject.toml': empty,
        'package.json': empty,
        'sbom.json': '\n'.repeat(16 * 1024 * 1024),
        '.mailmap': empty,
      },
    },
  ]);
  appendFileSync(join(dir, 'config'), '\n'.repeat(900_000));
  const started = cpuTime();
  const collected = await collect(dir);
  assert.ok(cpuTime() - started < 30_000, `${cpuTime() - started} ms`);
  assert.match(reasonOf(collected, 'licence'), /^unknown: .* is like none/);
});

test('submodules are counted and never fetched; links are not followed', async () => {
  const { dir, git } = repository(history.commits.slice(0, 3));
  const blob = execFileSync('git', ['-C', dir, 'hash-object', '-w', '--stdin'], {
    input: '/etc/passwd',
    encoding: 'utf8',
  }).trim();
  const modules = execFileSync('git', ['-C', dir, 'hash-object', '-w', '--stdin'], {
    input: '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c touch% /tmp/toolcrib-never\n',
    encoding: 'utf8',
  }).trim();
  const tree = execFileSync('git', ['-C', dir, 'mktree', '--missing'], {
    input: `120000 blob ${blob}\tLICENSE\n100644 blob ${modules}\t.gitmodules\n160000 commit ${'1'.repeat(40)}\tx\n`,
    encoding: 'utf8',
  }).trim();
  git(
    'update-ref',
    'refs/heads/main',
    git(
      '-c',
      'user.name=A',
      '-c',
      'user.email=a@example.org',
      'commit-tree',
      tree,
      '-p',
      'main',
      '-m',
      'm',
    ).trim(),
  );
  const collected = await collect(dir);
  const files = collected.facts.find((fact) => fact.type === 'git.files');
  assert.ok(files?.type === 'git.files');
  assert.equal(files.value.submodules, 1);
  assert.deepEqual(files.value.licences, []);
});

test('a person may stop it: nothing is left running', async () => {
  const { dir } = repository(history.commits);
  await assert.rejects(collect(dir, { signal: AbortSignal.abort() }));
});
