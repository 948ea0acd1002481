import * as z from 'zod';
import { listOf } from './list.ts';
import { type Component, digestsOf, type Sbom, said } from './model.ts';

const Package = z.looseObject({
  SPDXID: z.string(),
  name: z.string().optional(),
  versionInfo: z.string().optional(),
  supplier: z.string().optional(),
  originator: z.string().optional(),
  checksums: listOf(() => Checksum).optional(),
  licenseConcluded: z.string().optional(),
  licenseDeclared: z.string().optional(),
  externalRefs: listOf(() => Reference).optional(),
});
const Checksum = z.looseObject({ algorithm: z.string(), checksumValue: z.string() });
const Reference = z.looseObject({ referenceType: z.string(), referenceLocator: z.string() });
const Relationship = z.looseObject({
  spdxElementId: z.string(),
  relationshipType: z.string(),
  relatedSpdxElement: z.string(),
});

/**
 * The parts of SPDX 2.2 and 2.3 that are read (https://spdx.github.io/spdx-spec/v2.3/). There is no kept SPDX parser
 * for JavaScript, so the members read are described here; JSON and tag-value both end in this shape.
 */
export const SpdxSchema = z.looseObject({
  spdxVersion: z.string(),
  creationInfo: z
    .looseObject({ created: z.string().optional(), creators: listOf(() => z.string()).optional() })
    .optional(),
  documentDescribes: listOf(() => z.string()).optional(),
  packages: listOf(() => Package).optional(),
  relationships: listOf(() => Relationship).optional(),
});
export type Spdx = z.infer<typeof SpdxSchema>;
type SpdxPackage = NonNullable<Spdx['packages']>[number];

const DOCUMENT = 'SPDXRef-DOCUMENT';

export function fromSpdx(document: Spdx): Sbom {
  const { packages = [], relationships = [], creationInfo = {} } = document;
  const described = new Set(document.documentDescribes);
  const related = new Set<string>();
  let edges = 0;
  for (const { spdxElementId, relationshipType, relatedSpdxElement } of relationships) {
    if (relationshipType === 'DESCRIBES' && spdxElementId === DOCUMENT) described.add(relatedSpdxElement);
    else if (relationshipType === 'DESCRIBED_BY' && relatedSpdxElement === DOCUMENT)
      described.add(spdxElementId);
    else if (relatedSpdxElement === 'NOASSERTION') continue;
    else {
      related.add(spdxElementId);
      // "Depends on nothing" is a statement too, and no edge.
      if (relatedSpdxElement === 'NONE') continue;
      related.add(relatedSpdxElement);
      edges++;
    }
  }
  const creators = creationInfo.creators ?? [];
  const of = (kind: string) =>
    creators.flatMap((one) => (one.startsWith(`${kind}:`) ? (named(one) ?? []) : []));
  // Several described packages: which of them is the artefact cannot be told from the document.
  const subject = described.size === 1 ? packages.find(({ SPDXID }) => described.has(SPDXID)) : undefined;
  return {
    format: 'spdx',
    specVersion: document.spdxVersion.replace(/^SPDX-/, ''),
    authors: [...of('Person'), ...of('Organization')],
    tools: of('Tool'),
    ...(creationInfo.created && { timestamp: creationInfo.created }),
    ...(subject && { subject: component(subject) }),
    components: packages.filter((one) => one !== subject).map(component),
    dependencies: edges,
    unrelated: packages.filter(({ SPDXID }) => !related.has(SPDXID)).length,
  };
}

/** `Person: Jane Doe (jane@example.org)` → `Jane Doe (jane@example.org)`; undefined where the name is not filled in. */
function named(text: string | undefined): string | undefined {
  const name = said(text?.trim().replace(/^(?:Person|Organization|Tool):/, ''));
  return name === undefined ? undefined : said(name.replace(/\(\s*\)$/, ''));
}

function component(one: SpdxPackage): Component {
  const digests = digestsOf(
    (one.checksums ?? []).map(({ algorithm, checksumValue }) => ({ algorithm, hex: checksumValue })),
  );
  const refs = one.externalRefs ?? [];
  const purl = refs.find(({ referenceType }) => referenceType === 'purl')?.referenceLocator.trim();
  const others = refs.filter(({ referenceType }) => /^(cpe2[23]Type|swid|swh|gitoid)$/.test(referenceType));
  const supplier = named(one.supplier) ?? named(one.originator);
  const licence = said(one.licenseConcluded) ?? said(one.licenseDeclared);
  const [name, version] = [one.name?.trim(), said(one.versionInfo)];
  return {
    ...(name && { name }),
    ...(version && { version }),
    ...(purl && { purl }),
    ...(supplier && { supplier }),
    identifiers: [
      ...others.flatMap(({ referenceLocator }) => said(referenceLocator) ?? []),
      ...Object.entries(digests.hashes).map(([algorithm, hex]) => `${algorithm}:${hex}`),
    ],
    ...digests,
    licences: licence ? [licence] : [],
  };
}
