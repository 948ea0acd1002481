import { methodNotAllowed, notImplemented } from '../apimachinery/api-error.ts';
import type { ResourceRequest } from '../request/context.ts';
import type { Reply } from '../request/reply.ts';
import { bindPod } from './binding.ts';
import { evictPod } from './eviction.ts';
import { scaleReply } from './scale.ts';
import { createToken } from './token.ts';
import { updateObject } from './update.ts';

/** Subresources other than status. */
export function subresourceReply(request: ResourceRequest, verb: string): Reply | Promise<Reply> {
  switch (request.subresource) {
    case 'scale':
      return scaleReply(request, verb);
    case 'finalize':
      if (verb !== 'update') throw methodNotAllowed();
      return updateObject(request);
    case 'eviction':
      if (verb !== 'create') throw methodNotAllowed();
      return evictPod(request);
    case 'binding':
      if (verb !== 'create') throw methodNotAllowed();
      return bindPod(request);
    case 'token':
      if (verb !== 'create') throw methodNotAllowed();
      return createToken(request);
    default:
      throw notImplemented(`the subresource ${request.subresource} of ${request.info.resource}`);
  }
}
