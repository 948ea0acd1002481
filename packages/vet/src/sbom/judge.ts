import type { Verdict } from '@toolcrib/model';
import type { PackageURL } from 'packageurl-js';
import * as z from 'zod';
import { parsePurl, samePackage } from '../verify/provenance.ts';
import { type Component, isDigest, type Sbom } from './model.ts';
import type { Element, MissingElement, SbomMatch } from './outcome.ts';

const OF_COMPONENTS: readonly Element[] = [
  'supplier',
  'component name',
  'version',
  'other unique identifiers',
  'dependency relationship',
];

/** With a time zone: without one nobody knows when it was. */
const Timestamp = z.iso.datetime({ offset: true });

/**
 * A document that lists nothing lacks every element: there is nothing that has one.
 * @returns every minimum element that is missing, by name; none: the document has them all
 */
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
  const aboutItself = [
    ...document('author of SBOM data', sbom.authors.length > 0),
    ...document('timestamp', Timestamp.safeParse(sbom.timestamp).success),
  ];
  if (all.length === 0)
    return [...OF_COMPONENTS.flatMap((element) => document(element, false)), ...aboutItself];
  // One component alone has no edge; that it depends on nothing must be said all the same, or nobody looked.
  const related = sbom.unrelated === 0 && (all.length === 1 || sbom.dependencies > 0);
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
    ...aboutItself,
  ];
}

/**
 * Whether the document describes this artefact: by digest where it names one, else by version, which shows less. One
 * that describes an executable within describes the artefact only where nothing else within can be run, or the document
 * names the digest of that too.
 * @param digests of the artefact first, then of each executable within it; lower-case hex by algorithm
 * @param purl with version, of what it should be
 * @param whole whether everything within the artefact was seen
 */
export function matchArtefact(
  sbom: Sbom,
  digests: readonly Record<string, string>[],
  purl?: string,
  whole = true,
): SbomMatch {
  const { subject } = sbom;
  const unknown = (reason: string): SbomMatch => ({ verdict: 'unknown', reason });
  if (subject === undefined) return unknown('it does not say what it describes');
  const said = subject.purl ?? [subject.name, subject.version].filter(Boolean).join('@');
  const version = versionVerdict(subject, purl);
  if (version === 'fail') return { verdict: 'fail', reason: `it describes ${said}, not ${purl}` };
  const [twice] = subject.contradicting;
  if (twice !== undefined) return unknown(`it names two different ${twice} digests of ${said}`);

  const [own, ...inside] = digests;
  const answers = digests.map((one) => isOf(one, subject));
  if (answers.every((answer) => answer === undefined)) {
    const reason = STRONG.some((algorithm) => subject.hashes[algorithm] !== undefined)
      ? 'names digests that were not computed'
      : 'names no digest of it';
    return unknown(`it describes ${said}, but ${reason}`);
  }
  if (!answers.includes(true)) {
    return whole
      ? { verdict: 'fail', reason: `it describes other bytes of ${said}` }
      : unknown(`it describes other bytes of ${said}, or some within that could not be read here`);
  }
  if (own !== undefined && isOf(own, subject) !== true) {
    const others = inside.filter(
      (one) => ![subject, ...sbom.components].some((component) => isOf(one, component) === true),
    );
    if (others.length > 0)
      return unknown(`it describes one executable within, as ${said}, and not ${others.length} others`);
    if (!whole)
      return unknown(`it describes an executable within, as ${said}; not all within could be read here`);
  }
  if (purl !== undefined && version === 'unknown')
    return unknown(`it describes these bytes, but as ${said} and not as ${purl}`);
  return { verdict: 'pass', reason: `it describes these bytes, as ${said}` };
}

const STRONG = ['sha512', 'sha384', 'sha256'] as const;

/** Whether a component is of these bytes: every digest that both name is the same; undefined where they share none. */
function isOf(digests: Record<string, string>, { hashes }: Component): boolean | undefined {
  const shared = STRONG.filter(
    (algorithm) => digests[algorithm] !== undefined && hashes[algorithm] !== undefined,
  );
  if (shared.length === 0) return undefined;
  return shared.every((algorithm) => digests[algorithm] === hashes[algorithm]);
}

function versionVerdict(subject: Component, wanted: string | undefined): Verdict {
  const purl = parsePurl(wanted);
  if (purl === undefined) return 'unknown';
  const own = parsePurl(subject.purl);
  if (own !== undefined && own.type === purl.type && !samePackage(own, purl)) return 'fail';
  const version = own?.version ?? subject.version;
  if (version === undefined || !purl.version) return 'unknown';
  if (!own?.version && isDigest(version)) return 'unknown';
  const bare = (text: string) => text.replace(/^v(?=\d)/, '');
  if (bare(version) !== bare(purl.version)) return 'fail';
  // Nothing says that npm's `tool` and GitHub's `acme/tool` are one; and a purl that cannot be read names nothing.
  if (own !== undefined) return samePackage(own, purl) || sameRepository(own, purl) ? 'pass' : 'unknown';
  return subject.purl === undefined && subject.name === purl.name ? 'pass' : 'unknown';
}

/** A Go module on GitHub is named after its repository, so that the two purls say the same. */
function sameRepository(a: PackageURL, b: PackageURL): boolean {
  const [one, other] = [repositoryOf(a), repositoryOf(b)];
  return one !== undefined && one === other;
}

function repositoryOf({ type, namespace, name }: PackageURL): string | undefined {
  const path = [namespace, name].join('/').toLowerCase();
  if (type === 'github') return path;
  return type === 'golang' ? /^github\.com\/([^/]+\/[^/]+)(?:\/v\d+)?$/.exec(path)?.[1] : undefined;
}
