import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { iso } from './history.ts';
import { readReleases, TAG_FORMAT } from './releases.ts';
import type { Repository } from './repository.ts';

const DAY = 86_400;
const T = 1_700_000_000;
type Line = [tag: string, at?: number | string, type?: string];
const ID = 'a'.repeat(40);
const print = (lines: readonly Line[]) =>
  lines.map(([tag, at = T, type = 'tag']) => `${tag}\0${type}\0${ID}\0${at}\n`).join('');
/** What git prints of these tags; that it prints so is for the test of the source. */
const repository = (lines: readonly Line[]): Repository =>
  ({
    stream: async function* (args: readonly string[]) {
      assert.deepEqual(args, ['for-each-ref', `--format=${TAG_FORMAT}`, 'refs/tags']);
      yield Buffer.from(print(lines));
    },
  }) as unknown as Repository;
const read = (
  lines: Line[],
  wanted: Partial<Parameters<typeof readReleases>[1]> = {},
  asOf?: Parameters<typeof readReleases>[2],
) => readReleases(repository(lines), { name: 'tool', ...wanted }, asOf);
const tagsOf = async (...given: Parameters<typeof read>) =>
  (await read(...given)).value.releases.map(({ tag }) => tag);

describe('releases', () => {
  it('are the tags of one series, oldest first, with version, time and kind', async () => {
    const lines: Line[] = [
      ['v1.0.0', T],
      ['v1.1', T + DAY, 'commit'],
      ['v2.0.0-rc.1', T + 2 * DAY],
      ['nightly', T],
    ];
    const { value, series, sha256 } = await read(lines);
    assert.deepEqual(value, {
      tags: 4,
      prefix: 'v',
      complete: true,
      chosen: null,
      releases: [
        { tag: 'v1.0.0', version: '1.0.0', at: iso(T * 1000), prerelease: false, annotated: true },
        { tag: 'v1.1', version: '1.1.0', at: iso((T + DAY) * 1000), prerelease: false, annotated: false },
        {
          tag: 'v2.0.0-rc.1',
          version: '2.0.0-rc.1',
          at: iso((T + 2 * DAY) * 1000),
          prerelease: true,
          annotated: true,
        },
      ],
    });
    assert.deepEqual(
      series.map(({ tag }) => tag),
      ['v2.0.0-rc.1', 'v1.1', 'v1.0.0'],
    );
    assert.deepEqual(series[2], {
      tag: 'v1.0.0',
      prefix: 'v',
      version: '1.0.0',
      prerelease: false,
      annotated: true,
      object: ID,
      at: T * 1000,
    });
    assert.equal(sha256, createHash('sha256').update(print(lines)).digest('hex'));
  });

  it('of one moment are in the order of their versions', async () => {
    assert.deepEqual(await tagsOf([['v1.10.0'], ['v1.2.0'], ['v1.9.0']]), ['v1.2.0', 'v1.9.0', 'v1.10.0']);
  });

  it('are tags that name a version, and of a time that can be', async () => {
    const none: Line[] = [
      ['v1'],
      ['version'],
      ['preview1.2'],
      ['x1.2.3'],
      ['1.2.3.4'],
      [`${'x'.repeat(195)}-1.2.3`],
      ['v1.2.3', ''],
      ['v1.2.4', '99999999999999'],
    ];
    assert.deepEqual(await tagsOf(none), []);
    assert.equal((await read(none)).value.tags, none.length);
    for (const tag of [
      '1.2',
      'v1.2.3',
      'release-1.2.3',
      'cmd/tool/v1.2.3',
      'tool@1.2.3',
      '1.2.3-rc.1',
      '1.2.3+build',
      `${'x'.repeat(194)}-1.2.3`,
    ])
      assert.deepEqual(await tagsOf([[tag]]), [tag]);
  });

  it('are kept to the newest 2000, and that is said', async () => {
    const many = (count: number): Line[] => Array.from({ length: count }, (_, at) => [`v1.0.${at}`, T + at]);
    assert.equal((await read(many(2000))).value.complete, true);
    const { value } = await read(many(2001));
    assert.deepEqual(
      [value.complete, value.releases.length, value.releases[0]?.tag],
      [false, 2000, 'v1.0.1'],
    );
  });

  it('as they stood are those up to a moment, and those that are named', async () => {
    const lines: Line[] = [
      ['v1.0.0', T],
      ['v1.1.0', T + 1],
      ['v1.2.0', T + 2],
      ['later', T + 2],
    ];
    const asOf = { moment: T * 1000, tags: new Set(['v1.2.0']) };
    const { value, sha256 } = await read(lines, {}, asOf);
    assert.deepEqual([value.tags, value.releases.map(({ tag }) => tag)], [2, ['v1.0.0', 'v1.2.0']]);
    assert.equal(
      sha256,
      (
        await read([
          ['v1.0.0', T],
          ['v1.2.0', T + 2],
        ])
      ).sha256,
    );
  });
});

