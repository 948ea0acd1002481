import { isDryRunQuery } from '../read/options.ts';
import type { Sent } from './effect-kind.ts';

export function isPutOrPatch(method: string): boolean {
  return method === 'PUT' || method === 'PATCH';
}

/** Whether it writes to one named object, and not as a dry run only. */
export function isWrite({ method, path, query }: Sent): boolean {
  return isPutOrPatch(method) && path.name !== undefined && !isDryRunQuery(query);
}
