import * as z from 'zod';
import { listOf } from './list.ts';
import { type Component, digestsOf, type Sbom, said } from './model.ts';

/**
 * The parts of CycloneDX 1.2–1.7 that are read (https://cyclonedx.org/specification/overview/). The library validates
 * and writes but does not parse, so the members read are described here; JSON and XML both end in this shape.
 */
const Named = z.looseObject({ name: z.string().optional() });
const Hash = z.looseObject({ alg: z.string(), content: z.string() });
const Licence = z.looseObject({
  license: z.looseObject({ id: z.string().optional(), name: z.string().optional() }).optional(),
  expression: z.string().optional(),
});

const Dependency = z.looseObject({ ref: z.string(), dependsOn: listOf(() => z.string()).optional() });

interface RawComponent {
  name?: string;
  version?: string;
  purl?: string;
  cpe?: string;
  'bom-ref'?: string;
  supplier?: { name?: string };
  manufacturer?: { name?: string };
  publisher?: string;
  swid?: { tagId?: string };
  hashes?: z.infer<typeof Hash>[];
  licenses?: z.infer<typeof Licence>[];
  components?: RawComponent[];
}

const ComponentSchema: z.ZodType<RawComponent> = z.looseObject({
  name: z.string().optional(),
  version: z.string().optional(),
  purl: z.string().optional(),
  cpe: z.string().optional(),
  'bom-ref': z.string().optional(),
  supplier: Named.optional(),
  manufacturer: Named.optional(),
  publisher: z.string().optional(),
  swid: z.looseObject({ tagId: z.string().optional() }).optional(),
  hashes: listOf(() => Hash).optional(),
  licenses: listOf(() => Licence).optional(),
  components: listOf(() => ComponentSchema).optional(),
});

export const CycloneDxSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  metadata: z
    .looseObject({
      timestamp: z.string().optional(),
      authors: listOf(() => Named).optional(),
      manufacturer: Named.optional(),
      manufacture: Named.optional(),
      supplier: Named.optional(),
      tools: z.unknown().optional(),
      component: ComponentSchema.optional(),
    })
    .optional(),
  components: listOf(() => ComponentSchema).optional(),
  dependencies: listOf(() => Dependency).optional(),
});
export type CycloneDx = z.infer<typeof CycloneDxSchema>;

export function fromCycloneDx(bom: CycloneDx): Sbom {
  const { metadata = {}, components = [], dependencies = [] } = bom;
  const all: RawComponent[] = [];
  flatten(components, all);
  const root = metadata.component;

  const everything = root ? [root, ...all] : all;
  const known = new Set(everything.flatMap((one) => one['bom-ref'] || []));
  const related = new Set<string>();
  let edges = 0;
  for (const { ref, dependsOn = [] } of dependencies) {
    // An entry without dependsOn says "depends on nothing", which is a statement too.
    related.add(ref);
    for (const other of dependsOn) {
      related.add(other);
      if (known.has(ref) && known.has(other)) edges++;
    }
  }
  const people = [
    metadata.manufacturer,
    metadata.manufacture,
    metadata.supplier,
    ...(metadata.authors ?? []),
  ];
  return {
    format: 'cyclonedx',
    specVersion: bom.specVersion,
    authors: people.flatMap((one) => said(one?.name) ?? []),
    tools: toolNames(metadata.tools),
    ...(metadata.timestamp && { timestamp: metadata.timestamp }),
    ...(root && { subject: component(root) }),
    components: all.map(component),
    dependencies: edges,
    unrelated: everything.filter((one) => !one['bom-ref'] || !related.has(one['bom-ref'])).length,
  };
}

/** Components may hold components; kept flat. Not recursive: a hostile file nests them as deep as it likes. */
function flatten(components: readonly RawComponent[], into: RawComponent[]): void {
  const waiting = [...components].reverse();
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    into.push(one);
    for (const inner of one.components ?? []) waiting.push(inner);
  }
}

function component(raw: RawComponent): Component {
  const digests = digestsOf((raw.hashes ?? []).map(({ alg, content }) => ({ algorithm: alg, hex: content })));
  const licences = (raw.licenses ?? []).flatMap(
    ({ license, expression }) => said(expression) ?? said(license?.id) ?? said(license?.name) ?? [],
  );
  const [name, version, purl] = [raw.name?.trim(), said(raw.version), raw.purl?.trim()];
  const supplier = said(raw.supplier?.name) ?? said(raw.manufacturer?.name) ?? said(raw.publisher);
  return {
    ...(name && { name }),
    ...(version && { version }),
    ...(purl && { purl }),
    ...(supplier && { supplier }),
    identifiers: [
      ...[raw.cpe, raw.swid?.tagId].flatMap((one) => said(one) ?? []),
      ...Object.entries(digests.hashes).map(([algorithm, hex]) => `${algorithm}:${hex}`),
    ],
    ...digests,
    licences,
  };
}

/** Before 1.5 a list of tools; since then an object with components and services. */
function toolNames(tools: unknown): string[] {
  const list = z.array(Named).safeParse(tools);
  const object = z.looseObject({ components: z.array(Named).optional() }).safeParse(tools);
  const found = list.success ? list.data : object.success ? (object.data.components ?? []) : [];
  return found.flatMap(({ name }) => (name ? [name] : []));
}
