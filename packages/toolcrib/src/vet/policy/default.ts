import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ToolcribError } from '../../model/index.ts';
import { loadTrustPolicy, type TrustPolicy } from './policy.ts';

const FILE = join('policies', 'trust.yaml');

/** Reads a policy file; without one, `policies/trust.yaml` here, and failing that the one that comes with toolcrib. */
export async function readTrustPolicy(
  path: string | undefined,
): Promise<{ policy: TrustPolicy; path: string }> {
  const candidates = path === undefined ? [FILE, ...upward(import.meta.dirname)] : [path];
  for (const candidate of candidates) {
    const text = await readFile(candidate, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new ToolcribError('bad-file', `${candidate} can't be read: ${error.message}`, { cause: error });
    });
    if (text !== undefined) return { policy: loadTrustPolicy(text, candidate), path: candidate };
  }
  throw new ToolcribError('not-found', `there is no policy ${candidates[0]}`, {
    next: 'name one with --policy',
  });
}

/** The package's own copy, whether it runs from its source or as installed. */
function upward(from: string): string[] {
  const found: string[] = [];
  for (let dir = from; dir !== dirname(dir); dir = dirname(dir)) found.push(join(dir, FILE));
  return found.slice(0, 6);
}