describe('the series', () => {
  const prefix = async (lines: Line[], wanted = {}) => (await read(lines, wanted)).value.prefix;
  it("is the tool's own, else the plain one, else the newest", async () => {
    assert.equal(
      await prefix([
        ['v1.0.0', T + 9],
        ['tool-1.0.0', T],
        ['lib-9.0.0', T + 5],
      ]),
      'tool-',
    );
    assert.equal(
      await prefix([
        ['v1.0.0', T + 9],
        ['tool/v1.0.0', T],
      ]),
      'tool/v',
    );
    assert.equal(
      await prefix([
        ['lib-1.0.0', T + 9],
        ['v1.0.0', T],
      ]),
      'v',
    );
    assert.equal(
      await prefix([
        ['lib-1.0.0', T + 9],
        ['1.0.0', T],
      ]),
      '',
    );
    assert.equal(
      await prefix([
        ['lib-1.0.0', T],
        ['app-1.0.0', T + 1],
      ]),
      'app-',
    );
    assert.equal(await prefix([]), '');
  });
  it('has moved where the plain one ended more than a year before another', async () => {
    const year = 365 * DAY;
    assert.equal(
      await prefix([
        ['v1.0.0', T],
        ['lib-1.0.0', T + year],
      ]),
      'v',
    );
    assert.equal(
      await prefix([
        ['v1.0.0', T],
        ['lib-1.0.0', T + year + 1],
      ]),
      'lib-',
    );
    assert.equal(
      await prefix([
        ['v1.0.0', T],
        ['v1.1.0', T + 2],
        ['lib-1.0.0', T + year + 1],
      ]),
      'v',
    );
  });
  it('of two that ended in one moment is the shorter', async () => {
    assert.equal(
      await prefix([
        ['longer-1.0.0', T],
        ['lib-1.0.0', T],
      ]),
      'lib-',
    );
  });
  it('is that of the chosen tag', async () => {
    assert.equal(
      await prefix(
        [
          ['v1.0.0', T + 9],
          ['tool-1.0.0', T],
          ['lib-2.0.0', T],
        ],
        { revision: 'lib-2.0.0' },
      ),
      'lib-',
    );
  });
});

describe('the chosen tag', () => {
  const chosen = async (tags: string[], wanted: object) =>
    (
      await read(
        tags.map((tag): Line => [tag]),
        wanted,
      )
    ).value.chosen;
  it('is the revision, and nothing else where one was named', async () => {
    assert.equal(await chosen(['v1.0.0', 'x-1.0.0'], { revision: 'x-1.0.0', version: '1.0.0' }), 'x-1.0.0');
    assert.equal(await chosen(['v1.0.0'], { revision: 'release-1.0.0', version: '1.0.0' }), null);
  });
  it('is the version by its name, or the tag that is of that version of this tool', async () => {
    assert.equal(await chosen(['v1.0.0', '1.0.0'], { version: '1.0.0' }), '1.0.0');
    assert.equal(await chosen(['release-1.0.0', 'tool-1.0.0', 'v1.0.0'], { version: '1.0.0' }), 'v1.0.0');
    assert.equal(await chosen(['release-1.0.0', 'tool-1.0.0'], { version: 'v1.0.0' }), 'tool-1.0.0');
    for (const tag of ['release-1.0.0', 'Releases/v1.0.0', 'rel_1.0.0', 'version-1.0.0', 'ver/1.0.0'])
      assert.equal(await chosen(['helm-chart-1.0.0', tag], { version: '1.0.0' }), tag);
    assert.equal(await chosen(['helm-chart-1.0.0', 'pre-release-1.0.0'], { version: '1.0.0' }), null);
    assert.equal(await chosen(['v1.0.0'], { version: '1.0.1' }), null);
    assert.equal(await chosen(['v1.0.0'], {}), null);
    assert.equal(await chosen(['v2026.5'], { version: 'v2026.5' }), 'v2026.5');
  });
});
