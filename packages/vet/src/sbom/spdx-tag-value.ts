import { ToolcribError } from '@toolcrib/model';
import { SBOM_LIMITS } from './model.ts';
import type { Spdx } from './spdx.ts';

type Package = NonNullable<Spdx['packages']>[number];

/**
 * Reads SPDX tag-value into the shape of its JSON. Text between <text> and </text> may span lines and is skipped; a
 * line that is no `Tag: value` is an error and not ignored, since it may be what the rest depends on.
 * @throws {ToolcribError} `bad-file` with the line, `limit`
 */
export function readSpdxTagValue(text: string, path: string): Spdx {
  const packages: Package[] = [];
  const document: Spdx = {
    spdxVersion: '',
    creationInfo: { creators: [] },
    packages,
    relationships: [],
    documentDescribes: [],
  };
  let current: Package | undefined;
  let inText = false;
  let number = 0;
  for (const raw of text.split('\n')) {
    if (++number > SBOM_LIMITS.values)
      throw new ToolcribError('limit', `${path} has more than ${SBOM_LIMITS.values} lines`);
    const line = raw.trim();
    if (inText) {
      inText = !line.includes('</text>');
      continue;
    }
    if (line === '' || line.startsWith('#')) continue;
    const match = /^([A-Za-z0-9]+):\s*(.*)$/.exec(line);
    if (match === null) throw new ToolcribError('bad-file', `${path}:${number}: this is no "Tag: value"`);
    const [, tag = '', value = ''] = match;
    inText = value.includes('<text>') && !value.includes('</text>');
    if (tag === 'PackageName') {
      if (packages.length >= SBOM_LIMITS.components) {
        throw new ToolcribError('limit', `${path} has more than ${SBOM_LIMITS.components} packages`);
      }
      current = { SPDXID: `#${number}`, name: value, checksums: [], externalRefs: [] };
      packages.push(current);
    } else if (/^(FileName|SnippetSPDXID|LicenseID)$/.test(tag)) current = undefined;
    else {
      if (current !== undefined) packageTag(current, tag, value);
      documentTag(document, tag, value);
    }
  }
  if (document.spdxVersion === '')
    throw new ToolcribError('bad-file', `${path} is no SPDX document: it has no SPDXVersion`);
  return document;
}

/** A tag that is none of a package's changes nothing. */
function packageTag(current: Package, tag: string, value: string): void {
  switch (tag) {
    case 'SPDXID':
      current.SPDXID = value;
      break;
    case 'PackageVersion':
      current.versionInfo = value;
      break;
    case 'PackageSupplier':
      current.supplier = value;
      break;
    case 'PackageOriginator':
      current.originator = value;
      break;
    case 'PackageLicenseConcluded':
      current.licenseConcluded = value;
      break;
    case 'PackageLicenseDeclared':
      current.licenseDeclared = value;
      break;
    case 'PackageChecksum': {
      const [algorithm = '', checksumValue = ''] = value.split(/:\s*/);
      current.checksums?.push({ algorithm, checksumValue });
      break;
    }
    case 'ExternalRef': {
      const [, referenceType = '', referenceLocator = ''] = value.split(/\s+/);
      current.externalRefs?.push({ referenceType, referenceLocator });
    }
  }
}

function documentTag(document: Spdx, tag: string, value: string): void {
  if (tag === 'SPDXVersion') document.spdxVersion = value;
  else if (tag === 'Creator') document.creationInfo?.creators?.push(value);
  else if (tag === 'Created') document.creationInfo = { ...document.creationInfo, created: value };
  else if (tag === 'Relationship') {
    const [spdxElementId = '', relationshipType = '', relatedSpdxElement = ''] = value.split(/\s+/);
    document.relationships?.push({ spdxElementId, relationshipType, relatedSpdxElement });
  }
}
