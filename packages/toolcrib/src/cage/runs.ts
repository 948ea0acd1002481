import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { rescue } from '../laptop/adopt.ts';
import type { GuardClient, LiveRun } from '../laptop/api/client.ts';
import type { RunTokenBody } from '../laptop/api/schema.ts';
import { ownFolder, readIfThere, writeOwnFile } from '../laptop/files.ts';
import { startOf } from '../laptop/process-id.ts';
import { processSeen } from '../laptop/processes.ts';
import type { RunProcess } from './lineage.ts';

/** Milliseconds. */
const AGAIN = 500;

const ownerSchema = z.object({
  pid: z.int().positive(),
  start: z.string(),
  /** The file for what other programs write into the run's kubeconfig. Absent in older ones. */
  added: z.string().optional(),
  agent: z.boolean().optional(),
});

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

/**
 * The folder of a run, marked as this process's.
 * @param added the file for what the tool itself writes into the run's kubeconfig
 */
export function rememberRun(runs: string, id: string, added: string, agent = false): string {
  const folder = join(runs, id);
  ownFolder(folder);
  writeOwnFile(
    join(folder, 'owner'),
    JSON.stringify({ pid: process.pid, start: startOf(process.pid) ?? '', added, agent }),
  );
  return folder;
}

/** Its tokens are worth nothing any more, and so is the file that holds them; what the tool added to it is kept. */
export function forgetRun(runs: string, id: string): void {
  if (/^run-[0-9a-f]{12}$/.test(id) && !isAlive(join(runs, id))) removeRun(join(runs, id));
}

/** The same, by the run's own process. */
export function removeRun(folder: string): void {
  const added = addedOfRun(folder);
  if (added !== undefined) rescue(join(folder, 'kubeconfig'), added);
  rmSync(folder, { recursive: true, force: true });
}

export function addedOfRun(folder: string): string | undefined {
  return ownerOf(folder)?.added;
}

/** The runs whose processes live, as their folders tell: also where no guard is there to ask. */
export function liveRuns(runs: string): RunProcess[] {
  let names: string[];
  try {
    names = readdirSync(runs);
  } catch {
    return [];
  }
  return names.flatMap((id) => {
    const owner = ownerOf(join(runs, id));
    if (!owner || !isAlive(join(runs, id))) return [];
    const start = processSeen(owner.pid)?.start;
    return [{ id, pid: owner.pid, agent: owner.agent ?? false, ...(start === undefined ? {} : { start }) }];
  });
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
    if (readIfThere(join(folder, 'owner')) !== undefined && !isAlive(folder)) removeRun(folder);
  }
}

function isAlive(folder: string): boolean {
  const owner = ownerOf(folder);
  return owner !== undefined && startOf(owner.pid) === owner.start;
}

function ownerOf(folder: string): z.output<typeof ownerSchema> | undefined {
  try {
    return ownerSchema.parse(JSON.parse(readIfThere(join(folder, 'owner')) ?? ''));
  } catch {
    return undefined;
  }
}
