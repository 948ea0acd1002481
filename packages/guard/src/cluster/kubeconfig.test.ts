import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, test } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import fc from 'fast-check';
import { loadKubeconfig, readKubeconfig } from './kubeconfig.ts';
import { parseKubeconfig } from './kubeconfig-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-kubeconfig-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const ONE = `
apiVersion: v1
kind: Config
current-context: prod
clusters:
- name: prod
  cluster: {server: https://one.example, certificate-authority: ca.crt}
users:
- name: aiko
  user: {client-certificate: certs/aiko.crt, client-key: /abs/aiko.key}
contexts:
- name: prod
  context: {cluster: prod, user: aiko, namespace: shop}
- name: arn:aws:eks:eu-west-1:123456789012:cluster/prod
  context: {cluster: prod, user: aiko}
`;

const TWO = `
current-context: other
clusters:
- name: prod
  cluster: {server: https://two.example}
- name: test
  cluster: {server: https://test.example}
users:
- name: robot
  user: {token: sesame}
contexts:
- name: prod
  context: {cluster: test, user: robot}
- name: test
  context: {cluster: test, user: robot}
- name: nobody
  context: {cluster: test}
preferences: {}
`;

test('of each entry the first file wins; paths count from the file that they stand in', () => {
  const one = file('a/one', ONE);
  const two = file('b/two', TWO);
  const env = { KUBECONFIG: [join(folder, 'missing'), one, '', two, one].join(delimiter) };
  const config = loadKubeconfig({ env });
  assert.deepEqual(config.files, [one, two]);
  assert.equal(config.currentContext, 'prod');
  assert.deepEqual(config.contextNames, [
    'prod',
    'arn:aws:eks:eu-west-1:123456789012:cluster/prod',
    'test',
    'nobody',
  ]);
  const prod = config.context('prod');
  assert.equal(prod.cluster.server, 'https://one.example');
  assert.equal(prod.cluster['certificate-authority'], join(folder, 'a', 'ca.crt'));
  assert.equal(prod.user['client-certificate'], join(folder, 'a', 'certs', 'aiko.crt'));
  assert.equal(prod.user['client-key'], '/abs/aiko.key');
  assert.equal(prod.namespace, 'shop');
  assert.equal(config.context('test').user.token, 'sesame');
  assert.deepEqual(config.context('nobody').user, {});
});

test('without KUBECONFIG it is ~/.kube/config; where nothing is, there are no contexts', () => {
  const path = file('home/.kube/config', ONE);
  assert.deepEqual(loadKubeconfig({ env: {}, home: join(folder, 'home') }).files, [path]);
  const empty = loadKubeconfig({ env: {}, home: join(folder, 'nobody') });
  assert.deepEqual([empty.files, empty.contextNames], [[], []]);
  assert.throws(() => empty.context('prod'), { code: 'no-kubeconfig' });
});

test('our own file is passed over wherever it stands', () => {
  const own = file('ours', `${TWO}\nextensions: [{name: toolcrib.dev/guarded, extension: {}}]\n`);
  const one = file('c/one', ONE);
  const config = loadKubeconfig({ env: { KUBECONFIG: [own, one].join(delimiter) } });
  assert.deepEqual(config.files, [one]);
  assert.equal(config.context('prod').cluster.server, 'https://one.example');
});

test('an unknown context is answered with the near names', () => {
  const config = loadKubeconfig({ env: { KUBECONFIG: file('d/one', ONE) } });
  assert.throws(
    () => config.context('prdo'),
    (error: ToolcribError) => {
      assert.equal(error.code, 'unknown-context');
      assert.equal(error.exitCode, 2);
      assert.match(error.next ?? '', /Did you mean prod/);
      return true;
    },
  );
  assert.throws(
    () => config.context('zzzzzzzzzz'),
    (error: ToolcribError) => /There are: prod, arn/.test(error.next ?? ''),
  );
});

test('a context of a cluster or user that is not there harms only itself', () => {
  const path = file(
    'dangling',
    `${TWO}- name: x\n`.replace(
      'preferences: {}\n- name: x\n',
      '- name: broken\n  context: {cluster: gone, user: robot}\n',
    ),
  );
  const config = loadKubeconfig({ env: { KUBECONFIG: path } });
  assert.throws(() => config.context('broken'), {
    code: 'bad-file',
    message: /dangling.*broken.*cluster "gone"/,
  });
  assert.ok(config.context('test'));
});

test('a context that is called nothing, or blanks, is told in quotes, also in the command that removes it', () => {
  const contexts = ['', '  '].map((name) => ({ name, context: { cluster: 'gone' } }));
  const path = file('blank', JSON.stringify({ contexts, clusters: [], users: [] }));
  const config = loadKubeconfig({ env: { KUBECONFIG: path } });
  assert.throws(() => config.context('  '), {
    message: /the context " {2}" names the cluster "gone"/,
    next: /kubectl config delete-context ' {2}'$/,
  });
  assert.throws(() => config.context('zzzzzzzzzz'), { next: 'There are: "", "  ".' });
});

test('an unreadable file is named', (t) => {
  const asFolder = join(folder, 'folder');
  mkdirSync(asFolder);
  assert.throws(() => loadKubeconfig({ env: { KUBECONFIG: asFolder } }), {
    code: 'no-kubeconfig',
    message: /folder/,
  });
  if (process.getuid?.() === 0) return t.diagnostic('root may read anything: shown with a folder only');
  const path = file('secret', ONE);
  chmodSync(path, 0);
  assert.throws(() => loadKubeconfig({ env: { KUBECONFIG: path } }), { code: 'no-kubeconfig' });
});

test('any text is a kubeconfig or a clear error', () => {
  const scraps = fc.constantFrom(
    'clusters:',
    '- name: a',
    '  cluster: {',
    '}',
    '\n',
    '  ',
    '&a',
    '*a',
    '[',
    'users: null',
    '"',
    '!!js/function x',
    '<<: *a',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(scraps).map((parts) => parts.join('\n')),
      ),
      (text) => {
        try {
          parseKubeconfig('x', text);
        } catch (error) {
          assert.ok(error instanceof ToolcribError && error.code === 'bad-file', String(error));
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('a file that stays as it is, is parsed once; each change of it counts, however small', async () => {
  const path = file('remembered', '');
  const text = (name: string) => `current-context: ${name}\n`;
  const isRemembered = () => {
    const once = readKubeconfig(path);
    return readKubeconfig(path) === once;
  };
  for (let round = 0; round < 3; round++) {
    for (const name of [`a-${round}`, `b-${round}`, `c-${round}`]) {
      // In place and with the same size, again and again.
      writeFileSync(path, text(name));
      assert.equal(readKubeconfig(path)?.currentContext, name);
    }
    for (let tries = 0; !isRemembered(); tries++) {
      assert.ok(tries < 1_000, 'it is parsed each time');
      await new Promise((done) => setTimeout(done, 20));
    }
  }
  writeFileSync(`${path}.new`, text('a-9'));
  renameSync(`${path}.new`, path);
  assert.equal(readKubeconfig(path)?.currentContext, 'a-9');
  rmSync(path);
  assert.equal(readKubeconfig(path), undefined);
});
