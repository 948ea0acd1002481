import { existsSync, readFileSync } from 'node:fs';
import { getAsset, isSea } from 'node:sea';
import { ToolcribError } from '@toolcrib/model/errors';

/** Where they lie beside the built form, and where in a clone that is another place. */
const PLACES = ['../..', '../../../..'];

/**
 * A file that ships with this program.
 * @param name as in the published package: `package.json`, `examples/kafka.yaml`
 * @returns its text
 * @throws ToolcribError `missing-part`
 */
export function shipped(name: string): string {
  if (isSea()) return getAsset(name, 'utf8');
  for (const place of PLACES) {
    const file = new URL(`${place}/${name}`, import.meta.url);
    if (existsSync(file)) return readFileSync(file, 'utf8');
  }
  throw new ToolcribError('missing-part', `${name} is not there, which ships with toolcrib.`, {
    next: 'Install toolcrib again.',
  });
}
