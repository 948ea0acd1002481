// Makes a release: each kind of artefact, in turn, from one description and one set of executables.
import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LICENCES } from '../shrinkwrap.ts';
import { type Description, descriptionOf, PLATFORMS, type Platform } from './description.ts';
import { type Kind, type Release, sha256Of } from './kind.ts';
import { emptied } from './place.ts';

export interface Wanted {
  root: string;
  kinds: readonly Kind[];
  /** Where the executables lie: `toolcrib-PLATFORM` of each that is to be released. */
  executables: string;
  /** Where everything goes; what an earlier release left there is gone. */
  folder: string;
  at: Date;
  /** What other people's licences ask to be passed on with an executable: `licencesOf`. */
  licences: string;
  /** Another place for the files than the description's. */
  downloads?: string;
  /** A private key in PEM: Ed25519, or ECDSA over P-256. */
  key?: string;
  tell?: (line: string) => void;
}

/**
 * @returns what was made: the name under the folder → SHA-256
 * @throws Error where a kind can't be made, or makes what it did not say; where anything else lies in the folder
 */
export async function makeRelease(wanted: Wanted): Promise<Map<string, string>> {
  const { root, folder, kinds, at, tell = () => undefined } = wanted;
  const own = descriptionOf(root);
  const description: Description =
    wanted.downloads === undefined ? own : { ...own, downloads: wanted.downloads };
  const release: Release = {
    root,
    folder,
    description,
    executables: executablesIn(wanted.executables, description.name),
    at,
    key: wanted.key === undefined ? undefined : createPrivateKey(wanted.key),
    licences: wanted.licences,
    made: new Map(),
  };
  emptied(folder, wanted.executables);
  for (const kind of kinds)
    for (const name of await kind.make(release)) {
      const file = join(folder, name);
      if (!existsSync(file)) throw new Error(`${kind.name} said that it made ${name}, and did not`);
      release.made.set(name, sha256Of(file));
      tell(`${kind.name.padEnd(12)} ${name}`);
    }
  return release.made;
}

function executablesIn(folder: string, name: string): { platform: Platform; file: string }[] {
  const found = PLATFORMS.map((platform) => ({
    platform,
    file: join(folder, `${name}-${platform.name}`),
  })).filter(({ file }) => existsSync(file));
  if (found.length > 0) return found;
  throw new Error(
    `${folder} has no executable (${PLATFORMS.map((one) => `${name}-${one.name}`).join(', ')}): npm run binary`,
  );
}

/**
 * Of the packages that the build took in, and Node's own, which has those of all that Node has in it.
 * @throws Error where nothing was built
 */
export function licencesOf(root: string): string {
  const file = join(root, 'packages/toolcrib', LICENCES);
  if (!existsSync(file)) throw new Error(`${file} is not there. Build first: npm run build`);
  const node = join(root, 'node_modules', `node-linux-${process.arch}`, 'LICENSE');
  return `${readFileSync(file, 'utf8')}\n${'='.repeat(78)}\n\nNode.js ${process.versions.node}\n\n${readFileSync(node, 'utf8')}`;
}
