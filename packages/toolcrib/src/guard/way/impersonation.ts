import type { As } from '../../model/index.ts';

/** The `Impersonate-*` headers of a request: the guard's own reads for it are made as the same person. */
export function impersonation(headers: Record<string, string>): As | undefined {
  const found = Object.entries(headers).filter(([name]) => name.startsWith('impersonate-'));
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}
