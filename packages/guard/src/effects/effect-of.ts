import { parseRequestPath, readQuery } from '@toolcrib/kube';
import { messageOf, type Target } from '@toolcrib/model';
import { contentOf, type Readable } from '../read/content.ts';
import { targetOf } from '../read/target.ts';
import type { AskedRequest } from '../request.ts';
import type { AnyKind, ReadEffect, Sent } from './effect-kind.ts';
import { KINDS, type Kinds } from './index.ts';

/**
 * What a request would do, from its method, path, query and body: all that any kind reads of it, and `none` only where no kind
 * reads more. Pure. Meant for a request in its canonical form (`canonical.ts`), in which it is sent too. Whatever can't be
 * decoded is `not-understood`, never harmless.
 */
export function effectsOf(
  request: Pick<AskedRequest, 'method' | 'path' | 'query'> & Readable,
  kinds: Kinds = KINDS,
): readonly [ReadEffect, ...ReadEffect[]] {
  const path = parseRequestPath(request.path);
  if (path.type !== 'resource')
    return [{ verb: 'not-understood', why: `${request.method} ${request.path} is no API object` }];
  let target: Target | undefined;
  try {
    const query = new URLSearchParams(readQuery(request.query));
    target = targetOf(path, query);
    const sent: Sent = { ...request, content: contentOf(request), path, target, query };
    const read = Object.values<AnyKind>(kinds).flatMap((kind) => readBy(kind, sent) ?? []);
    const [first, ...rest] = read.filter(({ verb }) => verb !== 'none');
    if (first) return [first, ...rest];
    if (read.length > 0) return [{ verb: 'none' }];
  } catch (error) {
    return [{ verb: 'not-understood', target, why: messageOf(error) }];
  }
  return [{ verb: 'not-understood', target, why: `the method ${request.method} is unknown` }];
}

/** What one kind can't read the others may read all the same. */
function readBy(kind: AnyKind, sent: Sent): ReadEffect | undefined {
  try {
    return kind.read?.(sent);
  } catch (error) {
    return { verb: 'not-understood', target: sent.target, why: messageOf(error) };
  }
}
