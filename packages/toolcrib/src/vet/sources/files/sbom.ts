import { z } from 'zod';
import { ToolcribError } from '../../../model/index.ts';
import type { FactValue } from '../../pack/facts/index.ts';
import { fact, subjectId } from '../fact.ts';
import type { Fact, Source } from '../source.ts';
import { readGiven } from './given.ts';

const cyclonedx = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  metadata: z
    .looseObject({
      component: z
        .looseObject({ name: z.string(), version: z.string().optional(), purl: z.string().optional() })
        .optional(),
    })
    .optional(),
  components: z.array(z.unknown()).default([]),
});
const spdx = z.looseObject({
  spdxVersion: z.string(),
  documentDescribes: z.array(z.string()).optional(),
  packages: z
    .array(z.looseObject({ SPDXID: z.string(), name: z.string(), versionInfo: z.string().optional() }))
    .default([]),
  relationships: z
    .array(
      z.looseObject({
        spdxElementId: z.string(),
        relationshipType: z.string(),
        relatedSpdxElement: z.string(),
      }),
    )
    .default([]),
});

/** An SBOM that was given: that there is one, in which format, and what it says it describes. */
export const sbomSource: Source = {
  kind: 'sbom-file',
  makes: ['sbom.file'],
  appliesTo: (target) => target.files.length > 0,
  collect: async (target, context) => {
    const facts: Fact[] = [];
    for (const path of target.files) {
      const given = await readGiven(path, context);
      if (given.kind !== 'sbom') continue;
      for await (const { content } of given.documents()) {
        const source = { kind: 'sbom-file', location: path };
        const about = { subject: subjectId(target.subject, true), source, sha256: given.sha256, context };
        facts.push(fact('sbom.file', describe(content, path), about) as Fact);
      }
    }
    return { facts, gaps: [] };
  },
};

function describe(content: unknown, path: string): FactValue<'sbom.file'> {
  if (typeof content === 'string') return describeText(content);
  const cdx = cyclonedx.safeParse(content);
  if (cdx.success) {
    const { specVersion, metadata, components } = cdx.data;
    return {
      format: 'cyclonedx',
      specVersion,
      describes: named(metadata?.component),
      components: components.length,
    };
  }
  const document = spdx.safeParse(content);
  if (document.success) {
    const { spdxVersion, packages, relationships, documentDescribes } = document.data;
    const described = relationships.find(
      ({ relationshipType }) => relationshipType === 'DESCRIBES',
    )?.relatedSpdxElement;
    const root = packages.find(({ SPDXID }) => SPDXID === (described ?? documentDescribes?.[0]));
    return {
      format: 'spdx',
      specVersion: spdxVersion,
      describes: root === undefined ? null : named({ name: root.name, version: root.versionInfo }),
      components: packages.length,
    };
  }
  throw new ToolcribError(
    'bad-file',
    `${path} is neither CycloneDX nor SPDX: ${cdx.error.issues[0]?.message}`,
  );
}

/** XML and tag-value: only what stands at the top; what is inside is read where SBOMs are judged. */
function describeText(text: string): FactValue<'sbom.file'> {
  const count = (pattern: RegExp) => [...text.matchAll(pattern)].length;
  const spdxVersion = /^SPDXVersion:\s*(\S+)/m.exec(text)?.[1];
  if (spdxVersion !== undefined)
    return {
      format: 'spdx',
      specVersion: spdxVersion,
      describes: null,
      components: count(/^PackageName:/gm),
    };
  const specVersion = /cyclonedx\.org\/schema\/bom\/([\d.]+)/.exec(text)?.[1] ?? 'unknown';
  return {
    format: 'cyclonedx',
    specVersion,
    describes: null,
    components: count(/<(?:[\w.-]+:)?component[\s/>]/g),
  };
}

function named(component: { name: string; version?: string; purl?: string } | undefined): string | null {
  if (component === undefined) return null;
  return (
    component.purl ??
    (component.version === undefined ? component.name : `${component.name}@${component.version}`)
  );
}
