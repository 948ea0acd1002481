import { parseRequestPath, readQuery } from '@toolcrib/kube';
import type { Target } from '@toolcrib/model';
import { contentOf, type Readable } from '../read/content.ts';
import { targetOf } from '../read/target.ts';
import type { AskedRequest } from '../request.ts';
import type { ReadEffect } from './effect-kind.ts';
import { KINDS, type Kinds } from './index.ts';

/**
 * What a request would do, from its method, path, query and body. Pure. Meant for a request in its canonical form
 * (`canonical.ts`), in which it is sent too. Whatever can't be decoded is `not-understood`, never harmless.
 */
export function effectOf(
  request: Pick<AskedRequest, 'method' | 'path' | 'query'> & Readable,
  kinds: Kinds = KINDS,
): ReadEffect {
  const path = parseRequestPath(request.path);
  if (path.type !== 'resource')
    return { verb: 'not-understood', why: `${request.method} ${request.path} is no API object` };
  let target: Target | undefined;
  try {
    const query = new URLSearchParams(readQuery(request.query));
    target = targetOf(path, query);
    const sent = { ...request, content: contentOf(request), path, target, query };
    for (const kind of Object.values(kinds)) {
      const found = kind.read?.(sent);
      if (found) return found;
    }
  } catch (error) {
    return { verb: 'not-understood', target, why: error instanceof Error ? error.message : String(error) };
  }
  return { verb: 'not-understood', target, why: `the method ${request.method} is unknown` };
}
