import { ToolcribError } from '@toolcrib/model';
import { readGiven } from '../given/given.ts';
import { ECOSYSTEMS, recordsIn, whyPartial } from '../osv/records.ts';
import type { OsvRecord } from '../osv/schema.ts';
import { affectsVersion } from '../osv/version.ts';
import { parsePurl } from '../verify/provenance.ts';
import type { Component, Sbom } from './model.ts';
import type { Vulnerabilities } from './outcome.ts';

interface Wanted {
  component: Component;
  version: string;
  key: string;
  /** Of which the data must hold something for its silence to say anything. */
  ecosystem: string;
}

/** @throws {ToolcribError} `bad-file`, `not-found`, `limit` */
export async function vulnerabilitiesOf(sbom: Sbom, osv: string): Promise<Vulnerabilities> {
  const all = sbom.subject ? [sbom.subject, ...sbom.components] : sbom.components;
  const unasked = new Map<string, Vulnerabilities['unasked'][number]>();
  const wanted = new Map<string, Wanted[]>();
  for (const component of all) {
    const one = wantedOf(component);
    if (typeof one === 'string') leaveOut(unasked, one, component);
    else wanted.set(one.key, [...(wanted.get(one.key) ?? []), one]);
  }
  const given = await readGiven(osv, {});
  if (given.kind !== 'osv') throw new ToolcribError('bad-file', `${osv} is no OSV data`);

  const found: Vulnerabilities['found'][number][] = [];
  const covered = new Set<string>();
  let [records, partial]: [number, string | null] = [0, null];
  for await (const { content, name } of given.documents()) {
    partial ??= whyPartial(content, name === osv);
    for (const record of recordsIn(content, name)) {
      records++;
      for (const { package: one, ranges } of record.affected) {
        if (one !== undefined) covered.add(base(one.ecosystem));
        else if (ranges.some(({ repo }) => repo !== undefined)) covered.add(GITHUB);
        if (one?.ecosystem === 'Go') covered.add(GITHUB);
      }
      if (record.withdrawn === undefined) found.push(...matches(record, wanted));
    }
  }
  let asked = 0;
  for (const { component, ecosystem } of [...wanted.values()].flat()) {
    if (covered.has(ecosystem) && partial === null) asked++;
    else leaveOut(unasked, partial ?? `the data given has nothing of ${ecosystem}`, component);
  }
  return { found, asked, total: all.length, unasked: [...unasked.values()], records };
}

function leaveOut(
  unasked: Map<string, Vulnerabilities['unasked'][number]>,
  why: string,
  { purl, name }: Component,
): void {
  const group = unasked.get(why) ?? { why, count: 0, components: [] };
  unasked.set(why, group);
  if (++group.count <= 5) group.components.push(purl ?? name ?? 'a component without a name');
}

/** @returns what to look for, or why that is not known */
function wantedOf(component: Component): Wanted | string {
  const { purl, version: own } = component;
  if (purl === undefined) return 'no purl';
  const parsed = parsePurl(purl);
  if (parsed === undefined) return 'its purl cannot be read';
  const version = parsed.version ?? own;
  if (version === undefined) return 'no version';
  const path = [parsed.namespace, parsed.name].filter(Boolean);
  if (parsed.type === 'github')
    return { component, version, ecosystem: GITHUB, key: keyOf(GITHUB, ['github.com', ...path].join('/')) };
  const ecosystem = ECOSYSTEMS[parsed.type];
  if (ecosystem === undefined) return `OSV's name for pkg:${parsed.type} is not known`;
  const name = path.join(parsed.type === 'maven' ? ':' : '/');
  return { component, version, ecosystem, key: keyOf(ecosystem, name) };
}

/** What stands on GitHub is recorded as a Go module, or by its repository alone (OSV's ecosystem `GIT`). */
const GITHUB = 'Go or GIT';

/** OSV's `Debian:12` is Debian. */
const base = (ecosystem: string) => ecosystem.split(':')[0] ?? '';

/** Package URLs and registries do not write every name alike: case in Go and NuGet, `_` and `.` in PyPI. */
function keyOf(ecosystem: string, name: string): string {
  const own = base(ecosystem);
  if (own === 'PyPI') return `${own}\0${name.toLowerCase().replaceAll(/[-_.]+/g, '-')}`;
  return `${own}\0${['Go', 'NuGet', GITHUB].includes(own) ? name.toLowerCase() : name}`;
}

function* matches(
  record: OsvRecord,
  wanted: ReadonlyMap<string, Wanted[]>,
): Generator<Vulnerabilities['found'][number]> {
  const packages = new Map<string, OsvRecord['affected']>();
  for (const entry of record.affected)
    for (const key of keysOf(entry)) packages.set(key, [...(packages.get(key) ?? []), entry]);
  for (const [key, entries] of packages) {
    for (const { component, version } of wanted.get(key) ?? []) {
      const affects = affectsVersion(entries, version);
      if (affects === 'no') continue;
      const summary = (record.summary ?? '').slice(0, 200);
      yield { component: component.purl ?? '', id: record.id, summary, affects };
    }
  }
}

/** What an entry speaks of: its package, and the repositories that are or may be that. */
function keysOf({ package: one, ranges }: OsvRecord['affected'][number]): Set<string> {
  const repositories = ranges.flatMap(({ repo }) => repo?.replace(/^https?:\/\//, '') ?? []);
  // `/v2` and later are a part of a module's name.
  if (one?.ecosystem === 'Go') repositories.push(one.name.replace(/\/v\d+$/, ''));
  return new Set([
    ...(one ? [keyOf(one.ecosystem, one.name)] : []),
    ...repositories.map((name) => keyOf(GITHUB, name.replace(/(?:\.git)?\/?$/, ''))),
  ]);
}
