import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { test } from 'node:test';
import { stringify } from 'yaml';
import type { GuardStatus } from '../../api/schema.ts';
import { loadPerson } from '../../person-kubeconfig.ts';
import { diagnose } from '../index.ts';
import { filesBelow, patient } from '../testing/patient.ts';
import { report, withoutSecrets } from './report.ts';

// What is planted is looked for by means of its own, and not by those of the code: in base64 at each of three places, in hex,
// and in pieces of a few characters.
const planted: string[] = [];
function plant(text: string): string {
  planted.push(text);
  return text;
}
const random = () => plant(randomBytes(18).toString('base64url'));

/** Pieces of what encodes a secret, that a text must not have. */
function pieces(secret: string): string[] {
  const base64 = ['', 'x', 'xx'].flatMap((before) => {
    const text = Buffer.from(before + secret).toString('base64');
    return [text.slice(4, 12)];
  });
  return [
    secret,
    ...base64,
    Buffer.from(secret).toString('hex').slice(0, 10),
    encodeURIComponent(secret),
  ].filter((piece) => piece.length >= 5);
}

/** A machine whose every file and message is full of what nobody else may know. */
function aMachine() {
  const password = plant('swordfish');
  const [token, key, door, journal, alias, inLog, fromCloud] = Array.from({ length: 7 }, random) as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const pem = `-----BEGIN EC PRIVATE KEY-----\n${random()}\n-----END EC PRIVATE KEY-----\n`;
  const names = [
    'acme-payments',
    'globex-prod',
    'cluster-of-acme',
    'till-terminal',
    'hr-department',
    'bastion.acme.example',
    // Plain words, that stand in no file: of objects in the cluster, and who asked for them.
    'drawer',
    'counter',
    'benedikt',
  ];
  const kubeconfig = stringify({
    'current-context': 'acme-payments',
    clusters: [
      {
        name: 'cluster-of-acme',
        cluster: {
          server: 'https://bastion.acme.example:6443',
          'certificate-authority-data': Buffer.from(pem).toString('base64'),
        },
      },
      { name: 'local', cluster: { server: 'https://127.0.0.1:1' } },
    ],
    contexts: [
      {
        name: 'acme-payments',
        context: { cluster: 'local', user: 'till-terminal', namespace: 'hr-department' },
      },
      { name: 'globex-prod', context: { cluster: 'cluster-of-acme', user: 'till-terminal' } },
    ],
    users: [
      {
        name: 'till-terminal',
        user: { token, 'client-key-data': Buffer.from(pem).toString('base64'), username: 'u', password },
      },
      {
        name: 'e',
        user: {
          exec: {
            command: 'get',
            apiVersion: 'client.authentication.k8s.io/v1',
            env: [{ name: 'A', value: key }],
          },
        },
      },
    ],
  });
  const log = (entry: object) => JSON.stringify({ at: '2026-12-01T09:00:00.000Z', ...entry });
  const one = patient(
    { AWS_SECRET_ACCESS_KEY: fromCloud, KUBE_TOKEN: token, SHELL: '/bin/bash', PATH: '/none' },
    {
      '.kube/config': kubeconfig,
      '.bashrc': `alias kp='kubectl --kubeconfig x --token ${alias}'\n`,
      'state/door.json': JSON.stringify({ tokens: { 'acme-payments': door }, ca: { key: pem } }),
      'state/journal/key': `${journal}\n`,
      'state/journal/journal.db': 'x',
      'state/guard.yaml': `apiVersion: toolcrib.dev/v1alpha1\nkind: GuardPolicy\nspec:\n  # ${password}\n  clusters: [{context: acme-payments, mode: enforce, exceptNamespaces: [hr-department]}]\n  rules: [{name: audit-of-globex, when: 'effect.name == "${password}"', then: hold}]\n`,
      'state/guard.log': [
        log({
          msg: 'could not judge',
          path: `/api/v1/namespaces/hr-department/secrets/${inLog}`,
          why: `bearer ${token}`,
        }),
        log({ msg: `password is ${password}`, context: 'acme-payments' }),
        log({
          msg: Buffer.from(`token: ${token}`).toString('base64'),
          why: Buffer.from(`xx${password}`).toString('base64'),
        }),
        `Error: ${pem.replaceAll('\n', ' ')}`,
        log({
          msg: 'a softened act could not be finished yet',
          why: 'ToolcribError: deployments.apps "drawer" is forbidden: User "benedikt" cannot delete it in the namespace "counter"',
        }),
        log({ msg: 'the guard is up', port: 20001 }),
      ].join('\n'),
    },
  );
  const guard = {
    version: '0.1.0',
    pid: 17,
    port: 20001,
    startedAt: 1,
    contexts: [{ context: 'acme-payments', mode: 'enforce' }],
    held: 1,
    journal: `it says ${password} and ${Buffer.from(token).toString('base64')}`,
    unsettled: 0,
    ending: null,
    policy: { file: null, error: `near ${key} of globex-prod`, rules: [], disabled: [] },
    softened: [{ actId: 'act-1', what: 'Deployment counter/drawer', finishAfter: 1, state: 'overdue' }],
  } satisfies GuardStatus;
  const holdings = () => Promise.reject(new Error(`could not open: ${journal} ${password} ${pem}`));
  return { one: { ...one, guard, holdings, person: loadPerson(one.paths, one.env, one.home) }, names };
}

