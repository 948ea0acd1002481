import { createHash, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Description, Platform } from './description.ts';

/** A release while it is made. */
export interface Release {
  /** Of the clone. */
  root: string;
  description: Description;
  /** Where its files go. */
  folder: string;
  executables: readonly { platform: Platform; file: string }[];
  /** When it is said to be made. */
  at: Date;
  /** What signs it, where somebody gave one. */
  key?: KeyObject;
  /** What other people's licences ask to be passed on with an executable. */
  licences: string;
  /** Files that were made so far: the name under the folder, with slashes → SHA-256 in hex. */
  made: Map<string, string>;
}

/** One kind of artefact. All are made by the registry in `kinds/index.ts`, in its order. */
export interface Kind {
  name: string;
  /** For people: what it is and what it is for. */
  what: string;
  /**
   * Writes its files into the folder.
   * @returns their names under it, with slashes
   * @throws Error where it can't be made here, saying what is missing
   */
  make(release: Release): Promise<string[]> | string[];
}

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');
export const sha256Of = (file: string): string => sha256(readFileSync(file));

/** The archive that package managers fetch for a platform. */
export const archiveName = ({ name, version }: Description, platform: Platform): string =>
  `${name}-${version}-${platform.name}.tar.gz`;

/**
 * Those that start as they are. The one for macOS has no signature, and Apple's machines end what has none: only Homebrew's formula
 * signs it on the way, so nobody else is offered it.
 */
export const ready = (executables: Release['executables']): Release['executables'] =>
  executables.filter(({ platform }) => platform.os !== 'darwin');

/** @throws Error where the archives were not made before */
export function archiveOf(release: Release, platform: Platform): { url: string; sha256: string } {
  const name = archiveName(release.description, platform);
  const digest = release.made.get(name);
  if (digest === undefined) throw new Error(`${name} was not made: the kind "archives" comes first`);
  return { url: `${release.description.downloads}/${name}`, sha256: digest };
}
