import { statfsSync } from 'node:fs';
import { messageOf } from '@toolcrib/model';
import type { Check } from './check.ts';
import { bytesText, nearest } from './journal.ts';
import { sentence } from './sentence.ts';

/** Bytes. Below it snapshots of a large act may find no room. */
const LITTLE = 1e9;
const NONE = 1e8;

/** What room there is for snapshots: what can't be kept is not let through. */
export const disk = {
  name: 'disk',
  aside: true,
  ownWords: true,
  async look({ paths }) {
    const folder = nearest(paths.state);
    try {
      const { bavail, bsize, ffree, files } = statfsSync(folder);
      return [roomFor(folder, bavail * bsize, files > 0 ? ffree : undefined)];
    } catch (error) {
      return [
        { state: 'unknown', text: sentence(`The room at ${folder} is not known: ${messageOf(error)}`) },
      ];
    }
  },
} satisfies Check;

/** @param left files that can still be made, where that is limited */
export function roomFor(folder: string, bytes: number, left?: number) {
  const text = `${bytesText(bytes)} free at ${folder}`;
  const next = 'Free some space there, or set TOOLCRIB_HOME to a folder on another disk.';
  if (left === 0)
    return { state: 'fault' as const, text: `No file can be made any more at ${folder}.`, next };
  if (bytes < NONE) return { state: 'fault' as const, text: `${text}: too little to keep what goes.`, next };
  if (bytes < LITTLE) return { state: 'note' as const, text: `${text}: little, for large snapshots.`, next };
  return { state: 'fine' as const, text: `${text}.` };
}
