import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { ToolcribError } from '@toolcrib/model';
import { parseJson } from '../json.ts';
import { readRoot, type StoredRoot, type TrustRoot, vendoredRoot } from './root.ts';

/** Where a renewed root is kept; a folder of our own, so that removing toolcrib removes it. */
export function trustFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'toolcrib', 'trust');
}

/**
 * The newer of the renewed and the vendored root. A renewed root that is broken stops the run: falling back in
 * silence would bring back authorities that the newer one no longer trusts.
 * @throws {ToolcribError} `damaged`
 */
export async function currentRoot(folder: string = trustFolder()): Promise<TrustRoot> {
  const vendored = vendoredRoot();
  const path = join(folder, 'root.json');
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return vendored;
    throw damaged(path, error);
  }
  try {
    const renewed = readRoot(parseJson(bytes, path));
    return Date.parse(renewed.asOf) >= Date.parse(vendored.asOf) ? renewed : vendored;
  } catch (error) {
    throw damaged(path, error);
  }
}

/** Written beside and renamed, so that a reader sees the old root or the new one and nothing between. */
export async function keepRoot(root: StoredRoot, folder: string = trustFolder()): Promise<string> {
  readRoot(root);
  const path = join(folder, 'root.json');
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, `${JSON.stringify(root, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return path;
}

function damaged(path: string, cause: unknown): ToolcribError {
  return new ToolcribError('damaged', `the trust root ${path} cannot be used`, {
    cause,
    next: 'run "toolcrib vet trust update", or remove the file to use the root that came with this version',
  });
}
