import { realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { isAddress } from '../declared/address.ts';

/**
 * Of the places that a file names which nobody here asked for, the first that is not to be opened: an address, what
 * lies outside the folder that the file must not reach out of (links followed), and what is no plain file.
 * @param folder its real path; undefined: the person named the file, and so whatever it names
 */
export async function forbidden(
  places: readonly (string | undefined)[],
  folder: string | undefined,
): Promise<string | undefined> {
  if (folder === undefined) return undefined;
  for (const place of places) {
    if (place !== undefined && !(await liesWithin(place, folder))) return place;
  }
  return undefined;
}

async function liesWithin(place: string, folder: string): Promise<boolean> {
  if (isAddress(place)) return false;
  const path = await realpath(place).catch(() => undefined);
  if (path === undefined || !path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return false;
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
