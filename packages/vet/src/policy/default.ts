import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { getAsset, isSea } from 'node:sea';
import { ToolcribError } from '@toolcrib/model';
import { loadTrustPolicy, type TrustPolicy } from './policy.ts';

const FILE = join('policies', 'trust.yaml');
/** What the policy that comes with toolcrib is called in packs and reports, wherever it is installed. */
const SHIPPED = 'toolcrib/policies/trust.yaml';

export interface ReadPolicy {
  policy: TrustPolicy;
  /** As packs and reports name it. */
  path: string;
  /** The policy of this folder that was not taken, as it belongs to what is looked at. */
  passedOver?: string;
}

/**
 * Reads a policy file; without one, `policies/trust.yaml` here, and failing that the one that comes with toolcrib.
 *
 * @param ofVetted the folder we stand in is one of what is looked at: nobody chooses what they are judged by, so its
 *   policy is passed over
 * @throws ToolcribError `not-found`, `bad-file`
 */
export async function readTrustPolicy(path: string | undefined, ofVetted = false): Promise<ReadPolicy> {
  if (path !== undefined) {
    const text = await textOf(path);
    if (text === undefined)
      throw new ToolcribError('not-found', `there is no policy ${path}`, { next: 'name one with --policy' });
    return { policy: loadTrustPolicy(text, path), path };
  }
  const here = await textOf(FILE);
  if (here !== undefined && !ofVetted) return { policy: loadTrustPolicy(here, FILE), path: FILE };
  for (const candidate of upward(import.meta.dirname)) {
    const text = carried() ?? (await textOf(candidate));
    if (text === undefined) continue;
    const policy = loadTrustPolicy(text, candidate, SHIPPED);
    return { policy, path: SHIPPED, ...(here === undefined ? {} : { passedOver: FILE }) };
  }
  throw new ToolcribError('not-found', `there is no policy ${FILE}`, { next: 'name one with --policy' });
}

/** `readTrustPolicy` that reads each file once, for many tools in one run. */
export function policyReader(path: string | undefined): (ofVetted: boolean) => Promise<ReadPolicy> {
  const read = new Map<boolean, Promise<ReadPolicy>>();
  return (ofVetted) => {
    const policy = read.get(ofVetted) ?? readTrustPolicy(path, ofVetted);
    read.set(ofVetted, policy);
    return policy;
  };
}

function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new ToolcribError('bad-file', `${path} can't be read: ${error.message}`, { cause: error });
  });
}

/** What a single executable carries of it; of another program that has vet in it that may be nothing. */
function carried(): string | undefined {
  if (!isSea()) return undefined;
  try {
    return getAsset(FILE, 'utf8');
  } catch {
    return undefined;
  }
}

/** The package's own copy, whether it runs from its source or as installed. */
function upward(from: string): string[] {
  const found: string[] = [];
  for (let dir = from; dir !== dirname(dir); dir = dirname(dir)) found.push(join(dir, FILE));
  return found.slice(0, 6);
}
