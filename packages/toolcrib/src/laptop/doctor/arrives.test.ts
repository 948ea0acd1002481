import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SELF_TEST_PATH } from '@toolcrib/model';
import { arrives, echoIn, newNonce } from './arrives.ts';
import { echo, standIn } from './testing/door.ts';

test('the door’s own answer is to this very question', () => {
  assert.deepEqual(echoIn(echo('a', 'prod'), 'a'), { arrived: true, label: 'prod' });
  assert.deepEqual(echoIn(echo('b'), 'a'), { arrived: false, why: 'the answer is to another question' });
  for (const text of ['', 'Not Found', '{}', '{"kind":"Status","context":"prod","nonce":"a"}']) {
    assert.deepEqual(
      echoIn(text, 'a'),
      { arrived: false, why: 'what answered is not the guard’s door' },
      text,
    );
  }
});

test('no two questions are the same', () => {
  const nonces = [newNonce(), newNonce()];
  assert.notEqual(nonces[0], nonces[1]);
  for (const nonce of nonces) assert.match(nonce, /^[0-9a-f]{32}$/);
});

test('a request that comes to the door has arrived: with its token, below the path of the context', async (t) => {
  const door = await standIn(echo);
  t.after(door.close);
  for (const path of ['', '/', '/ctx/a', '/ctx/a/']) {
    const taken = { context: 'prod', server: door.url + path, token: 'ours', ca: door.ca };
    assert.deepEqual(await arrives(taken), { arrived: true, label: 'prod' });
    const asked = door.asked.pop();
    assert.equal(asked?.authorization, 'Bearer ours');
    assert.match(
      asked?.path ?? '',
      new RegExp(`^${path.replace(/\/$/, '')}${SELF_TEST_PATH}\\?nonce=[0-9a-f]{32}$`),
    );
  }
});

test('nothing is sent to what is not this machine, nor without a token of ours', async (t) => {
  const door = await standIn(echo);
  t.after(door.close);
  const { port } = new URL(door.url);
  for (const [server, token, why] of [
    [`http://127.0.0.1:${port}`, 'ours', `it goes to http://127.0.0.1:${port}`],
    [`https://localhost:${port}`, 'ours', `it goes to https://localhost:${port}`],
    [`https://127.0.0.2:${port}`, 'ours', `it goes to https://127.0.0.2:${port}`],
    ['https://prod.example', 'ours', 'it goes to https://prod.example'],
    ['no address', 'ours', 'it goes to no address'],
    [undefined, 'ours', 'it goes to no address'],
    [door.url, undefined, 'it carries no token of the guard’s'],
    [door.url, '', 'it carries no token of the guard’s'],
  ] as const) {
    assert.deepEqual(await arrives({ context: 'prod', server, token, ca: door.ca }), { arrived: false, why });
  }
  assert.deepEqual(door.asked, []);
});

test('another answer, another authority, none at all and nobody there are no arrival', async (t) => {
  const other = await standIn(() => 'hello');
  const silent = await standIn(() => undefined);
  t.after(() => [other, silent].map(({ close }) => close()));
  const ask = (door: { url: string }, ca: string, timeout?: number) =>
    arrives({ context: 'prod', server: door.url, token: 'ours', ca }, timeout);
  assert.deepEqual(await ask(other, other.ca), {
    arrived: false,
    why: 'what answered is not the guard’s door',
  });
  const wrong = await ask(other, silent.ca);
  assert.ok(!wrong.arrived && /verify|signature|certificate/i.test(wrong.why), JSON.stringify(wrong));
  assert.deepEqual(await ask(silent, silent.ca, 50), { arrived: false, why: 'no answer within 0.05 s' });
  other.close();
  const gone = await ask(other, other.ca);
  assert.ok(!gone.arrived && gone.why.includes('ECONNREFUSED'), JSON.stringify(gone));
});
