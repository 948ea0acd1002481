import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DeleteCommand, deleteCommand, isHelmUninstall } from './command-line.ts';

it('knows a helm uninstall by its command line', () => {
  const lines = [
    'helm uninstall web',
    '/opt/helm-v3 -n a un web',
    'helm list',
    'k9s uninstall',
    '/x/helmet/k9s delete',
  ];
  assert.deepEqual(
    lines.map((line) => isHelmUninstall(line.split(' '))),
    [true, true, false, false, false],
  );
});

describe('a kubectl delete by its command line', () => {
  for (const [line, expected] of [
    ['kubectl delete all --all -n shop', { types: ['all'], every: true, namespace: 'shop' }],
    [
      'kubectl -n shop delete deploy,svc web',
      { types: ['deploy', 'svc'], names: ['web'], namespace: 'shop' },
    ],
    [
      'kubectl --context=prod -nshop delete pods a b',
      { types: ['pods'], names: ['a', 'b'], namespace: 'shop' },
    ],
    [
      'kubectl delete deploy/web svc/web',
      {
        pairs: [
          { type: 'deploy', name: 'web' },
          { type: 'svc', name: 'web' },
        ],
      },
    ],
    [
      'kubectl delete -f a.yaml,b.yaml --filename=c -R',
      { files: ['a.yaml', 'b.yaml', 'c'], recursive: true },
    ],
    ['kubectl delete -k overlays/prod', { kustomization: 'overlays/prod' }],
    ['kubectl delete --kustomize=. -n shop', { kustomization: '.', namespace: 'shop' }],
    [
      'kubectl delete cm,secret -l app=web --wait=false',
      { types: ['cm', 'secret'], every: true, labelSelector: 'app=web' },
    ],
    [
      'kubectl delete pods -A --field-selector=status.phase=Failed --grace-period 0 --force',
      { types: ['pods'], every: true, fieldSelector: 'status.phase=Failed', allNamespaces: true },
    ],
    ['oc delete pod a --cascade=orphan -v=6', { types: ['pod'], names: ['a'] }],
    ['kubectl get pods', undefined],
    ['kubectl delete pods --all --of-a-later-version x', undefined],
    ['kubectl delete deploy/web svc', undefined],
    ['kubectl delete pods -n', undefined],
    ['kubectl', undefined],
  ] as [string, Partial<DeleteCommand> | undefined][]) {
    it(line, () => {
      const none = { types: [], names: [], pairs: [], files: [] };
      const rest = { recursive: false, every: false, allNamespaces: false };
      const found = deleteCommand(line.split(' '));
      assert.deepEqual(found && { ...found }, expected && { ...none, ...rest, ...expected });
    });
  }
});
