import type { KubeObject, Schema } from '@toolcrib/kube';
import { fieldSchema, itemSchema, resolveSchema } from '@toolcrib/kube';
import { badRequest } from '../apimachinery/api-error.ts';
import type { ResourceRequest } from '../request/context.ts';
import { duplicateFields } from './duplicate-fields.ts';

/**
 * `fieldValidation`: fields that the schema does not know are refused (Strict), reported as warnings (Warn, the
 * default) or dropped in silence (Ignore); the object loses them in every case.
 */
export function unknownFieldWarnings(request: ResourceRequest, object: KubeObject, text = ''): string[] {
  const schema = request.sandbox.schemaOf(object);
  const level = request.query.get('fieldValidation') || 'Warn';
  const twice = duplicateFields(text).map((path) => `duplicate field ${JSON.stringify(path)}`);
  if (!schema) return [];
  const unknown: string[] = [];
  prune(object, schema, '', unknown);
  const texts = [...twice, ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`)];
  if (level === 'Strict' && texts.length > 0) {
    const { kind } = object;
    const { version } = request.type;
    throw badRequest(
      `${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${texts.join(', ')}`,
    );
  }
  return level === 'Ignore' ? [] : texts;
}

function prune(value: unknown, schema: Schema | undefined, path: string, unknown: string[]): void {
  const resolved = resolveSchema(schema);
  if (!resolved || resolved['x-kubernetes-preserve-unknown-fields']) return;
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) prune(item, itemSchema(schema), `${path}[${at}]`, unknown);
    return;
  }
  if (value === null || typeof value !== 'object') return;
  if (!resolved.properties && !resolved.additionalProperties) return;
  for (const [key, item] of Object.entries(value)) {
    const known = fieldSchema(schema, key);
    const at = path === '' ? key : `${path}.${key}`;
    if (known) prune(item, known, at, unknown);
    else if (resolved.additionalProperties !== true) {
      unknown.push(at);
      delete (value as Record<string, unknown>)[key];
    }
  }
}
