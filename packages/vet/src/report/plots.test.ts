import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contributorsOverTime, releaseIntervals } from './plots.ts';

const DAY = 86_400_000;
const at = (text: string) => Date.parse(text);
const NOW = at('2026-03-23T12:00:00Z');
const titles = (svg: string) => [...svg.matchAll(/<title>([^<]*)<\/title>/g)].map(([, title]) => title);
const attributes = (svg: string, element: string, name: string) =>
  [...svg.matchAll(new RegExp(`<${element} [^>]*?\\b${name}="([^"]*)"`, 'g'))].map(([, value]) => value);

test('releases: a dot for each interval, where its days and its time put it, and a ring for the open one', () => {
  const releases = [
    { name: 'v1', at: NOW - 300 * DAY },
    { name: 'v<2', at: NOW - 200 * DAY },
    { name: 'v3', at: NOW - 150 * DAY },
  ];
  const svg = releaseIntervals(releases, NOW);
  assert.deepEqual(titles(svg), [
    'v&lt;2, 2025-09-04: 100 days after the one before',
    'v3, 2025-10-24: 50 days after the one before',
    '150 days since v3',
  ]);
  // From 34 to 394 in 200 days, and from 130 (0 days) up to 12 (150 days).
  assert.deepEqual(attributes(svg, 'circle', 'cx'), ['34', '124', '394']);
  assert.deepEqual(attributes(svg, 'circle', 'cy'), ['51.3', '90.7', '12']);
  assert.match(
    svg,
    /^<svg viewBox="0 0 400 150" role="img" aria-label="Days between releases: 2 intervals from 2025-09-04, 150 days since the last">/,
  );
  assert.match(svg, /<text x="30" y="16" text-anchor="end">150<\/text>/);
  assert.match(svg, />days<\/text>/);
  assert.deepEqual(
    [...svg.matchAll(/text-anchor="middle">(\d+)</g)].map(([, year]) => year),
    ['2026'],
  );
  assert.equal((svg.match(/class="open"/g) ?? []).length, 1);
});

test('the axes: from nothing to the highest, with the years that began within', () => {
  const drawn = (from: string, to: string) => {
    const releases = [
      { name: 'v1', at: at(from) - 10 * DAY },
      { name: 'v2', at: at(from) },
    ];
    return [...releaseIntervals(releases, at(to)).matchAll(/<(?:line|text)[^>]*>(?:[^<]+<\/text>)?/g)].join(
      '\n',
    );
  };
  const axes = (highest: number) => [
    '<line class="axis" x1="34" y1="130" x2="394" y2="130"/>',
    '<line class="axis" x1="34" y1="12" x2="394" y2="12" stroke-dasharray="2 4"/>',
    `<text x="30" y="16" text-anchor="end">${highest}</text>`,
    '<text x="30" y="130" text-anchor="end">0</text>',
    '<text x="38" y="10">days</text>',
  ];
  const year = (x: string, text: number) => `<text x="${x}" y="145" text-anchor="middle">${text}</text>`;
  // 360 wide for 40 days: 1 January is 10 days from the start.
  assert.equal(
    drawn('2025-12-22T00:00:00Z', '2026-01-31T00:00:00Z'),
    [...axes(40), year('124', 2026)].join('\n'),
  );
  assert.equal(
    drawn('2026-01-01T00:00:00Z', '2026-02-10T00:00:00Z'),
    axes(40).join('\n'),
    'its own year is not told',
  );
  // Of thirteen each third: no more than six.
  const many = drawn('2012-12-31T00:00:00Z', '2026-01-02T00:00:00Z');
  assert.deepEqual(
    [...many.matchAll(/middle">(\d+)/g)].map(([, text]) => Number(text)),
    [2013, 2016, 2019, 2022, 2025],
  );
});

test('releases: one or none make no interval, and all in one moment still a drawing', () => {
  assert.equal(releaseIntervals([], NOW), '');
  assert.equal(releaseIntervals([{ name: 'v1', at: NOW }], NOW), '');
  const same = releaseIntervals(
    [
      { name: 'a', at: NOW },
      { name: 'b', at: NOW },
    ],
    NOW,
  );
  assert.doesNotMatch(same, /NaN|Infinity/);
  assert.deepEqual(attributes(same, 'circle', 'cx'), ['394', '394']);
  assert.match(same, /text-anchor="end">1<\/text>/);
});

test('people: a bar for each of 36 months, with everybody once', () => {
  const day = (text: string) => Math.floor(at(`${text}T00:00:00Z`) / DAY);
  const person = (name: string, bot: boolean, ...days: string[]) => ({
    name,
    address: '',
    bot,
    commits: 1,
    days: days.flatMap((one) => [day(one), 3]),
  });
  const history = {
    contributors: [
      person('A', false, '2026-03-01', '2026-03-02', '2026-01-31', '2023-03-31'),
      person('B', false, '2026-03-22'),
      person('bot', true, '2026-02-01'),
    ],
  };
  const svg = contributorsOverTime(history as never, NOW);
  const bars = titles(svg);
  assert.equal(bars.length, 36);
  assert.deepEqual(
    [bars[0], bars.at(-3), bars.at(-2), bars.at(-1)],
    ['2023-04: 0 people', '2026-01: 1 people', '2026-02: 0 people', '2026-03: 2 people'],
  );
  assert.match(svg, /aria-label="People who committed in each month: 2 this month, at most 2"/);
  // 360 in 36 steps, and a height of 118 for two.
  assert.deepEqual(attributes(svg, 'rect', 'x').slice(-2), ['374.5', '384.5']);
  assert.deepEqual(attributes(svg, 'rect', 'height').slice(-3), ['59', '0', '118']);
  assert.deepEqual(attributes(svg, 'rect', 'y').slice(-3), ['71', '130', '12']);
  assert.equal(attributes(svg, 'rect', 'width')[0], '9');
  assert.deepEqual(
    [...svg.matchAll(/text-anchor="middle">(\d+)</g)].map(([, year]) => year),
    ['2024', '2025', '2026'],
  );
});

test('people: nobody is drawn as nobody', () => {
  const svg = contributorsOverTime({ contributors: [] } as never, NOW);
  assert.match(svg, /0 this month, at most 1"/);
  assert.doesNotMatch(svg, /NaN/);
});
