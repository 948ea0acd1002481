import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { GuardClient, LiveRun } from '../api/client.ts';
import type { RunTokenBody } from '../api/schema.ts';
import { ownFolder, readIfThere, writeOwnFile } from './files.ts';
import { startOf } from './process-id.ts';

/** Milliseconds. */
const AGAIN = 500;

const ownerSchema = z.object({ pid: z.int().positive(), start: z.string() });

export interface OpenRun {
  id: string;
  tokens: Record<string, string>;
  end(): Promise<void>;
}

/**
 * A run that the guard knows of for as long as this process lives: its connection is the proof. A guard that is started
 * anew is told again, with the same tokens, since the tool has these.
 */
export async function openRun(client: GuardClient, body: RunTokenBody): Promise<OpenRun> {
  let live: LiveRun = await client.run(body);
  const { id, tokens, meanings } = live;
  let over = false;
  const stay = async (): Promise<void> => {
    while (!over) {
      await live.gone;
      while (!over) {
        await pause(AGAIN, undefined, { ref: false });
        const again = over
          ? undefined
          : await client.run({ ...body, again: { id, tokens, meanings } }).catch(() => undefined);
        if (!again) continue;
        live = again;
        break;
      }
    }
    await live.end();
  };
  void stay();
  return {
    id,
    tokens,
    async end() {
      over = true;
      await live.end();
    },
  };
}

/** The folder of a run, marked as this process's. */
export function rememberRun(runs: string, id: string): string {
  const folder = join(runs, id);
  ownFolder(folder);
  writeOwnFile(
    join(folder, 'owner'),
    JSON.stringify({ pid: process.pid, start: startOf(process.pid) ?? '' }),
  );
  return folder;
}

/** Its tokens are worth nothing any more, and so is the file that holds them. */
export function forgetRun(runs: string, id: string): void {
  if (/^run-[0-9a-f]{12}$/.test(id) && !isAlive(join(runs, id)))
    rmSync(join(runs, id), { recursive: true, force: true });
}

/** What runs left that were killed while no guard was there to see it. */
export function forgetDeadRuns(runs: string): void {
  let names: string[];
  try {
    names = readdirSync(runs);
  } catch {
    return;
  }
  for (const name of names) {
    const folder = join(runs, name);
    // One without an owner is just being made.
    if (readIfThere(join(folder, 'owner')) !== undefined && !isAlive(folder))
      rmSync(folder, { recursive: true, force: true });
  }
}

function isAlive(folder: string): boolean {
  try {
    const { pid, start } = ownerSchema.parse(JSON.parse(readIfThere(join(folder, 'owner')) ?? ''));
    return startOf(pid) === start;
  } catch {
    return false;
  }
}
