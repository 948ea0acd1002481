import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type CommitSpec, makeRepository, NOW } from '../../testing/repository.ts';
import { HISTORY_FORMAT, iso, readHistory } from './history.ts';
import { openRepository, type Repository } from './repository.ts';

const DAY = 86_400;
const now = NOW / 1000;
const today = Math.floor(NOW / 1000 / DAY);
const days = (count: number) => now - count * DAY;
const BOT = 'dependabot[bot] <1+dependabot[bot]@users.noreply.github.com>';
const commits: CommitSpec[] = [
  {
    author: 'Aiko <aiko@example.org>',
    at: days(1200),
    files: { '.mailmap': 'Ben <ben@example.org> <old-ben@example.org>\n' },
  },
  { author: 'Aiko <AIKO@Example.org>', at: days(1096) },
  { author: 'Aiko <aiko@example.org>', at: days(1097) },
  { author: 'Ben <old-ben@example.org>', at: days(10) },
  { author: 'Ben <ben@example.org>', at: days(10) + 60 },
  { author: 'Aiko <other@example.org>', at: days(9) },
  { author: 'Zoe <zoe@example.org>', at: days(8) },
  { author: 'Bea <bea@example.org>', at: days(7), merges: 2 },
  { author: BOT, at: days(3) },
  { author: 'Cleo <cleo@example.org>', at: now + DAY },
  { author: 'Dan <dan@example.org>', at: now + DAY + 1 },
];
const fixture = makeRepository(commits);
let repository: Repository;
before(async () => {
  repository = await openRepository(fixture.dir);
});
after(async () => {
  await repository.close();
  fixture.remove();
});
const head = () => ({ ref: 'refs/heads/main', commit: fixture.git('rev-parse', 'main').trim() });
const address = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

describe('a history', () => {
  it('is who committed on which days, with first, last and how many', async () => {
    const { value, sha256 } = await readHistory(repository, head(), NOW);
    const { contributors, ...rest } = value;
    assert.deepEqual(rest, {
      ...head(),
      firstAt: iso(days(1200) * 1000),
      lastAt: iso((now + DAY) * 1000),
      lastHumanAt: iso((now + DAY) * 1000),
      commits: 10,
      merges: 1,
      future: 1,
      daysFrom: today - 1096,
    });
    // By commits, then by name, then by address; only days that are kept have their own count.
    const person = (name: string, mail: string, count: number, list: number[], bot = false) => ({
      name,
      address: address(mail),
      bot,
      commits: count,
      days: list,
    });
    const ones = [
      person('Aiko', 'other@example.org', 1, [today - 9, 1]),
      person('Cleo', 'cleo@example.org', 1, [today + 1, 1]),
      person('Zoe', 'zoe@example.org', 1, [today - 8, 1]),
      person('dependabot[bot]', '1+dependabot[bot]@users.noreply.github.com', 1, [today - 3, 1], true),
    ];
    assert.deepEqual(contributors, [
      person('Aiko', 'aiko@example.org', 3, [today - 1096, 1]),
      person('Ben', 'ben@example.org', 2, [today - 10, 2]),
      ...ones,
    ]);
    const printed = fixture.git(
      '-c',
      `mailmap.blob=${head().commit}:.mailmap`,
      'log',
      '-z',
      `--format=${HISTORY_FORMAT}`,
      head().commit,
    );
    assert.equal(sha256, createHash('sha256').update(printed).digest('hex'));
  });

  it('has days in their order, and a last commit by a person apart from that of a program', async () => {
    const earlier = { ref: 'x', commit: fixture.git('rev-parse', 'main~2').trim() };
    const { value } = await readHistory(repository, earlier, NOW);
    assert.deepEqual([value.lastAt, value.lastHumanAt], [iso(days(3) * 1000), iso(days(8) * 1000)]);
    // As of five years ago no commit is of the past.
    const past = await readHistory(repository, earlier, NOW - 5 * 365 * DAY * 1000);
    assert.deepEqual(
      [
        past.value.firstAt,
        past.value.lastAt,
        past.value.lastHumanAt,
        past.value.future,
        past.value.contributors,
      ],
      [iso(0), iso(0), null, 9, []],
    );
  });

  it('puts the days of one person in order, whatever the order of the commits', async () => {
    const mixed = makeRepository([5, 1, 9].map((count) => ({ author: 'A <a@x>', at: days(count) })));
    const opened = await openRepository(mixed.dir);
    const commit = mixed.git('rev-parse', 'main').trim();
    const { value } = await readHistory(opened, { ref: 'x', commit }, NOW);
    assert.deepEqual(value.contributors[0]?.days, [today - 9, 1, today - 5, 1, today - 1, 1]);
    await opened.close();
    mixed.remove();
  });

  it('of no commit is a failure', async () => {
    const empty: Repository = { ...repository, stream: async function* () {} };
    await assert.rejects(readHistory(empty, head(), NOW), /the history has no commit/);
  });

  it('tells every 20,000 commits that it goes on, and ends at 100,000 people', async () => {
    const by = (person: number) => `id\0p\0${days(1)}\0n${person}\0a\0`;
    let taken = 0;
    const many: Repository = {
      ...repository,
      // What is asked for comes after what was taken: each thousand is in before the next is made.
      stream: async function* () {
        for (; taken < 100_000; taken += 1000)
          yield Buffer.from(Array.from({ length: 1000 }, (_, at) => by(taken + at)).join(''));
        // Somebody who is known already is nobody new.
        yield Buffer.from(by(0));
        taken++;
        yield Buffer.from(by(100_000));
        taken++;
      },
    };
    const told: string[] = [];
    await assert.rejects(
      readHistory(many, head(), NOW, (text) => told.push(text)),
      /more than 100000 different authors/,
    );
    assert.equal(taken, 100_001, 'a hundred thousand are read, and the next is refused');
    assert.deepEqual(
      told,
      [20, 40, 60, 80, 100].map((thousands) => `${thousands}000 commits read`),
    );
  });
});

describe('a time', () => {
  it('is ISO 8601 to the second', () => {
    assert.equal(iso(1_700_000_000_000), '2023-11-14T22:13:20Z');
  });
});
