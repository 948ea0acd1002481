import { existsSync, readFileSync } from 'node:fs';
import { getAsset, isSea } from 'node:sea';
import { ToolcribError } from '@toolcrib/model/errors';

/**
 * A file that ships with this program.
 * @param name as in the published package: `package.json`, `examples/kafka.yaml`
 * @param from where the program lies, as the URL of a file two folders below the package
 * @returns its text
 * @throws ToolcribError `missing-part`
 */
export function shipped(name: string, from: string = import.meta.url): string {
  if (isSea()) return getAsset(name, 'utf8');
  const file = [ofClone(name, from), new URL(`../../${name}`, from)].find((url) => url && existsSync(url));
  if (file) return readFileSync(file, 'utf8');
  throw new ToolcribError('missing-part', `${name} is not there, which ships with toolcrib.`, {
    next: 'Install toolcrib again.',
  });
}

/** In a clone the examples stand at its root: what a build has copied into the package may be of an earlier state. */
function ofClone(name: string, from: string): URL | undefined {
  const root = new URL('../../../../', from);
  const isClone = existsSync(new URL('packages/toolcrib/src/', root));
  return isClone && name.startsWith('examples/') ? new URL(name, root) : undefined;
}
