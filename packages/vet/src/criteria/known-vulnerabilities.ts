import { z } from 'zod';
import type { FactValue } from '../facts/index.ts';
import { CITED } from './cited.ts';
import { publicationOf } from './cool-down.ts';
import { type Criterion, missing } from './criterion.ts';
import { DAY, decided, plural, unknown } from './figures.ts';

const threshold = z.strictObject({
  /** Advisories taken as they are, by id or alias, with the reason in the policy's own comment. */
  accept: z.array(z.string()).default([]),
});

export const knownVulnerabilities: Criterion<z.infer<typeof threshold>> = {
  id: 'known-vulnerabilities',
  title: 'Known vulnerabilities of this version',
  definition:
    'OSV records of this package whose affected versions hold the chosen one. Data without any record of the package proves nothing, and neither does an answer, a list, or records of this package alone: a pass needs the export of a whole ecosystem that holds records of this package, none of which affects this version, and whose newest record is not older than the version.',
  source: CITED.badgePassing,
  passes:
    'an ecosystem’s export (`all.zip`, or a folder of its records) holds records of this package, is not older than this version, and none of them affects it',
  from: '`--file`',
  threshold,
  judge(evidence, { accept }, now) {
    const facts = evidence.all('osv.records');
    if (facts.length === 0) return missing(evidence, 'osv.records', 'OSV data (give an export with --file)');
    const ids = facts.map(({ id }) => id);
    const records = facts.flatMap(({ value }) => value.ofPackage).filter(({ withdrawn }) => !withdrawn);
    const taken = (record: (typeof records)[number]) =>
      accept.some((id) => id === record.id || record.aliases.includes(id));
    const affecting = records.filter(({ affects }) => affects === 'yes');
    const open = affecting.filter((record) => !taken(record));
    const unclear = records.filter((record) => record.affects === 'unknown' && !taken(record));
    const newest = facts
      .flatMap(({ value }) => value.newest ?? [])
      .reduce<string | null>(
        (last, one) => (last !== null && !(Date.parse(one) > Date.parse(last)) ? last : one),
        null,
      );
    const numbers = {
      ofPackage: records.length,
      affecting: affecting.length,
      accepted: affecting.length - open.length,
      notDecidable: unclear.length,
      newestRecord: newest,
    };
    const list = (some: typeof records) =>
      some
        .map(({ id, fixed }) => (fixed.length > 0 ? `${id} (fixed in ${fixed.join(', ')})` : id))
        .join(', ');
    if (open.length > 0) return decided(false, `this version is affected by ${list(open)}`, ids, numbers);
    if (evidence.subject.version === undefined) return unknown('no version was chosen', ids, numbers);
    if (unclear.length > 0)
      return unknown(`whether this version is affected can't be read from ${list(unclear)}`, ids, numbers);
    if (records.length === 0)
      return unknown('the data holds no record of this package: absence proves nothing', ids, numbers);
    const published = publicationOf(evidence);
    const doubts = facts.map(({ value }) => doubtOf(value, published, now));
    // Of several files, one that is whole and new enough is enough.
    if (doubts.every((doubt) => doubt !== null))
      return unknown(
        `none of these records affects this version, but ${[...new Set(doubts)].join('; ')}. Give the export of its whole ecosystem (all.zip of osv.dev)`,
        ids,
        numbers,
      );
    return decided(
      true,
      `${plural(records.length, 'record')} of this package, none affects this version (newest record ${newest?.slice(0, 10)})`,
      ids,
      numbers,
    );
  },
};

/** Why this file can't show that nothing is known of the version; null: it can. */
function doubtOf(
  { records, ofPackage, newest, partial }: FactValue<'osv.records'>,
  published: ReturnType<typeof publicationOf>,
  now: number,
): string | null {
  if (partial !== null) return partial;
  if (ofPackage.every(({ withdrawn }) => withdrawn)) return 'it holds no record of this package';
  // One package may be quiet for years: only the records of many others tell how old the data is.
  if (records <= ofPackage.length) return 'it holds records of this package only: there may be others';
  const at = newest === null ? Number.NaN : Date.parse(newest);
  if (!(at <= now + DAY)) return 'how old the data is can not be told';
  if (!('at' in published)) return `when this version was published is not known (${published.doubt})`;
  return at < published.at
    ? `the data ends on ${newest?.slice(0, 10)}, before this version was published`
    : null;
}
