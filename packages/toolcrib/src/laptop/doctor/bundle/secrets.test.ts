import assert from 'node:assert/strict';
import { test } from 'node:test';
import { turnOn } from '../../on.ts';
import { config, patient } from '../testing/patient.ts';
import { encodings, hasSecret, secretsOf } from './secrets.ts';

test('a secret is found as it is and in what encodes it, wherever it stands in what was encoded', () => {
  const secret = 'sword/fish?"1"';
  const around = ['', 'a', 'ab', 'abc', 'user:'];
  for (const before of around) {
    const whole = Buffer.from(`${before}${secret}\n`);
    for (const text of [
      whole.toString(),
      whole.toString('base64'),
      whole.toString('base64url'),
      whole.toString('hex'),
    ])
      assert.ok(hasSecret(`said ${text} there`, [secret]), `${before}: ${text}`);
  }
  for (const text of [
    encodeURIComponent(secret),
    JSON.stringify({ secret }),
    secret.toUpperCase(),
    Buffer.from(secret).toString('hex').toUpperCase(),
    [...secret].reverse().join(''),
  ])
    assert.ok(hasSecret(text, [secret]), text);
  assert.ok(!hasSecret('a fish and a sword', [secret]));
  assert.ok(!hasSecret('anything', []));
  for (const form of encodings('ab')) assert.ok(form.length >= 4, 'what is too short is in every text');
});

test('they are taken from every file and variable of this person’s that may have some', () => {
  const one = patient(
    {
      AWS_SECRET_ACCESS_KEY: 'of-the-cloud',
      DB_URL: 'postgres://u:pw-of-db@host',
      PATH: '/usr/bin',
      MY_TOKEN: 'abcd',
      NODE_AUTH_TOKEN: 'of-node-auth',
      npm_config__authToken: 'of-npm-auth',
    },
    {
      '.kube/config':
        'users:\n- name: aiko\n  user:\n    token: of-the-token\n    password: "four"\n- {name: b, user: {client-key-data: b2YtdGhlLWtleQ==}}\n',
      '.kube/other': '] broken of-the-broken',
      'state/door.json': '{"tokens":{"prod":"of-the-door"}}',
      'state/journal/key': 'of-the-journal-key\n',
      'state/guard.secret': 'of-the-socket',
      'state/kubeconfig.added': 'users: [{name: c, user: {token: of-the-added}}]',
    },
  );
  const found = secretsOf({
    ...one,
    env: { ...one.env, KUBECONFIG: `${one.home}/.kube/config:${one.home}/.kube/other` },
  });
  for (const secret of [
    'of-the-cloud',
    'pw-of-db',
    'of-node-auth',
    'of-npm-auth',
    'abcd',
    'of-the-token',
    'four',
    'b2YtdGhlLWtleQ==',
    'of-the-broken',
    'of-the-door',
    'of-the-journal-key',
    'of-the-socket',
    'of-the-added',
  ])
    assert.ok(hasSecret(`x ${secret} x`, found), secret);
  assert.ok(!found.includes('/usr/bin'));
  assert.ok(
    !hasSecret('client-key-data certificate-authority-data', found),
    'a kubeconfig’s own words are none',
  );
});

test('of the files that we write ourselves no plain word is a secret: what is said of kubeconfigs would go with it', async () => {
  const one = patient({}, { '.kube/config': config('https://127.0.0.1:1') });
  await turnOn(one.paths, { ...one.env, HOME: one.home, KUBECONFIG: `${one.home}/.kube/config` }, 'bash');
  const found = secretsOf(one);
  assert.ok(
    found.some((text) => text.length > 200),
    'it is on: there is a certificate of ours',
  );
  assert.deepEqual(
    found.filter((text) => /^[a-z]+[.,]?$/i.test(text)),
    [],
  );
});
