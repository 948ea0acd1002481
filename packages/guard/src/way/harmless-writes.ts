// Step: read
import { parseRequestPath } from '@toolcrib/kube';
import { mayBeOne } from '../effects/index.ts';
import { releaseNamed } from '../read/helm.ts';
import { ownersIn } from '../read/owners.ts';
import type { AskedRequest } from '../request.ts';

/**
 * Whether a request is a PUT or PATCH that can destroy nothing the guard knows of: it has no size to lower, is no record
 * of helm's, and its body names no owners. It goes out byte for byte as it came, however it could be read otherwise: so
 * nothing in its query makes it harmless, which the server may not read at all (of more than 10,000 parameters none).
 */
export function isHarmlessWrite(request: AskedRequest): boolean {
  const { method } = request;
  if (method !== 'PUT' && method !== 'PATCH') return false;
  const path = parseRequestPath(request.path);
  if (path.type !== 'resource' || path.name === undefined) return false;
  // helm writes its record by PUT: a patch of one (a label) begins no uninstall.
  const patchesRecord = method === 'PATCH' && releaseNamed(path) !== undefined;
  if (!patchesRecord && mayBeOne(method, path)) return false;
  try {
    return ownersIn(request) === 'untouched';
  } catch {
    return false;
  }
}
