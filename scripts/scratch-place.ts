import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Linux keeps what lies there in memory. */
const MEMORY = '/dev/shm';
/** Bytes that must be free there, and in the machine's memory; the whole of `npm test` needs a tenth of it at a time. */
const NEEDED = 2 ** 31;

/**
 * Where tests make their files: in memory where this machine lets them. Each journal and each copy waits for the disk
 * otherwise, and most waits are other programs' writes. What they prove is the same: they end processes, and no machine.
 * What a run that was ended by a signal has left there goes after a day.
 * @param memory the folder to try; one that the person has chosen (`TMPDIR` and its kin) comes before it
 * @param needed bytes
 */
export function scratchPlace(memory: string = MEMORY, needed: number = NEEDED): string {
  const { TMPDIR, TMP, TEMP } = process.env;
  if ((TMPDIR ?? TMP ?? TEMP) !== undefined || !isFit(memory, needed)) return tmpdir();
  forgetOld(memory);
  return memory;
}

/** Milliseconds. */
const KEPT = 24 * 3_600_000;

function forgetOld(memory: string): void {
  for (const name of readdirSync(memory).filter((one) => one.startsWith('tct-'))) {
    const path = join(memory, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.uid === process.getuid?.() && Date.now() - Number(found?.mtimeMs) > KEPT)
      rmSync(path, { recursive: true, force: true });
  }
}

function isFit(folder: string, needed: number): boolean {
  let own: string | undefined;
  try {
    const { bavail, bsize } = statfsSync(folder);
    own = mkdtempSync(join(folder, 'tct-'));
    // Plugins, editors and clients of tests are scripts that are run from there: `noexec` would be in the way.
    const script = join(own, 'run');
    writeFileSync(script, '#!/bin/sh\nexit 0\n', { mode: 0o700 });
    const free = Math.min(bavail * bsize, process.availableMemory());
    return free >= needed && spawnSync(script).status === 0;
  } catch {
    return false;
  } finally {
    if (own !== undefined) rmSync(own, { recursive: true, force: true });
  }
}
