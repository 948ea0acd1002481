import { deleteOptionsBody, queryText, readQuery } from '@toolcrib/kube';
import { isDeleteParameter } from '../read/options.ts';
import type { AskedRequest } from '../request.ts';
import type { EffectOf, Outgoing } from './effect-kind.ts';

/** Options in the body, where the server reads them: beside a body it looks at none in the query. */
export function withOptions(request: AskedRequest, options: EffectOf<'delete'>['options']): Outgoing {
  return { query: withoutOptions(request.query), body: json(deleteOptionsBody(options)) };
}

/** A dry run, in a body that only says so: whoever read the request's own differently would really delete. */
export function dryDelete(
  { options }: EffectOf<'delete' | 'delete-collection'>,
  request: AskedRequest,
): Outgoing {
  return withOptions(request, { ...options, dryRun: ['All'] });
}

/** Beside a body the server looks at no options in the query. */
function withoutOptions(query: string): string {
  return queryText(readQuery(query).filter(([name]) => !isDeleteParameter(name)));
}

export function json(body: unknown): { bytes: Uint8Array; type: string } {
  return { bytes: new TextEncoder().encode(JSON.stringify(body)), type: 'application/json' };
}
