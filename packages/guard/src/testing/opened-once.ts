import { after } from 'node:test';
import type { OpenTarget } from './target.ts';

/** One target for several contracts: the first opens it, and it ends with what this is called in, a file or a `describe`. */
export function openedOnce(open: OpenTarget): OpenTarget {
  let opened: ReturnType<OpenTarget> | undefined;
  after(async () => (await opened?.catch(() => undefined))?.close());
  return async () => {
    opened ??= open();
    return { ...(await opened), close: async () => {} };
  };
}
