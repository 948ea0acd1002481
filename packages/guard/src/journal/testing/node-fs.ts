import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { TestContext } from 'node:test';

/** What `run` gives while one of Node's functions is another, for all of this process. It must not wait for anything. */
export function withNodes<K extends 'fsyncSync' | 'linkSync' | 'openSync', T>(
  t: TestContext,
  name: K,
  other: (typeof fs)[K],
  run: () => T,
): T {
  t.mock.method(fs, name, other as never);
  syncBuiltinESMExports();
  try {
    return run();
  } finally {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  }
}
