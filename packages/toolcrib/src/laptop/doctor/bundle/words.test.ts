import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { named, plainWords } from './words.ts';

const names = new Map([
  ['prod', '<context-1>'],
  ['prod-eu', '<context-2>'],
  ['a.b+c', '<user-1>'],
  ['/home/aiko', '<home>'],
  ['/home/aiko/.local/state/toolcrib', '<state>'],
]);
const plain = (text: string) => plainWords(text, names);

test('our own sentences stay as they are', () => {
  for (const text of [
    'A request for clients of any age arrived at the guard.',
    'The guard’s door isn’t there: connect ECONNREFUSED 127.0.0.1:20001.',
    'kubectl 1.35.2 and the cluster (v1.35.2-eks) are 3 minor versions apart; Kubernetes supports 1.',
    'toolcrib guard stop, then toolcrib guard start',
    'Let them name the file in $TOOLCRIB_KUBECONFIG, and no server.',
    '80 GB free: 99.5% of 1,024.',
  ])
    assert.equal(plain(text), text);
});

test('names are replaced, the longest first, and never within a longer word', () => {
  assert.equal(plain('observe: prod, "prod-eu", product.'), 'observe: <context-1>, "<context-2>", product.');
  assert.equal(named('a.b+c axb+c', names), '<user-1> axb+c');
  assert.equal(
    plain('/home/aiko/.local/state/toolcrib/journal/key is there'),
    '<state>/journal/key is there',
  );
  assert.equal(plain('see /home/aiko/.config/x7Qz and /etc/secret'), 'see … and …');
  assert.equal(
    plain('/home/aiko/clients/acme/config, not /home/aiko/.kube/config'),
    '…, not <home>/.kube/config',
  );
  assert.equal(named('nothing', new Map()), 'nothing');
});

test('what is no plain word is left out: keys, tokens, digests, addresses, control characters', () => {
  for (const secret of [
    'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln',
    'AKIAIOSFODNN7EXAMPLE',
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    '-----BEGIN',
    'hunter2',
    'https://prod.example:6443/path',
    '10.20.30.40',
    'aiko@corp.example',
    '2001:db8::1',
    'act-01JD8Z',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    '\u001b[31mred',
    '0123456789',
    'пароль',
  ])
    assert.doesNotMatch(plain(`said ${secret} there`), new RegExp(secret.replace(/[^\w]/g, '\\$&')), secret);
});

test('what others say is quoted, and left out; so is a name behind a slash', () => {
  for (const [text, said] of [
    [
      'pods "till" is forbidden: User "ben" cannot get it in the namespace "hr"',
      'pods "…" is forbidden: User "…" cannot get it in the namespace "…"',
    ],
    ["expected one of 'till', “drawer” and \"dra", 'expected one of \'…\', “…” and "…"'],
    [
      'It isn’t "prod-eu", it\'s "prod" or "/home/aiko/.local/state/toolcrib/journal"',
      'It isn’t "<context-2>", it\'s "<context-1>" or "<state>/journal"',
    ],
    ['Deployment shop/till: overdue', 'Deployment …: overdue'],
  ] as const)
    assert.equal(plain(text), said);
});

test('random bytes in base64 or hex never come through', () => {
  for (let round = 0; round < 500; round++) {
    const bytes = randomBytes(16);
    for (const text of [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')])
      assert.ok(!plain(`why: ${text}.`).includes(text.slice(0, 8)), text);
  }
});
