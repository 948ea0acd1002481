import { z } from 'zod';
import type { FactValue } from '../pack/facts/index.ts';
import { publicationOf } from './cool-down.ts';
import { type Criterion, type EvidenceView, missing } from './criterion.ts';
import { decided, plural, unknown } from './figures.ts';
import { CITED } from './sources.ts';

const threshold = z.strictObject({
  /** Advisories taken as they are, by id or alias, with the reason in the policy's own comment. */
  accept: z.array(z.string()).default([]),
});

export const knownVulnerabilities: Criterion<z.infer<typeof threshold>> = {
  id: 'known-vulnerabilities',
  title: 'Known vulnerabilities of this version',
  definition:
    'OSV records of this package whose affected versions hold the chosen one. Data without any record of the package proves nothing: a pass needs records that speak of it and leave this version out, from data that is not a part only and, where it is an export of many packages, not older than the version.',
  source: CITED.badgePassing,
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
    const newest =
      facts
        .map(({ value }) => value.newest ?? '')
        .sort()
        .at(-1) || null;
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
    const partial = facts.find(({ value }) => value.partial !== null)?.value.partial;
    if (partial != null)
      return unknown(`none of these records affects this version, but ${partial}`, ids, numbers);
    const stale = facts.find(({ value }) => isOlder(value, evidence, now));
    if (stale !== undefined)
      return unknown(
        `the data ends on ${stale.value.newest?.slice(0, 10)}, before this version was published`,
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

/** Only the newest record of many packages tells when the data was made; one package may be quiet for years. */
function isOlder(
  { records, ofPackage, newest }: FactValue<'osv.records'>,
  evidence: EvidenceView,
  now: number,
): boolean {
  const published = publicationOf(evidence);
  if (records <= ofPackage.length || newest === null || !('at' in published)) return false;
  return published.at <= now && Date.parse(newest) < published.at;
}
