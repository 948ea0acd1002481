import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type CommitSpec, makeRepository, NOW } from '../../testing/repository.ts';
import { readFixes } from './fixes.ts';
import { iso } from './history.ts';
import { readReleases } from './releases.ts';
import { openRepository, type Repository } from './repository.ts';

const DAY = 86_400;
const days = (count: number) => NOW / 1000 - count * DAY;
const messages: [message: string, daysAgo: number][] = [
  ['fix: too long ago', 1100],
  ['fix: the width', 900],
  ['Work', 800],
  [
    'Check the length\n\ncve-2026-12345 and GHSA-2XJ5-abcd-cfgh: no id; GHSA-2345-CFGH-jmpq, CVE-2026-12345 again',
    700,
  ],
  ['Hotfix for all', 600],
  ['Prefix the name, fixes nothing', 500],
  ['[bug fix] x', 400],
  ['Fixed x', 300],
  ['fixture for tests', 200],
  ['fix: not released', 20],
];
const commits: CommitSpec[] = messages.map(([message, at]) => ({ author: 'A <a@x>', at: days(at), message }));
const tag = (name: string, commit: number) => ({ name, commit, at: days(messages[commit]?.[1] ?? 0) + 60 });
const fixture = makeRepository(commits, [
  tag('v0.1.0', 1),
  tag('v0.2.0-rc.1', 3),
  tag('v0.2.0', 4),
  tag('v0.3.0', 7),
  tag('v0.4.0', 8),
  tag('other-9.0.0', 3),
]);
let repository: Repository;
before(async () => {
  repository = await openRepository(fixture.dir);
});
after(async () => {
  await repository.close();
  fixture.remove();
});
const all = fixture.git('rev-list', '--reverse', 'main').trim().split('\n');
const id = (index: number) => `${all[index]}`;
const read = async (now = NOW) => {
  const { series } = await readReleases(repository, { name: 'x' });
  return readFixes(repository, id(messages.length - 1), series, now);
};

describe('fixes', () => {
  it('are what the project calls so in three years, with the first release that holds each', async () => {
    const { value, sha256 } = await read();
    const released = (index: number) => iso((days(messages[index]?.[1] ?? 0) + 60) * 1000);
    const fix = (index: number, kind: string, release: string | null, at?: number, ids: string[] = []) => ({
      commit: id(index),
      at: iso(days(messages[index]?.[1] ?? 0) * 1000),
      kind,
      ids,
      release,
      releasedAt: at === undefined ? null : released(at),
    });
    assert.deepEqual(value.fixes, [
      fix(9, 'bug', null),
      fix(7, 'bug', 'v0.3.0', 7),
      fix(6, 'bug', 'v0.3.0', 7),
      fix(4, 'bug', 'v0.2.0', 4),
      fix(3, 'security', 'v0.2.0', 4, ['CVE-2026-12345', 'GHSA-2345-cfgh-jmpq']),
      fix(1, 'bug', 'v0.1.0', 1),
    ]);
    assert.equal(value.found, 6);
    assert.equal(value.from, iso(Math.floor(NOW / 1000 / DAY) * DAY * 1000 - 3 * 365 * DAY * 1000));
    const releases = value.fixes.map(({ commit, release }) => `${commit} ${release}\n`);
    // Git looks for more words than are a fix: what it gave is in the hash as well.
    const seen = [...messages.keys()]
      .reverse()
      .filter((index) => /^fix|GHSA|^hotfix|^\[bug/i.test(messages[index]?.[0] ?? ''));
    assert.equal(
      sha256,
      createHash('sha256')
        .update([...seen.filter((index) => index > 0).map((index) => `${id(index)}\n`), ...releases].join(''))
        .digest('hex'),
    );
  });

  it('are of the past: a day ahead at most', async () => {
    const { value } = await read((days(300) - DAY) * 1000);
    assert.equal(value.fixes[0]?.commit, id(7));
    const { value: before } = await read((days(300) - DAY - 1) * 1000);
    assert.equal(before.fixes[0]?.commit, id(6));
  });

  it('are known by no release where there is none, and the hash says so', async () => {
    const commit = id(messages.length - 1);
    const bare = await readFixes(repository, commit, [], NOW);
    assert.ok(bare.value.fixes.length > 0 && bare.value.fixes.every(({ release }) => release === null));
    assert.notEqual(bare.sha256, (await read()).sha256);
    // A release from long before what is looked at can't hold any of it.
    const { series } = await readReleases(repository, { name: 'x' });
    const old = series.filter(({ tag: name }) => name === 'v0.4.0').map((one) => ({ ...one, at: 0 }));
    assert.ok(
      (await readFixes(repository, commit, old, NOW)).value.fixes.every(({ release }) => release === null),
    );
    // One from shortly before may be dated by another clock.
    const from = Date.parse(bare.value.from);
    const shortly = old.map((one) => ({ ...one, at: from - 29 * DAY * 1000 }));
    assert.ok(
      (await readFixes(repository, commit, shortly, NOW)).value.fixes.some(({ release }) => release !== null),
    );
  });

  it('ask git for no release where nothing is to be found', async () => {
    const asked: string[] = [];
    const spy: Repository = {
      ...repository,
      text: (args) => {
        asked.push(args.join(' '));
        return repository.text(args);
      },
    };
    await readFixes(spy, id(messages.length - 1), [], NOW);
    const { series } = await readReleases(repository, { name: 'x' });
    // As of five years ago nothing is fixed yet.
    const { value } = await readFixes(spy, id(messages.length - 1), series, NOW - 5 * 365 * DAY * 1000);
    assert.deepEqual([value.fixes, asked], [[], []]);
  });

  it('are asked for by name, also where a tag has signs of a pattern', async () => {
    const odd = makeRepository(
      [{ author: 'A <a@x>', at: days(5), message: 'fix: x' }],
      [{ name: 'a]1.0.0', commit: 0, at: days(4) }],
    );
    const opened = await openRepository(odd.dir);
    const { series } = await readReleases(opened, { name: 'x' });
    const { value } = await readFixes(opened, odd.git('rev-parse', 'main').trim(), series, NOW);
    assert.equal(value.fixes[0]?.release, 'a]1.0.0');
    await opened.close();
    odd.remove();
  });

  it('are counted all, and a hundred of each kind are kept', async () => {
    const records = (async function* () {
      for (let at = 0; at < 250; at++)
        yield Buffer.from(`${id(9)}\0${days(20)}\0${at < 120 ? 'fix: x' : 'CVE-2026-1234'}\0`);
    })();
    const many: Repository = { ...repository, stream: () => records };
    const { value } = await readFixes(many, id(9), [], NOW);
    const kinds = value.fixes.map(({ kind }) => kind);
    assert.deepEqual(
      [value.found, kinds.filter((one) => one === 'bug').length, kinds.length],
      [250, 100, 200],
    );
  });
});
