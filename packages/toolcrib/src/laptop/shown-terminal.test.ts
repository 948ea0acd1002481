import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { aHome, PROD, STAGING } from './testing/home.ts';

test('the current context is this terminal’s, whatever others have', async () => {
  const { remember, sync, terminal, paths } = aHome({ '.kube/config': PROD, staging: STAGING });
  remember();
  remember('staging');
  await sync();
  const cases: [string[], string, string][] = [
    [[], 'prod', 'shop'],
    [['staging'], 'staging', 'web'],
    [['ours', 'staging'], 'staging', 'web'],
    [['ours', '.kube/config'], 'prod', 'shop'],
    [['staging', '.kube/config'], 'staging', 'web'],
  ];
  const check = (expected: typeof cases) => {
    for (const [names, current, namespace] of expected) {
      const seen = terminal(...names);
      assert.equal(seen.current, current, names.join(':'));
      assert.equal(seen.contextOf(current), current);
      assert.equal(seen.namespaceOf(current), namespace, names.join(':'));
    }
  };
  check(cases);
  // What kubectl config use-context writes into ours counts where ours stands, and nowhere else.
  const text = readFileSync(paths.kubeconfig, 'utf8');
  writeFileSync(paths.kubeconfig, `${text}current-context: staging\n`);
  check(cases.map((one) => (one[0].includes('ours') ? [one[0], 'staging', 'web'] : one)));
});

test('an alias made for a guarded context leads where that does', async () => {
  const { remember, sync, terminal, paths } = aHome({ '.kube/config': PROD });
  remember();
  await sync();
  const text = readFileSync(paths.kubeconfig, 'utf8');
  writeFileSync(
    paths.kubeconfig,
    text.replace(/^ {2}- name: prod\n/m, '  - name: nickname\n').concat('current-context: nickname\n'),
  );
  const seen = terminal('ours', '.kube/config');
  assert.equal(seen.current, 'nickname');
  assert.equal(seen.contextOf('nickname'), 'prod');
});

test('what is guarded is what leads to one of our clusters', async () => {
  const { remember, sync, terminal } = aHome({ '.kube/config': PROD, staging: STAGING });
  remember();
  await sync();
  const seen = terminal('ours', 'staging');
  assert.deepEqual(seen.names, ['prod', 'staging']);
  assert.deepEqual(
    [seen.isGuarded('prod'), seen.isGuarded('staging'), seen.isGuarded('none')],
    [true, false, false],
  );
  assert.deepEqual([seen.contextOf('staging'), seen.contextOf('none')], ['staging', 'none']);
});
