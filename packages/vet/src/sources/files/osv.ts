import { PackageURL } from 'packageurl-js';
import type { Subject } from '../../facts/evidence.ts';
import { type Fact, fact, subjectId } from '../../facts/fact.ts';
import type { FactValue } from '../../facts/index.ts';
import { readGiven } from '../../given/given.ts';
import { ECOSYSTEMS, recordsIn, whyPartial } from '../../osv/records.ts';
import type { OsvRecord } from '../../osv/schema.ts';
import { affectsVersion } from '../../osv/version.ts';
import type { Source } from '../source.ts';

const DAY = 86_400_000;

/** OSV records of this package, from a record, an answer of the API, a folder, or an export (`all.zip`). */
export const osvSource: Source = {
  kind: 'osv-file',
  makes: ['osv.records'],
  appliesTo: (target) => target.files.length > 0,
  collect: async (target, context) => {
    const facts: Fact[] = [];
    for (const path of target.files) {
      const given = await readGiven(path, context);
      if (given.kind !== 'osv') continue;
      const matches = matcher(target.subject);
      const value: FactValue<'osv.records'> = { records: 0, newest: null, partial: null, ofPackage: [] };
      for await (const { name, content } of given.documents()) {
        value.partial ??= whyPartial(content, name === path);
        for (const record of recordsIn(content, name)) {
          value.records++;
          value.newest = later(value.newest, record.modified, context.now());
          const entries = record.affected.filter(matches);
          if (entries.length > 0) value.ofPackage.push(summary(record, entries, target.subject.version));
        }
      }
      const source = { kind: 'osv-file', location: path };
      facts.push(
        fact('osv.records', value, {
          subject: subjectId(target.subject, true),
          source,
          sha256: given.sha256,
          context,
        }) as Fact,
      );
    }
    return { facts, gaps: [] };
  },
};

/** What is dated in the future does not make the data any newer. */
function later(newest: string | null, modified: string, now: number): string | null {
  const at = Date.parse(modified);
  if (!(at <= now + DAY)) return newest;
  return newest === null || at > Date.parse(newest) ? modified : newest;
}

type Affected = OsvRecord['affected'][number];

function matcher(subject: Subject): (entry: Affected) => boolean {
  const purl = PackageURL.fromString(subject.purl);
  const joined = [purl.namespace, purl.name].filter(Boolean).join(purl.type === 'maven' ? ':' : '/');
  const ecosystem = ECOSYSTEMS[purl.type];
  const hosted = purl.type === 'github' ? `github.com/${joined}`.toLowerCase() : undefined;
  return ({ package: pack, ranges }) => {
    if (pack?.purl !== undefined && pack.purl.split(/[@?]/)[0] === subject.purl) return true;
    if (
      pack !== undefined &&
      ecosystem !== undefined &&
      pack.ecosystem.split(':')[0] === ecosystem &&
      pack.name === joined
    )
      return true;
    if (hosted === undefined) return false;
    // A program written in Go is recorded by its module, with /v2 and later as a part of the name.
    if (pack?.ecosystem === 'Go' && pack.name.toLowerCase().replace(/\/v\d+$/, '') === hosted) return true;
    return ranges.some(({ repo }) => repo?.toLowerCase().replace(/^https?:\/\/|\.git$|\/$/g, '') === hosted);
  };
}

function summary(
  record: OsvRecord,
  entries: Affected[],
  version: string | undefined,
): FactValue<'osv.records'>['ofPackage'][number] {
  const fixed = entries.flatMap(({ ranges }) =>
    ranges
      .filter(({ type }) => type !== 'GIT')
      .flatMap(({ events }) => events.flatMap((event) => event.fixed ?? [])),
  );
  return {
    id: record.id,
    aliases: record.aliases,
    summary: (record.summary ?? '').slice(0, 300),
    published: record.published ?? null,
    withdrawn: record.withdrawn !== undefined,
    severity: record.severity?.[0]?.score ?? null,
    affects: affectsVersion(entries, version),
    fixed: [...new Set(fixed)],
  };
}
