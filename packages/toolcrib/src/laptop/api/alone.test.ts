import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAlone } from './alone.ts';

const passwd = [
  'root:x:0:0:root:/root:/bin/sh',
  'aiko:x:1000:1000::/home/aiko:/bin/bash',
  'ben:x:1001:1001::/home/ben:/bin/bash',
  'cho:x:1002:100::/home/cho:/bin/bash',
  'dai:x:1003:100::/home/dai:/bin/bash',
].join('\n');
const group = ['root:x:0:', 'users:x:100:', 'aiko:x:1000:', 'ben:x:1001:aiko', 'own:x:2000:aiko', ''].join(
  '\n',
);

test('a group is a person’s own where nobody else is in it, neither by their primary group nor as a member', () => {
  const alone = (uid: number, gid: number) => isAlone(uid, gid, { passwd, group });
  assert.equal(alone(1000, 1000), true);
  assert.equal(alone(1000, 2000), true);
  assert.equal(alone(1001, 1001), false, 'aiko is a member of it');
  assert.equal(alone(1002, 100), false, 'it is the primary group of another one');
  assert.equal(alone(1000, 1001), false, 'it is the primary group of its owner');
});

test('what the lists don’t tell is no yes', () => {
  assert.equal(isAlone(1000, 3000, { passwd, group }), false, 'a group from elsewhere');
  assert.equal(isAlone(4000, 1000, { passwd, group }), false, 'a person from elsewhere');
  assert.equal(isAlone(undefined, 1000, { passwd, group }), false);
  assert.equal(isAlone(1000, 1000, { passwd: '', group: '' }), false);
  // A name server's plus signs mean: and whoever else.
  assert.equal(isAlone(1000, 1000, { passwd: `${passwd}\n+::::::`, group: 'aiko:x:1000:+' }), false);
});
