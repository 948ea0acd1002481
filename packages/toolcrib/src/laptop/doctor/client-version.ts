import { accessSync, constants, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { messageOf } from '@toolcrib/model';
import { briefly } from './briefly.ts';
import type { Patient } from './check.ts';
import { type KnownClient, knownClients } from './known-clients.ts';

export interface FoundClient extends KnownClient {
  path: string;
  /** `1.35.2`; undefined where it was not told. */
  said?: string;
  /** Why it was not. */
  why?: string;
}

/** Milliseconds. They run at the same time, so this is what all of them cost together. */
const LIMIT = 5_000;

const asked = new WeakMap<object, Promise<FoundClient[]>>();

/** Those that stand in PATH, with what each says of its version. Each is asked once for one patient. */
export function foundClients(patient: Pick<Patient, 'env' | 'home'>): Promise<FoundClient[]> {
  const known = asked.get(patient);
  if (known) return known;
  const now = look(patient);
  asked.set(patient, now);
  return now;
}

async function look({ env, home }: Pick<Patient, 'env' | 'home'>): Promise<FoundClient[]> {
  const there = knownClients.flatMap((client) => {
    const path = inPath(client.name, env.PATH);
    return path === undefined ? [] : [{ ...client, path }];
  });
  if (there.length === 0) return [];
  let folder: string;
  try {
    folder = mkdtempSync(join(tmpdir(), 'toolcrib-asks-'));
    writeFileSync(join(folder, 'kubeconfig'), '', { mode: 0o600 });
  } catch (error) {
    return there.map((one) => ({ ...one, why: `no folder to ask it in: ${messageOf(error)}` }));
  }
  try {
    return await Promise.all(
      there.map(async (one) => ({ ...one, ...(await versionOf(one, bare(env, home, folder), folder)) })),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The first in PATH that can be started. A folder that is not absolute means another program in each folder: left out. */
export function inPath(name: string, path: string | undefined): string | undefined {
  for (const folder of (path ?? '').split(delimiter)) {
    const candidate = join(folder, name);
    try {
      if (!isAbsolute(folder) || !statSync(candidate).isFile()) continue;
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not there, or not to be started.
    }
  }
  return undefined;
}

/**
 * An environment in which nothing is to be found: no kubeconfig, no credentials, no home. Version managers, whose programs in PATH
 * are only their own stand-ins, still find what they have installed, and install nothing.
 */
export function bare(env: Patient['env'], home: string, folder: string): Record<string, string> {
  return {
    PATH: env.PATH ?? '',
    HOME: folder,
    KUBECONFIG: join(folder, 'kubeconfig'),
    XDG_CONFIG_HOME: folder,
    XDG_CACHE_HOME: folder,
    XDG_DATA_HOME: folder,
    XDG_STATE_HOME: folder,
    TMPDIR: folder,
    LC_ALL: 'C',
    TERM: 'dumb',
    NO_COLOR: '1',
    ASDF_DATA_DIR: env.ASDF_DATA_DIR ?? join(home, '.asdf'),
    MISE_DATA_DIR: env.MISE_DATA_DIR ?? join(home, '.local', 'share', 'mise'),
    MISE_CONFIG_DIR: env.MISE_CONFIG_DIR ?? join(home, '.config', 'mise'),
    MISE_OFFLINE: '1',
    MISE_NOT_FOUND_AUTO_INSTALL: 'false',
  };
}

/** @param limit milliseconds */
export async function versionOf(
  { path, version, env = {} }: Pick<FoundClient, 'path' | 'version' | 'env'>,
  environment: Record<string, string>,
  folder: string,
  limit: number = LIMIT,
): Promise<{ said?: string; why?: string }> {
  const { stdout, stderr, why } = await briefly(path, version, {
    env: { ...environment, ...env },
    cwd: folder,
    limit,
  });
  const said = versionIn(stdout) ?? versionIn(stderr);
  return said === undefined ? { why: why ?? 'it told none' } : { said };
}

/** The first in what a program prints, without a `v`. */
export function versionIn(text: string): string | undefined {
  return /(?<![\w.])v?(\d{1,4}\.\d{1,5}(?:\.\d{1,8})?(?:[-+][0-9A-Za-z.-]{1,24})?)(?!\.?\w)/.exec(text)?.[1];
}
