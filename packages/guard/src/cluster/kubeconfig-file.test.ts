import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ToolcribError } from '@toolcrib/model';
import { loadKubeconfig } from './kubeconfig.ts';
import { parseKubeconfig } from './kubeconfig-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-kubeconfig-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const withFlag = (word: string) =>
  parseKubeconfig('k', `clusters: [{name: a, cluster: {insecure-skip-tls-verify: ${word}}}]`);

test('broken files are named with line and column, and never quoted', () => {
  const cases: [string, RegExp][] = [
    ['clusters:\n- name: a\n  cluster: {server: https://a\nusers: [', /:\d+:\d+ is not understood/],
    [
      'clusters: []\nusers:\n- name: a\n  user:\n    token: [geheim]\n',
      /:5:12 is not understood: users\.0\.user\.token/,
    ],
    ['contexts:\n- context: {cluster: a}\n', /:2:3 is not understood: contexts\.0\.name/],
    ['clusters: a\nclusters: b\n', /:2:1 /],
    ['just text', /:1:1 /],
    ['\tclusters: []', /:1:1 /],
  ];
  for (const [text, pattern] of cases) {
    const path = file('broken', text);
    assert.throws(
      () => loadKubeconfig({ env: { KUBECONFIG: path } }),
      (error: ToolcribError) => {
        assert.equal(error.code, 'bad-file');
        assert.match(error.message, pattern, text);
        assert.ok(error.message.includes(path) && error.next);
        assert.doesNotMatch(error.message, /geheim/);
        return true;
      },
    );
  }
});

test('words are what kubectl reads in them: yes is a truth, quoted it is none, and no is no name', () => {
  for (const word of ['true', 'yes', 'On', 'y'])
    assert.equal(withFlag(word).clusters[0]?.cluster['insecure-skip-tls-verify'], true, word);
  for (const word of ['false', 'no', 'OFF', 'n'])
    assert.equal(withFlag(word).clusters[0]?.cluster['insecure-skip-tls-verify'], false, word);
  for (const word of ['"yes"', "'true'", '1', 'maybe'])
    assert.throws(() => withFlag(word), { code: 'bad-file', message: /insecure-skip-tls-verify: .*boolean/ });
  assert.throws(() => parseKubeconfig('k', 'contexts: [{name: no, context: {}}]'), {
    code: 'bad-file',
    message: /^The kubeconfig k:1:19 is not understood: contexts\.0\.name: .*expected string/,
  });
  assert.equal(parseKubeconfig('k', 'contexts: [{name: "no", context: {}}]').contexts[0]?.name, 'no');
});

test('of several documents in a file the first counts, as for kubectl, whatever the others are', () => {
  for (const rest of ['---\ncurrent-context: b\n', '...\n---\nclusters: [', '---\n'])
    assert.equal(parseKubeconfig('k', `---\ncurrent-context: a\n${rest}`).currentContext, 'a', rest);
  assert.throws(() => parseKubeconfig('k', 'clusters: [\n---\ncurrent-context: b\n'), { code: 'bad-file' });
});

test('what kubectl itself writes for empty parts is read', () => {
  const text =
    'apiVersion: v1\nclusters: null\ncontexts: null\ncurrent-context: ""\nkind: Config\npreferences: {}\nusers: null\n';
  assert.deepEqual(parseKubeconfig('x', text).contexts, []);
  assert.deepEqual(parseKubeconfig('x', '').contexts, []);
});

test('null is nothing, and what is said is said', () => {
  const said = parseKubeconfig(
    'k',
    `current-context: here
clusters:
- {name: a, cluster: {server: https://a, insecure-skip-tls-verify: false, extensions: [{name: x, extension: 1}]}}
- {name: b, cluster: {server: null, insecure-skip-tls-verify: null, extensions: null}}
users:
- {name: a, user: {token: t, as-groups: [ops], exec: {command: c, args: [d], env: [{name: E, value: f}]}}}
- {name: b, user: {token: null, as-groups: null, exec: {command: c, args: null, env: null}}}
- {name: c, user: null}
- {name: d}
contexts:
- {name: a, context: {cluster: a, user: a, namespace: shop}}
- {name: b, context: {cluster: null, user: null, namespace: null}}
- {name: c, context: {}}
`,
  );
  assert.equal(said.currentContext, 'here');
  const clusters = said.clusters.map(({ cluster }) => [
    cluster.server,
    cluster['insecure-skip-tls-verify'],
    cluster.extensions,
  ]);
  assert.deepEqual(clusters, [
    ['https://a', false, [{ name: 'x', extension: 1 }]],
    [undefined, undefined, []],
  ]);
  const users = said.users.map(({ user }) => [
    user.token,
    user['as-groups'],
    user.exec?.args,
    user.exec?.env,
  ]);
  assert.deepEqual(users, [
    ['t', ['ops'], ['d'], [{ name: 'E', value: 'f' }]],
    [undefined, undefined, undefined, []],
    [undefined, undefined, undefined, undefined],
    [undefined, undefined, undefined, undefined],
  ]);
  const contexts = said.contexts.map(({ context }) => [context.cluster, context.user, context.namespace]);
  assert.deepEqual(contexts, [
    ['a', 'a', 'shop'],
    ['', undefined, undefined],
    ['', undefined, undefined],
  ]);
});

test('where it is broken: at the value, at what is around one that is missing, or at the beginning', () => {
  for (const [text, place, why] of [
    ['a: *b\n', '1:1 ', 'Unresolved alias'],
    ['# only\n[]', '2:1 ', 'the file: '],
    ['a: 1\nclusters: b\n', '2:11 ', 'clusters: '],
    ['clusters:\n  - name: a\n    cluster: 1\n', '3:14', 'clusters.0.cluster: '],
    ['contexts:\n  - {}\n', '2:5', 'contexts.0.name: '],
    ['[]', '1:1', 'the file: '],
    ['clusters: [', '1:', 'Flow sequence'],
    ['a: 1\n a: 2\n', '', ''],
  ] as const)
    assert.throws(
      () => parseKubeconfig('k', text),
      (error: ToolcribError) => {
        assert.ok(error.message.startsWith(`The kubeconfig k:${place}`), error.message);
        assert.ok(error.message.includes(`is not understood: ${why}`), error.message);
        assert.ok(!error.message.includes('\n'), 'one line');
        assert.doesNotMatch(error.message, / at line /, 'the place is said once');
        return true;
      },
    );
});
