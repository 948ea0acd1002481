import type { Schema } from '@toolcrib/kube';
import { parseAccept } from '../request/negotiate.ts';
import type { Reply } from '../request/reply.ts';
import type { GroupVersionResources } from '../schema/resources.ts';
import { swaggerOf } from './openapi-v2-document.ts';
import { encodeSwagger } from './openapi-v2-protobuf.ts';

const PROTOBUF = /^application\/com\.github\.proto-openapi\.spec\.v2[@.]v1\.0\+protobuf$/;

/**
 * `/openapi/v2`, for clients before kubectl 1.29: JSON, or gnostic's protobuf, which those kubectls insist on.
 */
export function openApiV2Reply(
  accept: string | undefined,
  groups: GroupVersionResources[],
  custom: ReadonlyMap<string, Schema>,
): Reply {
  const document = swaggerOf(groups, custom);
  const wanted = parseAccept(accept).find(({ media }) => PROTOBUF.test(media) || /json|\*/.test(media));
  if (!wanted || !PROTOBUF.test(wanted.media)) return { status: 200, body: document };
  return {
    status: 200,
    body: undefined,
    raw: {
      contentType: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
      body: Buffer.from(encodeSwagger(document)),
    },
  };
}
