// What the single executable carries beside the program: name → file.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * What the published package has beside its JavaScript.
 * @param root of the clone
 */
export function shippedFiles(root: string): Record<string, string> {
  return {
    'package.json': join(root, 'packages/toolcrib/package.json'),
    LICENSE: join(root, 'LICENSE'),
    ...under(join(root, 'examples'), 'examples', /\.yaml$/),
    ...under(join(root, 'policies'), 'policies', /\.(yaml|json)$/),
  };
}

/**
 * What libraries read as the program runs: SPDX's licence texts, CycloneDX's schemas.
 * @param require of a place from which they are found
 */
export function packageData(require: NodeJS.Require): Record<string, string> {
  const spdx = dirname(require.resolve('spdx-license-list/package.json'));
  const cyclonedx = dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json'));
  return {
    ...under(join(spdx, 'licenses'), 'modules/spdx-license-list/licenses', /\.json$/),
    ...under(join(cyclonedx, 'res', 'schema'), 'cyclonedx', /\.schema\.json$/),
  };
}

function under(folder: string, name: string, kind: RegExp): Record<string, string> {
  const files = readdirSync(folder).filter((file) => kind.test(file));
  return Object.fromEntries(files.map((file) => [`${name}/${file}`, join(folder, file)]));
}
