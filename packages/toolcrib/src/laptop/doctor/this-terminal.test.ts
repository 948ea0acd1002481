import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { echo, ownConfig, standIn } from './testing/door.ts';
import { config, patient, states, texts } from './testing/patient.ts';
import { terminalState, thisTerminal } from './this-terminal.ts';

test('a terminal where it is not on is outside, and nothing of the person’s is sent to find that out', async () => {
  const server = createServer(() => assert.fail('it was asked')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const here = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const address of ['https://prod.example', here]) {
    const one = patient({}, { '.kube/config': config(address) });
    const found = await thisTerminal.look(one);
    assert.deepEqual(states(found), ['finding'], texts(found));
    assert.match(texts(found), /clients of any age.*toolcrib on/);
  }
  server.close();
});

/** A terminal where it is on, with that kubeconfig as its own. */
function on(text: string, ...others: string[]) {
  const one = patient({}, { ours: text, theirs: config('https://prod.example') });
  const ours = join(one.home, 'ours');
  const env = { KUBECONFIG: [ours, ...others.map((name) => join(one.home, name))].join(':') };
  return { ...one, env: { ...env, TOOLCRIB_KUBECONFIG: ours } };
}

test('a request that arrived is the proof, and said once for clients of every age', async (t) => {
  const door = await standIn(echo);
  t.after(door.close);
  const one = on(ownConfig(door));
  const found = await thisTerminal.look(one);
  assert.deepEqual(found, [
    { state: 'guarded', text: 'A request for prod, as clients of any age send it, arrived at the guard.' },
  ]);
  assert.equal(door.asked.length, 2);
  assert.deepEqual(await terminalState(one), { state: 'guarded', why: found[0]?.text });
});

test('beside another file older clients go round, and the list itself is a finding', async (t) => {
  const door = await standIn(echo);
  t.after(door.close);
  const one = on(ownConfig(door), 'theirs');
  const found = await thisTerminal.look(one);
  assert.deepEqual(states(found), ['finding', 'guarded', 'finding']);
  assert.match(texts(found), /KUBECONFIG is a list/);
  assert.match(texts(found), /as today’s clients send it, arrived/);
  assert.match(
    texts(found),
    /as older clients \(k9s 0\.27\) send it, does not arrive at the guard: it goes to https:\/\/prod\.example/,
  );
  const { state, why, next } = await terminalState(one);
  assert.deepEqual([state, why, next], ['outside', found[0]?.text, found[0]?.next]);
});

test('a guard that does not run is to be started; what answers in its place is not it', async (t) => {
  const other = await standIn(() => 'hello');
  t.after(other.close);
  const one = on(ownConfig(other));
  const round = await thisTerminal.look(one);
  assert.deepEqual([states(round), round[0]?.next], [['finding'], 'eval "$(toolcrib on)"']);
  other.close();
  const [found] = await thisTerminal.look(one);
  assert.deepEqual([found?.state, found?.next], ['finding', 'toolcrib guard start']);
});

test('without a current context, or with a file that can not be read, nothing is known', async () => {
  const none = on(stringify({ clusters: [], contexts: [], users: [] }));
  const found = await thisTerminal.look(none);
  assert.deepEqual(states(found), ['unknown']);
  assert.match(texts(found), /no current context for clients of any age.*use-context/);
  assert.deepEqual(await terminalState(none), {
    state: 'unknown',
    why: found[0]?.text,
    next: found[0]?.next,
  });
  const broken = await thisTerminal.look(on('{ half'));
  assert.deepEqual(states(broken), ['unknown']);
  assert.match(texts(broken), /ours:1:/);
});
