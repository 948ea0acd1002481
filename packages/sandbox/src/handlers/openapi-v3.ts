import { createHash } from 'node:crypto';
import type { Schema } from '@toolcrib/kube';
import { groupVersionOf, OPENAPI_SCHEMAS } from '@toolcrib/kube';
import type { Reply } from '../request/reply.ts';
import type { GroupVersionResources } from '../schema/resources.ts';
import { operationsOf } from './openapi-paths.ts';

/** `/openapi/v3` and `/openapi/v3/apis/GROUP/VERSION`, as JSON. */
export function openApiV3Reply(
  path: string,
  groups: GroupVersionResources[],
  schemas: CustomSchemas,
): Reply | undefined {
  const [, , ...rest] = path.split('/').filter((part) => part !== '');
  if (rest.length === 0)
    return { status: 200, body: { paths: Object.fromEntries(groups.map((item) => entryOf(item, schemas))) } };
  const groupVersion =
    rest[0] === 'api' ? rest.slice(1).join('/') : rest[0] === 'apis' ? rest.slice(1).join('/') : '';
  const found = groups.find((item) => item.groupVersion === groupVersion);
  return found && { status: 200, body: documentOf(found, schemas) };
}

/** OpenAPI schemas of custom resources by `group/version/kind`. */
export type CustomSchemas = ReadonlyMap<string, Schema>;

function entryOf(
  item: GroupVersionResources,
  schemas: CustomSchemas,
): [string, { serverRelativeURL: string }] {
  const path = item.groupVersion.includes('/') ? `apis/${item.groupVersion}` : `api/${item.groupVersion}`;
  const hash = createHash('sha512')
    .update(JSON.stringify(documentOf(item, schemas)))
    .digest('hex')
    .toUpperCase();
  return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
}

const documents = new WeakMap<GroupVersionResources, unknown>();

function documentOf(item: GroupVersionResources, custom: CustomSchemas): unknown {
  const cached = documents.get(item);
  if (cached) return cached;
  const { group, version } = groupVersionOf(item.groupVersion);
  const roots = Object.entries(OPENAPI_SCHEMAS).filter(([, schema]) =>
    schema['x-kubernetes-group-version-kind']?.some((gvk) => gvk.group === group && gvk.version === version),
  );
  const schemas: Record<string, Schema> = {};
  for (const [name] of roots) collect(name, schemas);
  for (const [key, schema] of custom) {
    const [ownGroup, ownVersion, kind = ''] = key.split('/');
    if (ownGroup !== group || ownVersion !== version) continue;
    schemas[`${group.split('.').reverse().join('.')}.${version}.${kind}`] = {
      ...schema,
      'x-kubernetes-group-version-kind': [{ group, version, kind }],
    };
    collect('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', schemas);
  }
  const document = {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: operationsOf(item),
    components: {
      schemas,
      securitySchemes: {
        BearerToken: {
          type: 'apiKey',
          description: 'Bearer Token authentication',
          name: 'authorization',
          in: 'header',
        },
      },
    },
  };
  documents.set(item, document);
  return document;
}

function collect(name: string, into: Record<string, Schema>): void {
  const schema = OPENAPI_SCHEMAS[name];
  if (!schema || into[name]) return;
  into[name] = schema;
  for (const [, reference] of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    collect(reference ?? '', into);
  }
}
