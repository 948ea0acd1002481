import rules from './data/normalised.json' with { type: 'json' };
import { hasShape, type Moment, sightings } from './shapes.ts';
import type { Answered, Observation } from './types.ts';

type Json = unknown;
type Place = readonly string[];

type Matcher = (place: Place) => boolean;

/** `**` stands for any number of names, `*` for one name or index. */
export function placeMatcher(pattern: string): Matcher {
  const source = pattern
    .split('.')
    .map((part) =>
      part === '**' ? '(?:[^\u0000]*\u0000)*' : part === '*' ? '[^\u0000]*\u0000' : `${escaped(part)}\u0000`,
    )
    .join('');
  const regex = new RegExp(`^${source}$`);
  return (place) => regex.test(place.map((part) => `${part}\u0000`).join(''));
}

const paths = rules.paths.map((rule) => ({ ...rule, matches: placeMatcher(rule.path) }));
const sorted = rules.sorted.map((rule) => ({ ...rule, matches: placeMatcher(rule.path) }));
const aliased = rules.aliases.map((rule) => ({
  ...rule,
  matches: placeMatcher(rule.path),
  regex: new RegExp(rule.pattern),
}));
const texts = rules.texts.map((rule) => ({ ...rule, regex: new RegExp(rule.pattern, 'gm') }));

/**
 * The observations with everything replaced that must differ between two clusters, by the listed rules. What does not
 * have the listed form, a time of another year or a version that is a number, stays as it is, and so differs.
 * @param trail all answers that the step got; those that are not compared tell whose UIDs others name
 */
export function normalise(
  observations: readonly Observation[],
  trail: readonly Answered[] = [],
): Observation[] {
  const shown = trail.filter(({ poll }) => !poll).map(({ body }) => ({ body }));
  const replaceAliases = replacer(collectAliases([...observations, ...shown]));
  const alive = sightings(trail);
  return observations.map(({ seen, ...observation }) => {
    const moment = { seen: seen ?? Date.now(), alive };
    const result = walk(observation, [], [], { replaceAliases, moment }) as Observation;
    const streams = result.exit === undefined ? [] : (['what', 'stdout', 'stderr'] as const);
    for (const stream of streams) {
      if (result[stream] !== undefined) result[stream] = applyTexts(result[stream], 'clients');
    }
    return result;
  });
}

interface Tools {
  replaceAliases(text: string): string;
  moment: Moment;
}

/** @param above what the value lies in, the outermost first */
function walk(value: Json, place: Place, above: readonly Json[], tools: Tools): Json {
  if (value === null || value === undefined || value === '') return value;
  const rule = typeof value === 'object' ? undefined : paths.find(({ matches }) => matches(place));
  if (rule && hasShape(value, rule.is, above, tools.moment)) return `<${rule.is}>`;
  if (typeof value === 'string') {
    const cell = place.at(-2) === 'cells';
    return applyTexts(tools.replaceAliases(value), cell ? 'cells' : 'all');
  }
  const inside = [...above, value];
  if (Array.isArray(value)) {
    const items = value.map((item, index) => walk(item, [...place, String(index)], inside, tools));
    const order = sorted.find(({ matches }) => matches(place));
    if (!order) return items;
    const key = (item: Json) =>
      order.by.map((name) => (item as Record<string, unknown>)?.[name] ?? '').join(' ');
    return items.sort((a, b) => key(a).localeCompare(key(b)));
  }
  if (typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      applyTexts(tools.replaceAliases(name), 'all'),
      walk(inner, [...place, name], inside, tools),
    ]),
  );
}

function applyTexts(text: string, where: 'clients' | 'cells' | 'all'): string {
  return texts
    .filter((rule) => rule.in === 'all' || rule.in === where)
    .reduce((now, { regex, to }) => now.replace(regex, to), text);
}

/** Random strings that objects of the answers show, and what stands for them. */
function collectAliases(observations: readonly object[]): Map<string, string> {
  const found = new Map<string, string>();
  const hashes: string[] = [];
  const uids: { uid: string; name: string }[] = [];
  const look = (value: Json, place: Place, parent: Json): void => {
    if (typeof value === 'string' && value !== '') {
      const rule = aliased.find(({ matches, regex }) => regex.test(value) && matches(place));
      const { generateName, name } = (parent ?? {}) as { generateName?: string; name?: string };
      if (rule?.as === 'hash' && !hashes.includes(value)) hashes.push(value);
      if (rule?.as === 'uid' && !uids.some(({ uid }) => uid === value))
        uids.push({ uid: value, name: name ?? '' });
      if (rule?.as === 'generated' && generateName && value.startsWith(generateName)) {
        found.set(value, `${generateName}<random>`);
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) look(inner, [...place, name], value);
    }
  };
  for (const observation of observations) look(observation, [], undefined);
  for (const [index, hash] of hashes.entries()) found.set(hash, `<hash ${index + 1}>`);
  const count = new Map<string, number>();
  for (const { uid, name } of uids) {
    const readable = replacer(found)(name);
    const number = (count.get(readable) ?? 0) + 1;
    count.set(readable, number);
    found.set(uid, `<uid of ${readable}${number > 1 ? `, number ${number}` : ''}>`);
  }
  return found;
}

function replacer(aliases: Map<string, string>): (text: string) => string {
  if (aliases.size === 0) return (text) => text;
  // Longest first, since a hash may stand inside a generated name; what a name became may hold a hash again.
  const words = [...aliases.keys()].sort((a, b) => b.length - a.length).map((word) => escaped(word));
  const regex = new RegExp(words.join('|'), 'g');
  const once = (text: string) => text.replace(regex, (word) => aliases.get(word) ?? word);
  return (text) => once(once(text));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
