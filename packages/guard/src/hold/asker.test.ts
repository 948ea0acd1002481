import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whoAsks } from './asker.ts';

const claim = { userAgent: 'kubectl/v1.35.2' };

test('who asks: a person or his agent, with what, as whom', () => {
  const asks = (more: object) =>
    whoAsks({ person: 'aiko', caller: undefined, as: undefined, ...more } as never);
  assert.equal(asks({}), 'aiko');
  assert.equal(
    asks({
      caller: { agent: true, person: 'aiko', token: 't', tool: { name: 'k9s', version: '0.50' }, claim },
    }),
    'an agent of aiko, with k9s 0.50',
  );
  assert.equal(
    asks({
      caller: { person: 'aiko', token: 't', claim: { ...claim, name: 'kubectl', version: 'v1.35.2' } },
    }),
    'aiko, calling itself kubectl v1.35.2',
  );
  assert.equal(
    asks({ as: { 'impersonate-user': 'root', 'impersonate-group': ['a', 'b'] } }),
    'aiko, as root of a and 1 more',
  );
  assert.equal(asks({ as: { 'impersonate-user': 'root', 'impersonate-group': 'a' } }), 'aiko, as root of a');
  assert.equal(asks({ as: { 'impersonate-user': 'root' } }), 'aiko, as root');
  const extra = { 'impersonate-extra-scopes': 'all' };
  assert.equal(asks({ as: { 'impersonate-user': 'root', ...extra } }), 'aiko, as root with more said of him');
  // Whoever is to be meant where only a group is named, it is not the person himself.
  assert.equal(asks({ as: { 'impersonate-group': 'a' } }), 'aiko, as somebody of a');
  assert.equal(
    asks({ caller: { person: 'aiko', token: 't', claim: { userAgent: 'a<b>\u001b[31m' } } }),
    'aiko, calling itself a?b??[31m',
  );
});
