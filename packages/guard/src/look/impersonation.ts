import type { As } from '@toolcrib/model';

/** Between several values of one header in an `AskedRequest`: it can't stand in a value, a comma can. */
const SEVERAL = '\n';

/** The `Impersonate-*` headers of a request: the guard's own reads for it are made as the same person. */
export function impersonation(headers: Record<string, string>): As | undefined {
  const found = Object.entries(headers)
    .filter(([name]) => name.startsWith('impersonate-'))
    .map(([name, value]): [string, string | string[]] => [
      name,
      value.includes(SEVERAL) ? value.split(SEVERAL) : value,
    ]);
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}
