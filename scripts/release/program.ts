// The published form of the `toolcrib` package: the programs as few files, with what they use of other packages in them. What
// people install is then a tenth of the packages and of their bytes, and exactly what was tried here.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Bundled, bundled } from '../bundle.ts';
import { LICENCES, SBOM, shrinkwrapOf } from '../shrinkwrap.ts';
import { type Part, purlOf, sbomText } from './sbom.ts';
import { licencesText, packagesOf, type ThirdParty } from './third-party.ts';

/** Read by their path at run time, so they stay packages of their own. */
const BESIDE = ['spdx-license-list', '@cyclonedx/cyclonedx-library'];
/** LGPL-3.0: unmodified, and in a file of its own, which who wants another one may replace. */
const REPLACEABLE = 'openpgp';
const REPLACEABLE_FILE = `lib/${REPLACEABLE}.mjs`;

/** Our own packages that are part of it. */
const OWN = ['kube', 'sandbox', 'model', 'guard', 'vet'];

const SUPPLIER = 'the authors of toolcrib';

const INTRO = `toolcrib contains parts of the packages below, each under its own licence. toolcrib's own is in the file LICENSE.

openpgp (LGPL-3.0-or-later) is contained unmodified, as dist/${REPLACEABLE_FILE}, and nowhere else. You may replace that file by
another version of it. Its sources: https://github.com/openpgpjs/openpgpjs
`;

/**
 * Writes `dist/`, the licences and the SBOM of `packages/toolcrib`.
 * @param at when it is said to be made
 * @param target where to
 */
export async function writeProgram(
  root: string,
  at: Date,
  target = join(root, 'packages/toolcrib'),
): Promise<void> {
  const dist = join(target, 'dist');
  const made = await bundled(root, {
    external: [...BESIDE.map((name) => new RegExp(`^${name}($|/)`)), REPLACEABLE],
    placeOf: (source) => source.replace('/src/', '/').replace(/\.ts$/, '.js'),
  });
  // The SBOM comes last again: where it is, all is.
  for (const old of [join(target, SBOM), join(target, LICENCES), dist])
    rmSync(old, { recursive: true, force: true });
  for (const { name, text } of made) write(join(dist, name), replaceableIn({ name, text }));
  const original = join(root, 'node_modules', REPLACEABLE, 'dist', 'node', 'openpgp.mjs');
  mkdirSync(join(dist, 'lib'), { recursive: true });
  cpSync(original, join(dist, REPLACEABLE_FILE));
  const within = packagesOf(root, [...made.flatMap(({ from }) => from), original]);
  write(join(target, LICENCES), licencesText(within, INTRO));
  write(
    join(target, SBOM),
    sbomText(subject(join(root, 'packages/toolcrib')), together(within, beside(root)), ownParts(root), at),
  );
}

/** Some are both: what we use of them is within, and another package that is beside needs them, too. */
function together(within: readonly ThirdParty[], others: readonly ThirdParty[]): ThirdParty[] {
  const isIn = new Set(within.map(purlOf));
  return [...within, ...others.filter((one) => !isIn.has(purlOf(one)))];
}

/** `import('openpgp')` leads to our own file. */
function replaceableIn({ name, text }: Pick<Bundled, 'name' | 'text'>): string | Uint8Array {
  if (typeof text !== 'string') return text;
  const to = relative(dirname(name), REPLACEABLE_FILE);
  const path = to.startsWith('.') ? to : `./${to}`;
  return text.replaceAll(new RegExp(`(\\bimport\\(|\\bfrom )"${REPLACEABLE}"`, 'g'), `$1"${path}"`);
}

/** What is installed with it: as its shrinkwrap has it. */
function beside(root: string): ThirdParty[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const places = Object.keys(shrinkwrapOf(lock.packages, 'packages/toolcrib').packages).filter(
    (place) => place !== '',
  );
  const files = places.map((place) => join(root, place, 'package.json'));
  return packagesOf(root, files).map((one) => ({ ...one, beside: true }));
}

function subject(own: string) {
  const { name, version, license, description } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'));
  return { name, version, license, description, supplier: SUPPLIER, purl: purlOf({ name, version }) };
}

/** Our own packages, as parts of what is published. */
export function ownParts(root: string): Part[] {
  return OWN.map((folder) => {
    const { description: _, ...part } = subject(join(root, 'packages', folder));
    return { ...part, type: 'library' as const };
  });
}

function write(file: string, text: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
