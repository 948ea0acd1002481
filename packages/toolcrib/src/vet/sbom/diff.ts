import type { Component, Sbom } from './model.ts';

export interface SbomDiff {
  added: string[];
  removed: string[];
  /** Same component, another version. */
  changed: { component: string; from: string[]; to: string[] }[];
  /** Same component and version, another licence: it was corrected, or the component was relicensed. */
  licences: { component: string; from: string[]; to: string[] }[];
}

/** What changed between the SBOMs of two versions of one tool; order does not matter. */
export function diffSboms(before: Sbom, after: Sbom): SbomDiff {
  const [old, now] = [group(before), group(after)];
  const diff: SbomDiff = { added: [], removed: [], changed: [], licences: [] };
  for (const [key, components] of now) {
    const earlier = old.get(key);
    if (earlier === undefined) {
      diff.added.push(...components.map(label));
      continue;
    }
    const [from, to] = [versions(earlier), versions(components)];
    if (!same(from, to)) diff.changed.push({ component: key, from, to });
    else {
      const [was, is] = [licences(earlier), licences(components)];
      if (!same(was, is)) diff.licences.push({ component: key, from: was, to: is });
    }
  }
  for (const [key, components] of old) if (!now.has(key)) diff.removed.push(...components.map(label));
  diff.added.sort();
  diff.removed.sort();
  return diff;
}

/** A component is the same by its purl without version, or by its name where it has none. */
function group({ components }: Sbom): Map<string, Component[]> {
  const groups = new Map<string, Component[]>();
  for (const component of components) {
    const key =
      component.purl
        ?.replace(/[?#].*$/, '')
        .replace(/@[^/@]*$/, '')
        .replace('%40', '@') ??
      component.name ??
      '';
    const known = groups.get(key);
    if (known) known.push(component);
    else groups.set(key, [component]);
  }
  return groups;
}

const versions = (components: Component[]) => unique(components.flatMap(({ version }) => version ?? []));
const licences = (components: Component[]) => unique(components.flatMap((one) => one.licences));
const unique = (texts: string[]) => [...new Set(texts)].sort();
const same = (a: string[], b: string[]) => a.join('\n') === b.join('\n');
const label = ({ purl, name, version }: Component) => purl ?? [name, version].filter(Boolean).join('@');
