import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { foretells, sessionLists } from './sessions.ts';

describe('what a kubectl session listed', () => {
  const read = (path: string, query = '', session = 's1', context = 'prod') => ({
    context,
    session,
    path,
    query,
  });
  it('its lists, each once; not its gets, watches, and waits for one object', () => {
    const sessions = sessionLists();
    const pods = '/api/v1/namespaces/shop/pods';
    sessions.notice(read(pods, 'limit=500'));
    sessions.notice(read(pods, 'limit=500&continue=abc'));
    sessions.notice(read(pods, 'labelSelector=app%3Dx'));
    sessions.notice(read(`${pods}/a`));
    sessions.notice(read(pods, 'watch=true&labelSelector=app%3Dy'));
    sessions.notice(read(pods, 'fieldSelector=metadata.name%3Da'));
    sessions.notice(read('/api'));
    const base = { group: '', version: 'v1', resource: 'pods', namespace: 'shop', fieldSelector: undefined };
    assert.deepEqual(sessions.of('prod', 's1'), [
      { ...base, labelSelector: undefined },
      { ...base, labelSelector: 'app=x' },
    ]);
    assert.deepEqual(sessions.of('test', 's1'), [], "another cluster's");
    assert.deepEqual(sessions.of('prod', 's2'), []);
    assert.deepEqual(sessions.of('prod', undefined), []);
  });
  for (const [command, tells] of [
    ['kubectl delete', true],
    ['kubectl drain', true],
    ['kubectl apply', false],
    ['kubectl applyall', true],
    [undefined, true],
  ] as const) {
    it(`${command} goes through what it listed: ${tells}`, () => assert.equal(foretells(command), tells));
  }
  it('the oldest session is forgotten, and no session grows without end', () => {
    const sessions = sessionLists();
    for (let i = 0; i < 501; i++) sessions.notice(read('/api/v1/pods', '', `s${i}`));
    assert.equal(sessions.of('prod', 's0').length, 0);
    assert.equal(sessions.of('prod', 's1').length, 1);
    for (let i = 0; i < 50; i++) sessions.notice(read('/api/v1/pods', `labelSelector=a%3D${i}`, 'many'));
    assert.equal(sessions.of('prod', 'many').length, 20);
  });
  it('a session that lists again is the youngest', () => {
    const sessions = sessionLists();
    for (let i = 0; i < 500; i++) sessions.notice(read('/api/v1/pods', '', `s${i}`));
    sessions.notice(read('/api/v1/nodes', '', 's0'));
    sessions.notice(read('/api/v1/pods', '', 'new'));
    assert.deepEqual([sessions.of('prod', 's0').length, sessions.of('prod', 's1').length], [2, 0]);
  });
  it('who says no session has none, also where somebody calls itself so', () => {
    const sessions = sessionLists();
    sessions.notice(read('/api/v1/pods', '', 'undefined'));
    assert.deepEqual(sessions.of('prod', undefined), []);
  });
});
