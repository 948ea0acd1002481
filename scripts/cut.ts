// npm run cut -- VERSION: what a release is called, everywhere: the packages, what they need of each other, the lock, the CHANGELOG.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gt, valid } from 'semver';
import { PACKAGES } from './packages.ts';

interface Manifest {
  name: string;
  version: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/**
 * What stands under Unreleased is the version's; a new Unreleased stands above it, empty.
 * @param day as 2026-12-01
 * @throws Error where nothing stands there, or the version is there already
 */
export function cutChangelog(text: string, version: string, day: string): string {
  const mark = '## Unreleased\n';
  const at = text.indexOf(mark);
  if (at < 0) throw new Error('CHANGELOG.md has no section "Unreleased"');
  if (text.includes(`\n## ${version} `)) throw new Error(`CHANGELOG.md has ${version} already`);
  const rest = text.slice(at + mark.length);
  const section = rest.split(/^## /m)[0] ?? '';
  if (section.trim() === '') throw new Error('nothing stands under "Unreleased" in CHANGELOG.md');
  return `${text.slice(0, at)}${mark}\n## ${version} (${day})\n${rest.replace(/^\n+/, '')}`;
}

/** The manifest with the version, and with it what it needs of the others of ours. */
export function withVersion<Kind extends Manifest>(manifest: Kind, version: string): Kind {
  const own = (needs: Record<string, string> | undefined) =>
    needs &&
    Object.fromEntries(
      Object.entries(needs).map(([name, range]) => [
        name,
        name.startsWith('@toolcrib/') ? `^${version}` : range,
      ]),
    );
  const made = { ...manifest, version };
  if (made.dependencies) made.dependencies = own(made.dependencies);
  if (made.devDependencies) made.devDependencies = own(made.devDependencies);
  return made;
}

/** @throws Error where the version is none, or not above the one that is */
export function cut(root: string, version: string, day: string): void {
  const files = PACKAGES.map((name) => join(root, 'packages', name, 'package.json'));
  const manifests = files.map((file): Manifest => JSON.parse(readFileSync(file, 'utf8')));
  if (valid(version) !== version) throw new Error(`${JSON.stringify(version)} is no version: 0.2.0, say`);
  const higher = manifests.find((one) => !gt(version, one.version));
  if (higher) throw new Error(`${higher.name} is ${higher.version} already: ${version} is not above it`);
  const changelog = join(root, 'CHANGELOG.md');
  const text = cutChangelog(readFileSync(changelog, 'utf8'), version, day);
  for (const [index, file] of files.entries())
    writeFileSync(file, `${JSON.stringify(withVersion(manifests[index] as Manifest, version), null, 2)}\n`);
  writeFileSync(changelog, text);
}

if (import.meta.main) {
  const [version = ''] = process.argv.slice(2);
  try {
    cut(process.cwd(), version, new Date().toISOString().slice(0, 10));
    execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], { stdio: 'ignore' });
    execFileSync('npm', ['run', 'check', '--', '--fix'], { stdio: 'inherit' });
    console.log(
      `\n${version} is cut. Look at it, then: git commit -am "${version}" && git tag -s v${version}`,
    );
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
