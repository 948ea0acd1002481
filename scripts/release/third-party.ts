// What of other people's is in our files, by which of their files went into them: versions, licences, digests.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** A package of the registry, as it is installed here. */
export interface ThirdParty {
  name: string;
  version: string;
  /** An SPDX expression. */
  license: string;
  homepage?: string;
  /** Who makes it, as its manifest says. */
  supplier: string;
  /** As in package-lock.json: `sha512-` and base64, of the package as it came from the registry. */
  integrity?: string;
  /** Names and texts of its licence files. */
  texts: { name: string; text: string }[];
  /** Whether it is installed for us, and not part of our own files. */
  beside?: boolean;
}

const TEXTS = join(import.meta.dirname, '../../node_modules/spdx-license-list/licenses');
const LICENCE_FILE = /^(licen[cs]e|copying|notice|unlicense|third.?party)[^/]*$/i;

/**
 * The packages that files of `node_modules` belong to, in the order of their names.
 * @param files absolute
 * @throws Error where one is not as package-lock.json has it, or has no licence text that could be passed on
 */
export function packagesOf(root: string, files: Iterable<string>): ThirdParty[] {
  const folders = new Set<string>();
  for (const file of files) {
    const folder = /^.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\@]+(?=[/\\])/.exec(file)?.[0];
    if (folder !== undefined) folders.add(folder);
  }
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const found = [...folders].map((folder) =>
    packageAt(folder, lock[relative(root, folder).replaceAll(sep, '/')]),
  );
  return found.sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function packageAt(folder: string, locked?: { version?: string; integrity?: string }): ThirdParty {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { name, version, license, homepage } = manifest;
  if (locked?.version !== version)
    throw new Error(
      `${name} ${version} is installed, and package-lock.json has ${locked?.version}: run npm ci`,
    );
  if (typeof license !== 'string') throw new Error(`${name} ${version} names no licence in its package.json`);
  const texts = globSync('*', { cwd: folder })
    .filter((file) => LICENCE_FILE.test(file) && statSync(join(folder, file)).isFile())
    .sort()
    .map((file) => ({ name: file, text: readFileSync(join(folder, file), 'utf8') }));
  if (texts.length === 0) texts.push(...published(license, folder));
  return {
    name,
    version,
    license,
    homepage,
    supplier: supplierOf(manifest),
    integrity: locked?.integrity,
    texts,
  };
}

/** Its author, else who has its repository, else whose scope it is in. */
function supplierOf({ name, author, repository, maintainers }: Record<string, unknown>): string {
  // Some have an address for a name.
  const nameOf = (person: unknown): string | undefined =>
    /^[^<(@]+(?=[<(]|$)/
      .exec(
        typeof person === 'string' ? person : String((person as { name?: string } | undefined)?.name ?? ''),
      )?.[0]
      .trim();
  const url = typeof repository === 'string' ? repository : (repository as { url?: string } | undefined)?.url;
  const owner = /([^/:]+)\/[^/]+$/.exec(url ?? '')?.[1];
  const [first] = Array.isArray(maintainers) ? maintainers : [];
  return nameOf(author) || nameOf(first) || owner || String(name).split('/')[0] || String(name);
}

/** The licences of what is part of our files, as they ask to be passed on. */
export function licencesText(packages: readonly ThirdParty[], intro: string): string {
  const parts = packages
    .filter(({ beside }) => !beside)
    .map(({ name, version, license, homepage, texts }) =>
      [
        `${name} ${version} (${license})${homepage ? `\n${homepage}` : ''}`,
        ...texts.map((one) => `--- ${one.name}\n\n${one.text.replaceAll('\r\n', '\n').trim()}`),
      ].join('\n\n'),
    );
  const line = `\n\n${'='.repeat(78)}\n\n`;
  return `${[intro.trim(), ...parts].join(line)}\n`;
}

/** Some packages name their licences and forget the texts: SPDX has those, and the files say whose they are. */
function published(license: string, folder: string): ThirdParty['texts'] {
  const owners = new Set<string>();
  for (const file of globSync('**/*.js', { cwd: folder }))
    for (const [line] of readFileSync(join(folder, file), 'utf8').matchAll(/Copyright (?:\(c\) )?\d{4}.*/gi))
      owners.add(line.trim());
  const ids = license.split(/[() ]+/).filter((word) => word !== '' && word !== 'AND');
  return ids.map((id) => {
    const file = join(TEXTS, `${id}.json`);
    if (!existsSync(file)) throw new Error(`${folder} has no licence file, and SPDX's list no ${id}`);
    const text: string = JSON.parse(readFileSync(file, 'utf8')).licenseText;
    return { name: `${id}, as SPDX has it`, text: [...owners, text].join('\n\n') };
  });
}
