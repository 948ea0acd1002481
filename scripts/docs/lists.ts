import { ruleWords } from '../../packages/guard/src/policy/vocabulary.ts';
import { CRITERIA } from '../../packages/vet/src/criteria/index.ts';
import { KINDS } from '../release/kinds/index.ts';
import { table } from './regions.ts';

/** What a rule can see. */
export function ruleWordsTable(): string {
  const rows = Object.entries(ruleWords).flatMap(([group, words]) =>
    typeof words === 'string'
      ? [[`\`${group}\``, words]]
      : Object.entries(words as Record<string, string>).map(([name, about]) => [
          `\`${group}.${name}\``,
          about,
        ]),
  );
  return table(['name', 'what it is'], rows);
}

/** What a tool is judged by. */
export function criteriaTable(): string {
  const rows = CRITERIA.map(({ id, passes, from, threshold, source }) => [
    `\`${id}\``,
    passes,
    from,
    bounds(threshold.parse({})),
    source.url.startsWith('http') ? `[${source.title}](${source.url})` : source.title,
  ]);
  return table(['criterion', 'passes when', 'from', 'threshold', 'whose threshold'], rows);
}

/** What a release consists of. */
export function releaseTable(): string {
  return table(
    ['kind', 'what it is'],
    KINDS.map(({ name, what }) => [`\`${name}\``, what]),
  );
}

function bounds(threshold: unknown): string {
  return Object.entries(threshold as Record<string, unknown>)
    .map(([name, value]) => `\`${name}\` ${value === null ? 'none' : JSON.stringify(value)}`)
    .join(', ');
}
