// What `npm pack` of the toolcrib package does first, and last: `node scripts/shrinkwrap.ts write|remove`, from the package's
// folder. A pack without the built files would install, and do nothing; one without a shrinkwrap would bring versions that
// nobody here has tried. Its entries are those of package-lock.json.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'npm-shrinkwrap.json';
/** What the build puts beside the program's files. */
export const LICENCES = 'THIRD-PARTY-LICENSES.txt';
export const SBOM = 'sbom.cdx.json';

export interface Locked {
  version?: string;
  link?: boolean;
  resolved?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  [more: string]: unknown;
}

/**
 * The part of a lock that one workspace needs when it is installed, as a shrinkwrap of its own.
 * @throws Error where the lock lacks something, or holds it for this workspace alone
 */
export function shrinkwrapOf(packages: Record<string, Locked>, workspace: string) {
  const root = packages[workspace];
  if (!root) throw new Error(`package-lock.json has no ${workspace}`);
  const found: Record<string, Locked> = {};
  const queue = [workspace];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const entry = packages[at] as Locked;
    const meta = entry.peerDependenciesMeta ?? {};
    const peers = Object.keys(entry.peerDependencies ?? {}).filter((name) => !meta[name]?.optional);
    const optional = Object.keys(entry.optionalDependencies ?? {});
    for (const name of [...Object.keys(entry.dependencies ?? {}), ...optional, ...peers]) {
      const place = placeOf(packages, at, name);
      if (place === undefined) {
        // legacy-peer-deps: a peer that is not here is not needed here.
        if (optional.includes(name) || peers.includes(name)) continue;
        throw new Error(`package-lock.json has no ${name}, which ${at} needs`);
      }
      if (place.startsWith('packages/')) throw new Error(`${place} can't be moved into a shrinkwrap`);
      if (found[place]) continue;
      const { link, resolved = '', ...own } = packages[place] as Locked;
      // A workspace of ours: by its version, and with its own dependencies.
      const target = link ? (packages[resolved] as Locked) : undefined;
      found[place] = target ? { version: target.version, dependencies: target.dependencies } : own;
      queue.push(link ? resolved : place);
    }
  }
  const { name, version, dependencies, bin, engines, license } = root;
  const own = { name, version, license, dependencies, bin, engines };
  const sorted = Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { name, version, lockfileVersion: 3, requires: true, packages: { '': own, ...sorted } };
}

/** Where a package finds another one: in itself, else in each folder above. */
function placeOf(packages: Record<string, Locked>, from: string, name: string): string | undefined {
  for (let at = from; ; ) {
    const place = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (packages[place]) return place;
    if (at === '') return undefined;
    const up = at.lastIndexOf('/node_modules/');
    at = up < 0 ? '' : at.slice(0, up);
  }
}

/** @throws Error where the package was not built */
export function mustBeBuilt(folder: string): void {
  const { bin, exports = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin?: object;
    exports?: Record<string, { default?: string }>;
  };
  const entries = bin
    ? ['dist/faces/cli/main.js', LICENCES, SBOM]
    : Object.values(exports).flatMap((entry) => entry.default ?? []);
  const missing = entries.find((entry) => !existsSync(join(folder, entry)));
  if (entries.length === 0) throw new Error(`${folder} has no entry point: a pack would be of no use`);
  if (missing !== undefined)
    throw new Error(
      `${join(folder, missing)} is not there: a pack would be empty. Build first: npm run build`,
    );
}

if (process.argv[1] === import.meta.filename) {
  const [what] = process.argv.slice(2);
  const folder = process.cwd();
  try {
    if (what === 'remove') rmSync(join(folder, FILE), { force: true });
    else {
      mustBeBuilt(folder);
      const lock = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8'));
      if (what === 'write')
        writeFileSync(
          join(folder, FILE),
          `${JSON.stringify(shrinkwrapOf(lock.packages, 'packages/toolcrib'), null, 2)}\n`,
        );
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
