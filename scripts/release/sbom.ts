// What is in a release, as a CycloneDX document, with the CycloneDX project's own library.
import { createHash } from 'node:crypto';
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import { PackageURL } from 'packageurl-js';
import type { ThirdParty } from './third-party.ts';

/** What the document is about. */
export interface Subject {
  name: string;
  version: string;
  license: string;
  description: string;
  purl: string;
  /** Who makes it; of the document, too. */
  supplier: string;
}

/** What is in it besides packages of the registry. */
export interface Part {
  name: string;
  version: string;
  license?: string;
  purl: string;
  supplier: string;
  type: 'platform' | 'library';
}

/**
 * The same document for the same input, byte for byte.
 * @param more parts that are no packages of the registry: our own, and Node in a binary
 * @param at when it was made
 * @returns CycloneDX 1.6 in JSON
 */
export function sbomText(
  subject: Subject,
  packages: readonly ThirdParty[],
  more: readonly Part[],
  at: Date,
): string {
  const root = component(Enums.ComponentType.Application, subject, subject.purl);
  root.description = subject.description;
  const bom = new Models.Bom({ version: 1 });
  bom.metadata.timestamp = at;
  bom.metadata.authors.add(new Models.OrganizationalContact({ name: subject.supplier }));
  bom.metadata.component = root;
  const add = (one: Models.Component) => {
    bom.components.add(one);
    root.dependencies.add(one.bomRef);
  };
  for (const part of more)
    add(
      component(
        part.type === 'platform' ? Enums.ComponentType.Platform : Enums.ComponentType.Library,
        part,
        part.purl,
      ),
    );
  for (const one of packages) {
    const made = component(Enums.ComponentType.Library, one, purlOf(one));
    const digest = /^sha512-(.+)$/.exec(one.integrity ?? '')?.[1];
    if (digest !== undefined)
      made.hashes.set(Enums.HashAlgorithm['SHA-512'], Buffer.from(digest, 'base64').toString('hex'));
    // A scanner that looks into a folder for packages finds the one kind, and not the other.
    made.properties.add(
      new Models.Property('toolcrib:part', one.beside ? 'installed beside' : 'within our files'),
    );
    add(made);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  const unnamed = serializer.serialize(bom, { sortLists: true, space: 2 });
  bom.serialNumber = `urn:uuid:${uuidOf(unnamed)}`;
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function component(
  type: Enums.ComponentType,
  { name, version, license, supplier }: Omit<Part, 'purl' | 'type'>,
  purl: string,
): Models.Component {
  const [, group, own = name] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  const made = new Models.Component(type, own, { group, version, bomRef: purl, purl: purl as never });
  made.supplier = new Models.OrganizationalEntity({ name: supplier });
  if (license !== undefined)
    made.licenses.add(
      /^[\w.+-]+$/.test(license) ? new Models.SpdxLicense(license) : new Models.LicenseExpression(license),
    );
  return made;
}

export function purlOf({ name, version }: { name: string; version: string }): string {
  const [, namespace, own = name] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  return new PackageURL('npm', namespace, own, version, undefined, undefined).toString();
}

/** RFC 9562, version 8: of the content, so that the same content has the same number. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
