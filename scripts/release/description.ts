// What every artefact of a release says of toolcrib, once. Version, summary and licence stand in its package.json.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An executable of ours, and what others call the machine that it is for. */
export interface Platform {
  /** As Node names it, and our files do. */
  name: 'linux-x64' | 'linux-arm64' | 'darwin-arm64';
  os: 'linux' | 'darwin';
  /** As Go does, and with it krew, aqua and OCI. */
  arch: 'amd64' | 'arm64';
}

export interface Description {
  name: string;
  version: string;
  /** One sentence without a full stop. */
  summary: string;
  /** At most 50 characters: krew cuts a longer one in its list. */
  short: string;
  licence: string;
  homepage: string;
  maintainer: string;
  /** Where the files of a release lie, without a slash at the end. Nothing lies there before the first one. */
  downloads: string;
  platforms: readonly Platform[];
}

const REPOSITORY = 'https://github.com/toolcrib/toolcrib';

export const PLATFORMS: readonly Platform[] = [
  { name: 'linux-x64', os: 'linux', arch: 'amd64' },
  { name: 'linux-arm64', os: 'linux', arch: 'arm64' },
  { name: 'darwin-arm64', os: 'darwin', arch: 'arm64' },
];

export function descriptionOf(root: string): Description {
  const { name, version, description, license } = JSON.parse(
    readFileSync(join(root, 'packages/toolcrib/package.json'), 'utf8'),
  );
  return {
    name,
    version,
    summary: description,
    short: 'Guard and undo for what tools do to your cluster',
    licence: license,
    homepage: REPOSITORY,
    maintainer: 'toolcrib <security@toolcrib.dev>',
    downloads: `${REPOSITORY}/releases/download/v${version}`,
    platforms: PLATFORMS,
  };
}
