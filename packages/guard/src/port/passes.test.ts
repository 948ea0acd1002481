import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asked } from '../testing/way.ts';
import { type PassesGiven, passes } from './passes.ts';

const body = new TextEncoder().encode('{"propagationPolicy":"Background"}');
const request = (path: string, more = {}) =>
  asked('DELETE', path, {
    body,
    headers: { 'user-agent': 'kubectl', 'kubectl-session': 's1' },
    clientPort: 7,
    ...more,
  });

function given(more: Partial<PassesGiven> = {}): PassesGiven {
  const { id: first, path: _path, ...like } = request('/a');
  const instruction = { do: 'forward' as const, warnings: [] };
  return {
    actId: 'act-1',
    first,
    like,
    rules: 'now',
    until: 100,
    passes: ['/b', '/c'].map((path) => ({ id: `of${path}`, path, instruction })),
    ...more,
  };
}

describe('passes', () => {
  test('each is good once, for its path, whichever connection it comes by', () => {
    const table = passes({ now: () => 100 }, () => 'now');
    table.give(given());
    assert.equal(table.take(request('/a')), undefined);
    assert.equal(table.take(request('/b', { clientPort: 8 }))?.id, 'of/b');
    assert.equal(table.take(request('/b')), undefined);
    assert.deepEqual(table.recall('act-1'), ['of/b']);
    assert.equal(table.take(request('/c')), undefined);
    assert.deepEqual(table.recall('act-1'), []);
  });

  for (const [what, more] of Object.entries({
    'another person': { person: 'ben' },
    'another token': { tokenId: 't2' },
    'another context': { context: 'test' },
    'another tool': { tool: { name: 'kubectl', sha256: '0' } },
    'an agent': { agent: true },
    'another query': { query: 'dryRun=All' },
    'another body': { body: new TextEncoder().encode('{"propagationPolicy":"Orphan"}') },
    'no body': { body: new Uint8Array() },
    'another method': { method: 'PATCH' },
    'another session': { headers: { 'user-agent': 'kubectl', 'kubectl-session': 's2' } },
    'a header more': {
      headers: { 'user-agent': 'kubectl', 'kubectl-session': 's1', 'impersonate-user': 'x' },
    },
  }))
    test(`is none of ${what}`, () => {
      const table = passes({ now: () => 0 }, () => 'now');
      table.give(given());
      assert.equal(table.take(request('/b', more)), undefined);
      assert.equal(table.take(request('/b'))?.id, 'of/b', 'and stays as good as it was');
    });

  test('is the same whatever the order of its headers, and whether it says of itself that it is no agent', () => {
    const table = passes({ now: () => 0 }, () => 'now');
    table.give(given());
    const turned = { 'kubectl-session': 's1', 'user-agent': 'kubectl' };
    assert.equal(table.take(request('/b', { headers: turned }))?.id, 'of/b');
    assert.equal(table.take(request('/c', { agent: false }))?.id, 'of/c');
    const { id: _id, path: _path, ...like } = request('/d', { agent: true, tool: { name: 'kubectl' } });
    table.give(given({ actId: 'act-2', like, passes: [{ ...given().passes[0], path: '/d' } as never] }));
    assert.equal(table.take(request('/d')), undefined);
    assert.equal(table.take(request('/d', { agent: true, tool: { name: 'kubectl' } }))?.id, 'of/b');
  });

  test('ends with its time, and with the rules that it was judged by', () => {
    let [time, rules] = [100, 'now'];
    const table = passes({ now: () => time }, () => rules);
    table.give(given());
    rules = 'changed';
    assert.equal(table.take(request('/b')), undefined);
    rules = 'now';
    time = 101;
    assert.equal(table.take(request('/b')), undefined);
  });

  test('ends where its session lists once more: it goes through more than was judged', () => {
    const table = passes({ now: () => 0 }, () => 'now');
    table.give(given());
    table.listed('test', 's1');
    table.listed('prod', 's2');
    assert.equal(table.take(request('/b'))?.id, 'of/b');
    table.listed('prod', 's1');
    assert.equal(table.take(request('/c')), undefined);
    assert.deepEqual(table.recall('act-1'), ['of/b']);
  });

  test('whose client has hung up is told by its port', () => {
    const table = passes({ now: () => 0 }, () => 'now');
    table.give(given());
    assert.deepEqual(table.leftBy(8), []);
    assert.deepEqual(table.leftBy(7), ['act-1']);
  });
});
