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

/** POST of a new object. */
export async function createObject(request: ResourceRequest): Promise<Reply> {
  const { sandbox, info, type, query } = request;
  checkWriteOptions(query, 'CreateOptions');
  const object = await readObject(request);
  const warnings = unknownFieldWarnings(request, object, await jsonText(request));
  checkEscalation(request, object);
  const created = sandbox.store.create(info, toStorage(type, object), {
    dryRun: dryRunParam(query),
    manager: managerOf(request, 'Update'),
  });
  return { status: 201, body: viewOf(request, created), warnings };
}
