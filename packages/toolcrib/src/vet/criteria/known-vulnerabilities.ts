import { z } from 'zod';
import { type Criterion, missing } from './criterion.ts';
import { decided, unknown } from './figures.ts';
import { CITED } from './sources.ts';

const threshold = z.strictObject({
  /** Advisories taken as they are, by id or alias, with the reason in the policy's own comment. */
  accept: z.array(z.string()).default([]),
});

export const knownVulnerabilities: Criterion<z.infer<typeof threshold>> = {
  id: 'known-vulnerabilities',
  title: 'Known vulnerabilities of this version',
  definition:
    'OSV records of this package whose affected versions hold the chosen one. Data without any record of the package proves nothing: a pass needs records that speak of it and leave this version out.',
  source: CITED.badgePassing,
  threshold,
  judge(evidence, { accept }) {
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
    return decided(
      true,
      `${records.length} records of this package, none affects this version (newest data ${newest?.slice(0, 10)})`,
      ids,
      numbers,
    );
  },
};
