import { DAY } from '../criteria/figures.ts';
import type { FactValue } from '../facts/index.ts';
import { html } from './escape.ts';

const WIDTH = 400;
const HEIGHT = 150;
const LEFT = 34;
const BOTTOM = 20;
const TOP = 12;
const inner = { width: WIDTH - LEFT - 6, height: HEIGHT - TOP - BOTTOM };

/** Days between releases over time: a dot each, and the interval that is still open as a ring. */
export function releaseIntervals(releases: readonly { name: string; at: number }[], now: number): string {
  const points = releases
    .slice(1)
    .map(({ name, at }, index) => ({ name, at, days: (at - Number(releases[index]?.at)) / DAY }));
  const last = releases.at(-1);
  const first = points[0];
  if (last === undefined || first === undefined) return '';
  const openDays = (now - last.at) / DAY;
  const highest = Math.max(1, openDays, ...points.map(({ days }) => days));
  const x = scale(first.at, now, LEFT, LEFT + inner.width);
  const y = scale(0, highest, TOP + inner.height, TOP);
  const dots = points.map(
    ({ name, at, days }) =>
      `<circle cx="${x(at)}" cy="${y(days)}" r="2.5"><title>${html(name)}, ${day(at)}: ${Math.floor(days)} days after the one before</title></circle>`,
  );
  const open = `<circle class="open" cx="${x(now)}" cy="${y(openDays)}" r="3.5"><title>${Math.floor(openDays)} days since ${html(last.name)}</title></circle>`;
  const label = `Days between releases: ${points.length} intervals from ${day(first.at)}, ${Math.floor(openDays)} days since the last`;
  return svg(label, [...axes(highest, 'days', first.at, now), ...dots, open]);
}

/** People who committed, month by month, over the three years that are kept. */
export function contributorsOverTime(history: FactValue<'git.history'>, now: number): string {
  const months = new Map<string, Set<string>>();
  const from = Date.UTC(new Date(now).getUTCFullYear() - 3, new Date(now).getUTCMonth() + 1, 1);
  for (let at = from; at <= now; at = nextMonth(at)) months.set(day(at).slice(0, 7), new Set());
  for (const { name, bot, days } of history.contributors) {
    if (bot) continue;
    for (let index = 0; index < days.length; index += 2)
      months.get(day(Number(days[index]) * DAY).slice(0, 7))?.add(name);
  }
  const counts = [...months].map(([month, names]) => ({ month, people: names.size }));
  const highest = Math.max(1, ...counts.map(({ people }) => people));
  const step = inner.width / counts.length;
  const y = scale(0, highest, TOP + inner.height, TOP);
  const bars = counts.map(({ month, people }, index) => {
    const top = y(people);
    return `<rect x="${round(LEFT + index * step + 0.5)}" y="${top}" width="${round(step - 1)}" height="${round(TOP + inner.height - top)}"><title>${month}: ${people} people</title></rect>`;
  });
  const label = `People who committed in each month: ${counts.at(-1)?.people} this month, at most ${highest}`;
  return svg(label, [...axes(highest, 'people', from, now), ...bars]);
}

function axes(highest: number, unit: string, from: number, to: number): string[] {
  const base = TOP + inner.height;
  const years = Array.from({ length: 60 }, (_, index) => new Date(from).getUTCFullYear() + 1 + index).filter(
    (year) => Date.UTC(year, 0) < to,
  );
  const x = scale(from, to, LEFT, LEFT + inner.width);
  const every = Math.ceil(years.length / 6);
  return [
    `<line class="axis" x1="${LEFT}" y1="${base}" x2="${LEFT + inner.width}" y2="${base}"/>`,
    `<line class="axis" x1="${LEFT}" y1="${TOP}" x2="${LEFT + inner.width}" y2="${TOP}" stroke-dasharray="2 4"/>`,
    `<text x="${LEFT - 4}" y="${TOP + 4}" text-anchor="end">${Math.ceil(highest)}</text>`,
    `<text x="${LEFT - 4}" y="${base}" text-anchor="end">0</text>`,
    `<text x="${LEFT + 4}" y="${TOP - 2}">${unit}</text>`,
    ...years
      .filter((_, index) => index % every === 0)
      .map(
        (year) => `<text x="${x(Date.UTC(year, 0))}" y="${HEIGHT - 5}" text-anchor="middle">${year}</text>`,
      ),
  ];
}

function svg(label: string, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${html(label)}">${parts.join('')}</svg>`;
}

const round = (value: number) => Math.round(value * 10) / 10;
const scale = (from: number, to: number, start: number, end: number) => (value: number) =>
  round(to === from ? end : start + ((value - from) / (to - from)) * (end - start));
const day = (at: number) => new Date(at).toISOString().slice(0, 10);
const nextMonth = (at: number) => Date.UTC(new Date(at).getUTCFullYear(), new Date(at).getUTCMonth() + 1, 1);
