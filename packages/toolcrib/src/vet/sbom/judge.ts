import type { Verdict } from '../../model/index.ts';
import { parsePurl, samePackage } from '../verify/provenance.ts';
import type { Component, Sbom } from './model.ts';

/** NTIA, The Minimum Elements For a Software Bill of Materials (2021-07-12), data fields. */
export type Element =
  | 'supplier'
  | 'component name'
  | 'version'
  | 'other unique identifiers'
  | 'dependency relationship'
  | 'author of SBOM data'
  | 'timestamp';

export interface MissingElement {
  element: Element;
  /** How many components lack it; absent where the document as a whole does. */
  count?: number;
  /** Names of the first few. */
  components: string[];
}

/** @returns every minimum element that is missing, by name; none: the document has them all */
export function missingElements(sbom: Sbom): MissingElement[] {
  const all = sbom.subject ? [sbom.subject, ...sbom.components] : sbom.components;
  const lacking = (element: Element, has: (component: Component) => boolean): MissingElement[] => {
    const without = all.filter((component) => !has(component));
    const components = without
      .slice(0, 5)
      .map(({ name, purl }) => name ?? purl ?? 'a component without a name');
    return without.length > 0 ? [{ element, count: without.length, components }] : [];
  };
  const document = (element: Element, has: boolean): MissingElement[] =>
    has ? [] : [{ element, components: [] }];
  // One component alone has no relationship to state.
  const related = all.length <= 1 || (sbom.dependencies > 0 && sbom.unrelated === 0);
  return [
    ...lacking('supplier', ({ supplier }) => supplier !== undefined),
    ...lacking('component name', ({ name }) => name !== undefined),
    ...lacking('version', ({ version }) => version !== undefined),
    ...lacking(
      'other unique identifiers',
      ({ purl, identifiers }) => purl !== undefined || identifiers.length > 0,
    ),
    ...(related
      ? []
      : [{ element: 'dependency relationship' as const, count: sbom.unrelated, components: [] }]),
    ...document('author of SBOM data', sbom.authors.length > 0),
    ...document('timestamp', sbom.timestamp !== undefined && !Number.isNaN(Date.parse(sbom.timestamp))),
  ];
}

export interface SbomMatch {
  verdict: Verdict;
  reason: string;
}

/**
 * Whether the document describes this artefact: by digest where it names one, else by version, which shows less.
 * @param digests of the artefact and of each executable within it, lower-case hex by algorithm
 * @param purl with version, of what it should be
 */
export function matchArtefact(
  sbom: Sbom,
  digests: readonly Record<string, string>[],
  purl?: string,
): SbomMatch {
  const { subject } = sbom;
  if (subject === undefined) return { verdict: 'unknown', reason: 'it does not say what it describes' };
  const said = subject.purl ?? [subject.name, subject.version].filter(Boolean).join('@');
  const version = versionVerdict(subject, purl);
  if (version === 'fail') return { verdict: 'fail', reason: `it describes ${said}, not ${purl}` };

  const strong = ['sha512', 'sha384', 'sha256'].filter(
    (algorithm) => subject.hashes[algorithm] !== undefined,
  );
  const comparable = digests.filter((own) => strong.some((algorithm) => own[algorithm] !== undefined));
  if (comparable.length === 0) {
    const reason = strong.length === 0 ? 'names no digest of it' : 'names digests that were not computed';
    return { verdict: 'unknown', reason: `it describes ${said}, but ${reason}` };
  }
  const same = comparable.some((own) =>
    strong.every((algorithm) => own[algorithm] === undefined || own[algorithm] === subject.hashes[algorithm]),
  );
  if (!same) return { verdict: 'fail', reason: `it describes other bytes of ${said}` };
  if (purl !== undefined && version === 'unknown') {
    return { verdict: 'unknown', reason: `it describes these bytes, but as ${said} and not as ${purl}` };
  }
  return { verdict: 'pass', reason: `it describes these bytes, as ${said}` };
}

function versionVerdict(subject: Component, wanted: string | undefined): Verdict {
  const purl = parsePurl(wanted);
  if (purl === undefined) return 'unknown';
  const own = parsePurl(subject.purl);
  if (own !== undefined && own.type === purl.type && !samePackage(own, purl)) return 'fail';
  const version = own?.version ?? subject.version;
  if (version === undefined || !purl.version) return 'unknown';
  const bare = (text: string) => text.replace(/^v(?=\d)/, '');
  if (bare(version) !== bare(purl.version)) return 'fail';
  return own !== undefined ? 'pass' : subject.name === purl.name ? 'pass' : 'unknown';
}
