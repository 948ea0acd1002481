import { badRequest } from '../apimachinery/api-error.ts';

/** A boolean of a query as Go's conversion reads it: absent is undefined, empty or unknown text is true. */
export function boolParam(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  return !(value === '0' || value.toLowerCase() === 'false');
}

/** @throws ApiError 400 for what is no whole number */
export function intParam(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === '') return undefined;
  if (!/^-?\d+$/.test(value)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  }
  return Number(value);
}

/** True for `dryRun=All`. @throws ApiError 422 as the real server for any other value */
export function dryRunParam(query: URLSearchParams): boolean {
  return query.getAll('dryRun').includes('All');
}
