import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { LeaseEnd } from '../request.ts';
import { openedDoor } from './testing/opened-door.ts';

// Between the judgement and the cluster a credential plugin may take longer than a lease is known to go on.

let at: Awaited<ReturnType<typeof openedDoor>>;
before(async () => {
  at = await openedDoor();
});
after(() => at.close());
beforeEach(() => at.clear());

const OVER = 1;
const IN_TIME = Date.now() + 3_600_000;

/** A DELETE that was let go by the lease `given`; what is known of the lease once the plugin has answered is `known`. */
async function sent(given: LeaseEnd, known: LeaseEnd | undefined) {
  at.said.instruction = { do: 'forward', warnings: [], lease: given };
  const { upstream } = at.upstream;
  const { headers } = upstream;
  upstream.headers = async () => {
    at.said.lease = known;
    return headers();
  };
  try {
    const { status, body } = await at.ask('/api/v1/namespaces/shop/pods/a', { method: 'DELETE' });
    return { status, body, arrived: at.upstream.got.length, outcome: at.outcomes[0] };
  } finally {
    upstream.headers = headers;
  }
}

test('waiting for a plugin is no standing still: the lease goes on meanwhile', async () => {
  const { status, arrived } = await sent({ guard: 'a', until: OVER }, { guard: 'a', until: IN_TIME });
  assert.deepEqual([status, arrived], [200, 1]);
});

for (const [what, known] of [
  ['whose lease was not renewed', { guard: 'a', until: OVER }],
  ['that goes on as another', { guard: 'b', until: IN_TIME }],
  ['of whose lease nothing is known', undefined],
] as const)
  test(`a guard ${what} has stood still, and nothing of what it had let go is sent`, async () => {
    const { status, body, arrived, outcome } = await sent({ guard: 'a', until: OVER }, known);
    assert.deepEqual([status, arrived], [503, 0]);
    assert.match(body, /stood still.*Nothing was sent/);
    assert.ok(outcome && 'notSent' in outcome);
  });

test('what is known later is never less than what was known before', async () => {
  const { status } = await sent({ guard: 'a', until: IN_TIME }, { guard: 'a', until: OVER });
  assert.equal(status, 200);
});
