import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageData } from '../../binary/carried.ts';
import { bundled } from '../../bundle.ts';
import type { Kind } from '../kind.ts';
import { ownParts } from '../program.ts';
import { type Part, sbomText } from '../sbom.ts';
import { packagesOf } from '../third-party.ts';

export const sbom: Kind = {
  name: 'sbom',
  what: 'what is in the executables, as CycloneDX: packages of npm, Node, and what Node has in it',
  async make({ root, folder, description, at }) {
    const { name, version, licence, summary } = description;
    const parts = await bundled(root, { form: 'cjs' });
    const data = Object.values(packageData(createRequire(import.meta.url)));
    const packages = packagesOf(root, [...parts.flatMap(({ from }) => from), ...data]);
    const subject = {
      name,
      version,
      license: licence,
      description: summary,
      purl: `pkg:generic/${name}@${version}`,
      supplier: 'the authors of toolcrib',
    };
    const file = `${name}-${version}.cdx.json`;
    writeFileSync(join(folder, file), sbomText(subject, packages, [...ownParts(root), ...node()], at));
    return [file];
  },
};

/** The Node that runs this is the one that is pinned, and that the executables are made of. */
function node(): Part[] {
  const { node: version = '', modules: _abi, napi: _napi, ...within } = process.versions;
  return [
    {
      name: 'node',
      version,
      license: 'MIT',
      purl: `pkg:generic/node@${version}`,
      supplier: 'OpenJS Foundation',
      type: 'platform',
    },
    ...Object.entries(within).flatMap(([name, one]): Part[] =>
      !one
        ? []
        : [
            {
              name,
              version: one,
              purl: `pkg:generic/${encodeURIComponent(name)}@${encodeURIComponent(one)}`,
              supplier: 'as part of Node',
              type: 'library',
            },
          ],
    ),
  ];
}
