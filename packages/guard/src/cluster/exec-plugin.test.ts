import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import { openCredentials } from './credentials.ts';
import { answer, bearer, context, env, exec, folder, plugin, V1 } from './testing/plugin.ts';

test('a plugin gets its arguments, its environment and its question, and may give a certificate', async () => {
  const path = plugin(
    'asked',
    `test "$1" = get-token && test "$REGION" = 'eu west' && ${answer({ clientCertificateData: 'CERT', clientKeyData: 'KEY' })}`,
  );
  const user = exec('./asked', {
    args: ['get-token'],
    env: [{ name: 'REGION', value: 'eu west' }],
    provideClusterInfo: true,
  });
  const cluster = {
    'certificate-authority-data': 'Y2E=',
    extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'x' } }],
  };
  const credential = await openCredentials(context(user, cluster), { env }).current();
  assert.deepEqual(credential, { headers: {}, cert: 'CERT', key: 'KEY' });
  assert.deepEqual(JSON.parse(readFileSync(`${path}.info`, 'utf8')), {
    kind: 'ExecCredential',
    apiVersion: V1,
    spec: {
      interactive: false,
      cluster: {
        server: 'https://prod.example',
        'certificate-authority-data': 'Y2E=',
        config: { audience: 'x' },
      },
    },
  });
});

test('a plugin that fails is quoted; its answer never is', async () => {
  const cases: [string, string, object, RegExp][] = [
    [
      'fails',
      'echo "SSO session expired, run: cloud login" >&2; exit 3',
      {},
      /exit code 3.*It said: SSO session expired/s,
    ],
    ['silent', 'exit 1', {}, /It said nothing/],
    ['garbage', 'echo "geheim not json"', {}, /no ExecCredential/],
    ['empty', answer({}), {}, /neither a token nor a certificate/],
    ['half', answer({ clientCertificateData: 'C' }), {}, /without its key/],
    [
      'version',
      answer({ token: 'geheim' }, 'client.authentication.k8s.io/v1beta1'),
      {},
      /answered in .*v1beta1/,
    ],
    ['time', answer({ token: 'geheim', expirationTimestamp: 'soon' }), {}, /no time/],
    [
      'old',
      answer({ token: 'x' }),
      { apiVersion: 'client.authentication.k8s.io/v1alpha1' },
      /speaks .*v1alpha1/,
    ],
    ['mode', answer({ token: 'x' }), { interactiveMode: undefined }, /interactiveMode/],
    ['always', answer({ token: 'x' }), { interactiveMode: 'Always' }, /must ask at a terminal/],
  ];
  for (const [name, script, more, message] of cases) {
    const path = plugin(name, script);
    await assert.rejects(openCredentials(context(exec(path, more)), { env }).current(), (error) => {
      assert.ok(error instanceof ToolcribError && error.code === 'credentials' && error.next, name);
      assert.match(error.message, message, name);
      assert.doesNotMatch(error.message, /geheim/, name);
      return true;
    });
  }
  assert.equal(existsSync(join(folder, 'always.runs')), false, 'it was run all the same');
  await assert.rejects(
    openCredentials(context(exec('no-such-plugin-here', { installHint: 'apt install it' })), {
      env,
    }).current(),
    { code: 'credentials', message: /was not found/, next: 'apt install it' },
  );
});

test('v1beta1 plugins need no interactiveMode', async () => {
  const apiVersion = 'client.authentication.k8s.io/v1beta1';
  const path = plugin('beta', answer({ token: 'b' }, apiVersion));
  const user = exec(path, { apiVersion, interactiveMode: undefined });
  assert.equal(await bearer(openCredentials(context(user), { env })), 'Bearer b');
});

test('a real kubectl asks a plugin the same question', (t) => {
  const kubectl = process.env.PATH?.split(':')
    .map((dir) => join(dir, 'kubectl'))
    .find(existsSync);
  if (!kubectl) return t.skip('no kubectl on PATH to compare with');
  const path = plugin('compared', answer({ token: 'x' }));
  const user = {
    exec: { command: path, apiVersion: V1, interactiveMode: 'IfAvailable', provideClusterInfo: true },
  };
  const cluster = { server: 'https://127.0.0.1:9', 'certificate-authority-data': '' };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  };
  writeFileSync(join(folder, 'kubectl-config'), JSON.stringify(config));
  try {
    execFileSync(kubectl, ['--kubeconfig', join(folder, 'kubectl-config'), 'get', '--raw', '/version'], {
      stdio: 'pipe',
    });
  } catch {
    // Nobody listens there: only the question counts.
  }
  const theirs = JSON.parse(readFileSync(`${path}.info`, 'utf8'));
  return openCredentials(
    context(exec(path, { provideClusterInfo: true }), { server: 'https://127.0.0.1:9' }),
    { env },
  )
    .current()
    .then(() => {
      const ours = JSON.parse(readFileSync(`${path}.info`, 'utf8'));
      assert.deepEqual(
        ours,
        theirs.spec.cluster.config === null
          ? { ...theirs, spec: { ...theirs.spec, cluster: { server: theirs.spec.cluster.server } } }
          : theirs,
      );
    });
});
