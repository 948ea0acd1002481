import type { ResourceRequest } from '../request/context.ts';
import { dryRunParam } from '../request/params.ts';
import type { Reply } from '../request/reply.ts';
import { checkEscalation } from './escalation.ts';
import { managerOf } from './manager.ts';
import { jsonText, readObject } from './read-body.ts';
import { unknownFieldWarnings } from './strict.ts';
import { toStorage } from './versions.ts';
import { viewOf } from './views.ts';
import { checkWriteOptions } from './write-options.ts';

/** PUT of an object, or of its status or finalize subresource. */
export async function updateObject(request: ResourceRequest): Promise<Reply> {
  const { sandbox, info, type, query, subresource } = request;
  checkWriteOptions(query, 'UpdateOptions');
  const object = await readObject(request);
  const warnings = unknownFieldWarnings(request, object, await jsonText(request));
  checkEscalation(request, object);
  const updated = sandbox.store.update(info, toStorage(type, object), {
    subresource: subresource === 'status' || subresource === 'finalize' ? subresource : undefined,
    dryRun: dryRunParam(query),
    manager: managerOf(request, 'Update'),
  });
  return { status: 200, body: viewOf(request, updated), warnings };
}
