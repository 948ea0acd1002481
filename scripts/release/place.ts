// The folder of a release: what an earlier one left there goes, what anybody else has there never does.
import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Names under the folder that the kinds in `kinds/`, and `npm run binary`, give their files: of this version and of others. */
const FILES = [
  /^SHA256SUMS(\.sig)?$/,
  /^toolcrib-(linux|darwin)-(x64|arm64)(\.xz)?$/,
  /^toolcrib(-[a-z]+)?-\d+\.\d+\.\d+[\w.-]*\.(tgz|tar\.gz|tar|json|jsonl)$/,
  /^toolcrib_\d+\.\d+\.\d+[\w.-]*_(amd64|arm64)\.deb$/,
];
const IN_FOLDERS: Record<string, string> = {
  aqua: 'registry.yaml',
  homebrew: 'toolcrib.rb',
  krew: 'toolcrib.yaml',
  mise: 'mise.toml',
};

/**
 * Whether a release may be made there: nothing lies there but what one leaves. Changes nothing.
 * @param executables where the executables are taken from
 * @throws Error naming what lies there besides
 */
export function assertOwnPlace(folder: string, executables: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isDirectory()) throw new Error(`${folder} is no folder. Name another: --out FOLDER`);
  const foreign = readdirSync(folder).filter((name) => !isOwn(folder, name));
  const more = foreign.length > 5 ? `, and ${foreign.length - 5} more` : '';
  if (foreign.length > 0)
    throw new Error(
      `In ${folder} lies what no release has made (${foreign.slice(0, 5).join(', ')}${more}): nothing was done. Name another folder: --out FOLDER`,
    );
  if (existsSync(executables) && isWithin(executables, folder))
    throw new Error(
      `The executables lie in ${folder}, which is emptied before they are taken. Name another folder: --out FOLDER`,
    );
}

/** The folder with nothing in it. @throws Error as `assertOwnPlace` does, and then all of it is still there */
export function emptied(folder: string, executables: string): void {
  assertOwnPlace(folder, executables);
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
}

function isOwn(folder: string, name: string): boolean {
  const found = lstatSync(join(folder, name));
  if (found.isFile()) return FILES.some((pattern) => pattern.test(name));
  const own = IN_FOLDERS[name];
  if (!found.isDirectory() || own === undefined) return false;
  const path = join(folder, name);
  return readdirSync(path).every((one) => one === own && lstatSync(join(path, one)).isFile());
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(realpathSync(folder), realpathSync(path));
  return way === '' || way.split('/')[0] !== '..';
}
