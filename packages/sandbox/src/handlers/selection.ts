import type { ResourceInfo } from '@toolcrib/kube';
import { KubeError, parseFieldSelector, parseLabelSelector } from '@toolcrib/kube';
import { badRequest } from '../apimachinery/api-error.ts';
import { isSelectable } from '../store/fields.ts';
import type { ListQuery } from '../store/store.ts';
import { selectorError } from './selector-errors.ts';

/** Namespace, name and selectors of a list or watch. @throws ApiError 400 */
export function selectionOf(
  info: ResourceInfo,
  query: URLSearchParams,
  namespace: string | undefined,
  name?: string,
): ListQuery {
  try {
    const labels = parseLabelSelector(query.get('labelSelector') ?? '');
    const fields = fieldsOf(query.get('fieldSelector') ?? '');
    const wrong = fields.find(({ path }) => !isSelectable(info, path));
    if (wrong) throw badRequest(notSelectable(info, wrong.path));
    if (name !== undefined) fields.push({ path: 'metadata.name', operator: '=', value: name });
    return { namespace: info.namespaced ? namespace : undefined, labels, fields };
  } catch (error) {
    if (error instanceof KubeError)
      throw badRequest(selectorError(query.get('labelSelector') ?? '') ?? error.message);
    throw error;
  }
}

function fieldsOf(text: string) {
  try {
    return parseFieldSelector(text);
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    const part = text.split(',').find((item) => !item.includes('=')) ?? text;
    throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
  }
}

function notSelectable(info: ResourceInfo, path: string): string {
  const known = new Set([
    'pods',
    'nodes',
    'namespaces',
    'secrets',
    'events',
    'replicasets',
    'jobs',
    'services',
  ]);
  // Kinds with selectable fields of their own name them in their own words.
  return known.has(info.resource)
    ? `field label not supported: ${path}`
    : `"${path}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
}
