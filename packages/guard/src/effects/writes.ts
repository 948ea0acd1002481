import { isDryRunQuery } from '../effect/options.ts';
import type { Sent } from './effect-kind.ts';

/** Whether it writes to one named object, and not as a dry run only. */
export function isWrite({ method, path, query }: Sent): boolean {
  return (method === 'PUT' || method === 'PATCH') && path.name !== undefined && !isDryRunQuery(query);
}
