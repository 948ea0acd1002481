import { ToolcribError } from '../../model/index.ts';
import { readGiven } from '../sources/files/given.ts';
import { type OsvRecord, osvRecordSchema } from '../sources/files/osv-schema.ts';
import { affectsVersion } from '../sources/files/osv-version.ts';
import { parsePurl } from '../verify/provenance.ts';
import type { Component, Sbom } from './model.ts';

export interface Vulnerability {
  component: string;
  id: string;
  summary: string;
  /** `unknown`: the record is of this package, but its ranges cannot be compared with this version. */
  affects: 'yes' | 'unknown';
}

/** What OSV data that the person gave (file, folder, export) says of the components. Its silence proves nothing. */
export interface Vulnerabilities {
  found: Vulnerability[];
  /** Components that were looked for, out of all: those with a purl and a version in an ecosystem OSV has. */
  asked: number;
  records: number;
}

const ECOSYSTEMS: Record<string, string> = {
  npm: 'npm',
  pypi: 'PyPI',
  cargo: 'crates.io',
  golang: 'Go',
  maven: 'Maven',
  gem: 'RubyGems',
  nuget: 'NuGet',
  composer: 'Packagist',
};

/** @throws {ToolcribError} `bad-file`, `not-found`, `limit` */
export async function vulnerabilitiesOf(sbom: Sbom, osv: string): Promise<Vulnerabilities> {
  const wanted = new Map<string, Component[]>();
  for (const component of sbom.components) {
    const key = keyOf(component);
    if (key === undefined) continue;
    const known = wanted.get(key);
    if (known) known.push(component);
    else wanted.set(key, [component]);
  }
  const asked = [...wanted.values()].reduce((sum, list) => sum + list.length, 0);
  const result: Vulnerabilities = { found: [], asked, records: 0 };
  const given = await readGiven(osv, { now: Date.now });
  if (given.kind !== 'osv') throw new ToolcribError('bad-file', `${osv} is no OSV data`);
  for await (const { content, name } of given.documents()) {
    for (const record of recordsIn(content, name)) {
      result.records++;
      if (record.withdrawn === undefined) result.found.push(...matches(record, wanted));
    }
  }
  return result;
}

function recordsIn(content: unknown, name: string): OsvRecord[] {
  const answer = (content as { vulns?: unknown }).vulns;
  const list = Array.isArray(content) ? content : Array.isArray(answer) ? answer : [content];
  return list.map((one) => {
    const parsed = osvRecordSchema.safeParse(one);
    if (!parsed.success)
      throw new ToolcribError('bad-file', `${name} is no OSV record: ${parsed.error.issues[0]?.message}`);
    return parsed.data;
  });
}

function keyOf({ purl, version }: Component): string | undefined {
  const parsed = parsePurl(purl);
  const ecosystem = parsed && ECOSYSTEMS[parsed.type];
  if (parsed === undefined || ecosystem === undefined || (parsed.version ?? version) === undefined)
    return undefined;
  const name = [parsed.namespace, parsed.name].filter(Boolean).join(parsed.type === 'maven' ? ':' : '/');
  return `${ecosystem}\0${name}`;
}

function* matches(record: OsvRecord, wanted: ReadonlyMap<string, Component[]>): Generator<Vulnerability> {
  const packages = new Set(
    record.affected.flatMap(({ package: one }) =>
      one ? [`${one.ecosystem.split(':')[0]}\0${one.name}`] : [],
    ),
  );
  for (const key of packages) {
    const entries = record.affected.filter(
      ({ package: one }) => one && `${one.ecosystem.split(':')[0]}\0${one.name}` === key,
    );
    for (const component of wanted.get(key) ?? []) {
      const affects = affectsVersion(entries, parsePurl(component.purl)?.version ?? component.version);
      if (affects === 'no') continue;
      yield {
        component: component.purl ?? '',
        id: record.id,
        summary: (record.summary ?? '').slice(0, 200),
        affects,
      };
    }
  }
}
