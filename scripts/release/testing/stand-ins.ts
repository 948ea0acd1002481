import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { PLATFORMS } from '../description.ts';

export const ROOT = join(import.meta.dirname, '../../..');
/** The command line, from the sources. */
export const CLI = ['--conditions=toolcrib-source', join(ROOT, 'packages/toolcrib/src/faces/cli/main.ts')];
export const LICENCES = 'the licences of others\n';
/** For the files of one test file; gone with it. */
export const folder = mkdtempSync(join(tmpdir(), 'toolcrib-release-'));
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true, force: true }));

/** Shell scripts in the place of executables, which say the version, and their platform. */
export function standIns(version: string): string {
  const at = join(folder, 'executables');
  mkdirSync(at, { recursive: true });
  for (const { name } of PLATFORMS)
    writeFileSync(
      join(at, `toolcrib-${name}`),
      `#!/bin/sh\n[ "$1" = --version ] && echo ${version} || echo "${name}: $*"\n`,
      { mode: 0o755 },
    );
  return at;
}
