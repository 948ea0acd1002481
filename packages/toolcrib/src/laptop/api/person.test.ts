import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { test } from 'node:test';
import { personOf, type System } from './person.ts';

const system: System = {
  uidOf: (pid) => ({ 10: 1000, 11: 1001, 12: 4000 })[pid],
  passwd: () => 'root:x:0:0::/root:/bin/sh\naiko:x:1000:1000::/:/bin/sh\nben:x:1001:1001::/:/bin/sh\n',
  own: { uid: 1000, name: 'aiko' },
};

test('who asks is whose process it is, by the name that this machine has for them', () => {
  assert.equal(personOf({ pid: 10 }, system), 'aiko');
  assert.equal(personOf({ pid: 11 }, system), 'ben');
  assert.equal(
    personOf({ pid: 12 }, system),
    'uid 4000',
    'of somebody without a name here the number is told',
  );
  assert.equal(personOf({ pid: 12 }, { ...system, passwd: () => undefined }), 'uid 4000');
});

test('where the process can’t be told it is the one person who can open the socket', () => {
  assert.equal(personOf(undefined, system), 'aiko');
  assert.equal(personOf({ pid: 99 }, system), 'aiko', 'it has gone already');
});

test('this very process is its own person’s', () => {
  assert.equal(personOf({ pid: process.pid }), userInfo().username);
});
