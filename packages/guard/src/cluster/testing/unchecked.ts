import type { TestContext } from 'node:test';

/** Until the test is over, Node checks no server by itself, as for somebody who has had enough of a proxy's certificate. */
export function uncheckedByNode(t: TestContext): void {
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  t.after(() => {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
  });
}
