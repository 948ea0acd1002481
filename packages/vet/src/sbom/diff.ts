import { parsePurl } from '../verify/provenance.ts';
import type { Component, Sbom } from './model.ts';
import type { ComponentChange, SbomDiff } from './outcome.ts';

/** What changed between the SBOMs of two versions of one tool, the tool itself among it; order does not matter. */
export function diffSboms(before: Sbom, after: Sbom): SbomDiff {
  const [old, now] = [group(before), group(after)];
  const diff: SbomDiff = { added: [], removed: [], changed: [], licences: [], digests: [], origins: [] };
  for (const [component, components] of now) {
    const earlier = old.get(component);
    if (earlier === undefined) {
      diff.added.push(...components.map(label));
      continue;
    }
    const note = (list: ComponentChange[], of: (all: Component[]) => string[]) => {
      const [from, to] = [of(earlier), of(components)];
      if (!same(from, to)) list.push({ component, from, to });
    };
    note(diff.changed, (all) => unique(all.flatMap(versionsOf)));
    note(diff.licences, (all) => unique(all.flatMap((one) => one.licences)));
    note(diff.origins, (all) => unique(all.flatMap(originsOf)));
    diff.digests.push(...otherBytes(component, earlier, components));
  }
  for (const [key, components] of old) if (!now.has(key)) diff.removed.push(...components.map(label));
  diff.added.sort();
  diff.removed.sort();
  return diff;
}

/** By version and algorithm, where both documents name one: a digest that is new was only written down. */
function otherBytes(component: string, earlier: Component[], later: Component[]): ComponentChange[] {
  const [old, now] = [digestsByVersion(earlier), digestsByVersion(later)];
  const changes: ComponentChange[] = [];
  for (const [key, to] of now) {
    const from = old.get(key);
    const version = key.split('\0')[0] ?? '';
    if (from === undefined || same(unique(from), unique(to))) continue;
    const name = version === '' ? component : `${component}@${version}`;
    changes.push({ component: name, from: unique(from), to: unique(to) });
  }
  return changes;
}

function digestsByVersion(components: Component[]): Map<string, string[]> {
  const digests = new Map<string, string[]>();
  for (const component of components) {
    for (const [algorithm, hex] of Object.entries(component.hashes)) {
      const key = `${versionsOf(component)[0] ?? ''}\0${algorithm}`;
      digests.set(key, [...(digests.get(key) ?? []), `${algorithm}:${hex}`]);
    }
  }
  return digests;
}

/** A component is the same by its purl without version, or by its name where it has none. */
function group({ subject, components }: Sbom): Map<string, Component[]> {
  const groups = new Map<string, Component[]>();
  for (const component of subject ? [subject, ...components] : components) {
    const key = packageOf(component);
    const known = groups.get(key);
    if (known) known.push(component);
    else groups.set(key, [component]);
  }
  return groups;
}

function packageOf({ purl, name }: Component): string {
  if (purl === undefined) return name ?? '';
  const parsed = parsePurl(purl);
  if (parsed === undefined) return purl.replace(/[?#].*$/, '').replace(/@[^/@]*$/, '');
  return `pkg:${[parsed.type, parsed.namespace, parsed.name].filter(Boolean).join('/')}`;
}

/** Its own and its purl's; where the two differ, both are told. */
function versionsOf({ purl, version }: Component): string[] {
  return unique([version, parsePurl(purl)?.version].flatMap((one) => one || []));
}

/** The qualifiers of a purl that lead to other bytes (https://github.com/package-url/purl-spec). */
const ORIGINS = ['repository_url', 'download_url', 'vcs_url'];

function originsOf({ purl }: Component): string[] {
  const qualifiers: Record<string, unknown> = parsePurl(purl)?.qualifiers ?? {};
  return ORIGINS.flatMap((name) => (qualifiers[name] ? [`${name}=${qualifiers[name]}`] : []));
}

const unique = (texts: string[]) => [...new Set(texts)].sort();
const same = (a: string[], b: string[]) => a.join('\n') === b.join('\n');
const label = ({ purl, name, version }: Component) => purl ?? [name, version].filter(Boolean).join('@');
