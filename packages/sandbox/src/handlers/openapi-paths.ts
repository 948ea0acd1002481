import { groupVersionOf } from '@toolcrib/kube';
import type { ApiResource, GroupVersionResources } from '../schema/resources.ts';

const ACTIONS: Record<string, { method: string; on: 'collection' | 'object'; action: string }> = {
  create: { method: 'post', on: 'collection', action: 'post' },
  list: { method: 'get', on: 'collection', action: 'list' },
  deletecollection: { method: 'delete', on: 'collection', action: 'deletecollection' },
  get: { method: 'get', on: 'object', action: 'get' },
  update: { method: 'put', on: 'object', action: 'put' },
  patch: { method: 'patch', on: 'object', action: 'patch' },
  delete: { method: 'delete', on: 'object', action: 'delete' },
};

const WRITES = new Set(['create', 'update', 'patch']);

interface Operation {
  operationId: string;
  tags: string[];
  parameters: unknown[];
  responses: Record<string, { description: string }>;
  'x-kubernetes-action': string;
  'x-kubernetes-group-version-kind': { group: string; version: string; kind: string };
}

/** The paths of a group's OpenAPI document: which verbs there are and which query parameters writes take. */
export function operationsOf(item: GroupVersionResources): Record<string, Record<string, unknown>> {
  const { group, version } = groupVersionOf(item.groupVersion);
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const paths: Record<string, Record<string, unknown>> = {};
  for (const resource of item.resources) {
    const [plural = '', sub] = resource.name.split('/');
    const scope = resource.namespaced ? '/namespaces/{namespace}' : '';
    for (const verb of resource.verbs) {
      const known = ACTIONS[verb];
      if (!known) continue;
      const named = known.on === 'object' || sub !== undefined;
      const path = `${base}${scope}/${plural}${named ? '/{name}' : ''}${sub ? `/${sub}` : ''}`;
      const operations = paths[path] ?? { parameters: pathParameters(resource.namespaced, named) };
      operations[known.method] = operationOf(resource, verb, known.action, { group, version });
      paths[path] = operations;
    }
  }
  return paths;
}

function operationOf(
  resource: ApiResource,
  verb: string,
  action: string,
  type: { group: string; version: string },
): Operation {
  const { group, version } = {
    group: resource.group ?? type.group,
    version: resource.version ?? type.version,
  };
  const scope = resource.namespaced ? 'Namespaced' : '';
  return {
    operationId: `${verb}${capital(type.group.split('.')[0] || 'core')}${capital(type.version)}${scope}${capital(resource.name.replace('/', ''))}`,
    tags: [`${type.group.split('.')[0] || 'core'}_${type.version}`],
    parameters: WRITES.has(verb) ? writeParameters(verb) : [],
    responses: { 200: { description: 'OK' }, 401: { description: 'Unauthorized' } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind: resource.kind },
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function writeParameters(verb: string): unknown[] {
  const names = ['dryRun', 'fieldManager', 'fieldValidation'];
  const text = names.map((name) => queryParameter(name, 'string'));
  return verb === 'patch' ? [...text, queryParameter('force', 'boolean')] : text;
}

function queryParameter(name: string, type: string): unknown {
  return { name, in: 'query', schema: { type, uniqueItems: true } };
}

function pathParameters(namespaced: boolean, named: boolean): unknown[] {
  const names = [...(named ? ['name'] : []), ...(namespaced ? ['namespace'] : [])];
  return names.map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', uniqueItems: true },
  }));
}