test('planted secrets and names are not in it, in no encoding; what helps to mend something is', async () => {
  const { one, names } = aMachine();
  const before = filesBelow(one.home);
  const text = report(one, await diagnose(one));
  assert.deepEqual(filesBelow(one.home), before, 'it only looks');
  for (const secret of planted)
    for (const piece of pieces(secret))
      assert.ok(!text.toLowerCase().includes(piece.toLowerCase()), `${secret} as ${piece} in\n${text}`);
  const user = userInfo().username;
  for (const name of [...names, 'audit-of-globex', one.home, 'BEGIN', 'kubectl --kubeconfig'])
    assert.ok(!text.includes(name), `${name} in\n${text}`);
  assert.doesNotMatch(text, new RegExp(`(?<![\\w<])${user}(?![\\w-])`), 'who sits there');
  for (const said of [
    /^toolcrib \d+\.\d+\.\d+, Node /m,
    /^verdict findings, terminal outside, 2 contexts$/m,
    /^this terminal: finding: A request for <context-1>, as clients of any age send it, does not arrive/m,
    /^shell: finding$/m,
    /^softened: fault$/m,
    /^guard: fine: Guard 0\.1\.0 runs: process 17, port 20001/m,
    /^clusters: note: enforce: <context-1>, as <state>\/guard\.yaml:5 says of <context-1>\./m,
    /^cluster: a name \(1 of 2 contexts\), mode enforce, except 1 namespaces$/m,
    /^rule own-1: hold when effect\.name == "…"$/m,
    /^2026-12-01T09:00:00\.000Z the guard is up port=20001$/m,
  ])
    assert.match(text, said);
  for (const [at, line] of text.split('\n').entries()) assert.ok(line.length < 600, `${at}: ${line}`);
});

test('a line with a secret goes as a whole, also one that came through everything before', () => {
  const lines = ['one swordfish two', 'fine', Buffer.from('a swordfish').toString('base64')];
  assert.deepEqual(
    withoutSecrets(lines, ['swordfish']).map((line) => line === 'fine'),
    [false, true, false],
  );
  // Broken over two lines it is one all the same.
  assert.equal(withoutSecrets(['sword', 'fish'], ['swordfish']).length, 1);
  assert.deepEqual(withoutSecrets(['a', 'b'], []), ['a', 'b']);
});

test('on a machine where nothing is to be had it says that', async () => {
  const text = report(patient(), await diagnose(patient()));
  assert.match(text, /^There is none: every cluster is observed/m);
  assert.match(text, /^There is no log\.$/m);
});
