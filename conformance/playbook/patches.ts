import { category } from '../step.ts';
import { configMap, deployment, pod, podSpec, service } from './objects.ts';
import { atRest, started } from './states.ts';

const two = deployment('web', 0, {
  template: {
    metadata: { labels: { app: 'web' } },
    spec: podSpec({
      containers: [
        {
          name: 'main',
          image: 'a:1',
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ],
          ports: [{ containerPort: 80 }],
        },
        { name: 'side', image: 'b:1' },
      ],
      volumes: [{ name: 'tmp', emptyDir: {} }],
    }),
  },
});

const inPod = (spec: unknown) => ({ spec: { template: { spec } } });

export const patches = category('patches', {
  'a merge patch sets, replaces and removes by null': async (t) => {
    await t.post('configmaps', configMap('one', { a: '1', b: '2' }, { labels: { x: 'y' } }));
    await t.patch('configmaps', 'one', 'merge', { data: { a: null, c: '3' }, metadata: { labels: null } });
    await t.get('configmaps', 'one');
  },
  'a merge patch replaces lists as a whole': async (t) => {
    await started(t, 'deployments', two);
    await t.patch('deployments', 'web', 'merge', inPod({ containers: [{ name: 'only', image: 'c:1' }] }));
  },
  'a strategic patch merges containers by name': async (t) => {
    await started(t, 'deployments', two);
    await t.patch('deployments', 'web', 'strategic', inPod({ containers: [{ name: 'side', image: 'b:2' }] }));
  },
  'a strategic patch adds and deletes list elements': async (t) => {
    await started(t, 'deployments', two);
    const containers = [
      {
        name: 'main',
        env: [
          { name: 'A', $patch: 'delete' },
          { name: 'C', value: '3' },
        ],
      },
      { name: 'new', image: 'c:1' },
      { $patch: 'delete', name: 'side' },
    ];
    await t.patch('deployments', 'web', 'strategic', inPod({ containers }));
  },
  'a strategic patch orders by $setElementOrder': async (t) => {
    await started(t, 'deployments', two);
    const order = {
      '$setElementOrder/containers': [{ name: 'side' }, { name: 'main' }],
      containers: [{ name: 'side', image: 'b:3' }, { name: 'main' }],
    };
    await t.patch('deployments', 'web', 'strategic', inPod(order));
  },
  'a strategic patch replaces with $patch: replace': async (t) => {
    await started(t, 'deployments', two);
    await t.patch(
      'deployments',
      'web',
      'strategic',
      inPod({ containers: [{ $patch: 'replace' }, { name: 'only', image: 'x:1' }] }),
    );
  },
  'a strategic patch retains keys of a strategy': async (t) => {
    await started(t, 'deployments', two);
    await t.patch('deployments', 'web', 'strategic', {
      spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
    });
  },
  'ports of a Service merge by port': async (t) => {
    await t.post(
      'services',
      service('web', {
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 81 },
        ],
      }),
    );
    await t.patch('services', 'web', 'strategic', { spec: { ports: [{ port: 81, targetPort: 9000 }] } });
  },
  'tolerations are replaced as a whole': async (t) => {
    await started(t, 'deployments', two);
    await t.patch(
      'deployments',
      'web',
      'strategic',
      inPod({ tolerations: [{ key: 'a', operator: 'Exists' }] }),
    );
    await t.until('deployments', 'web', atRest);
    await t.patch(
      'deployments',
      'web',
      'strategic',
      inPod({ tolerations: [{ key: 'b', operator: 'Exists' }] }),
    );
  },
  'finalizers merge as a set, with $deleteFromPrimitiveList': async (t) => {
    await t.post('configmaps', configMap('one', {}, { finalizers: ['example.com/a', 'example.com/b'] }));
    await t.patch('configmaps', 'one', 'strategic', { metadata: { finalizers: ['example.com/c'] } });
    await t.patch('configmaps', 'one', 'strategic', {
      metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/a'] },
    });
    await t.patch('configmaps', 'one', 'merge', { metadata: { finalizers: null } });
  },
  'a JSON patch adds, replaces, removes, moves and copies': async (t) => {
    await t.post('configmaps', configMap('one', { a: '1', b: '2' }));
    await t.patch('configmaps', 'one', 'json', [
      { op: 'add', path: '/data/c', value: '3' },
      { op: 'replace', path: '/data/a', value: '9' },
      { op: 'move', from: '/data/b', path: '/data/moved' },
      { op: 'copy', from: '/data/a', path: '/data/copied' },
      { op: 'remove', path: '/data/c' },
    ]);
  },
  'a JSON patch whose test fails changes nothing': async (t) => {
    await t.post('configmaps', configMap('one'));
    await t.patch('configmaps', 'one', 'json', [
      { op: 'test', path: '/data/a', value: 'other' },
      { op: 'remove', path: '/data' },
    ]);
    await t.get('configmaps', 'one');
  },
  'a JSON patch with a missing path': async (t) => {
    await t.post('configmaps', configMap('one'));
    await t.patch('configmaps', 'one', 'json', [{ op: 'remove', path: '/data/none' }]);
    await t.patch('configmaps', 'one', 'json', [{ op: 'replace', path: '/nothing/here', value: 1 }]);
  },
  'a patch that changes nothing writes nothing': async (t) => {
    const { body: before } = await t.post('configmaps', configMap('one'));
    const { body: after } = await t.patch('configmaps', 'one', 'merge', { data: { a: '1' } });
    t.fact('written', before.metadata.resourceVersion !== after.metadata.resourceVersion);
  },
  'a patch can set neither status nor name': async (t) => {
    await started(t, 'deployments', two);
    await t.patch('deployments', 'web', 'merge', { status: { replicas: 7 } });
    await t.until('deployments', 'web', atRest);
    await t.patch('deployments', 'web', 'merge', { metadata: { name: 'other' } });
  },
  'the status subresource changes the status only': async (t) => {
    await t.post('pods', pod('one', {}, { schedulerName: 'nobody' }));
    const body = {
      metadata: { labels: { x: 'y' } },
      spec: { priority: 1 },
      status: { message: 'set by hand' },
    };
    await t.patch('pods', 'one', 'strategic', body, { sub: 'status' });
    await t.get('pods', 'one', { sub: 'status' });
  },
  'conditions merge by type': async (t) => {
    await t.post('pods', pod('one', {}, { schedulerName: 'nobody' }));
    const conditions = (status: string) => [{ type: 'example.com/mine', status, reason: 'Because' }];
    await t.patch(
      'pods',
      'one',
      'strategic',
      { status: { conditions: conditions('False') } },
      { sub: 'status' },
    );
    await t.patch(
      'pods',
      'one',
      'strategic',
      { status: { conditions: conditions('True') } },
      { sub: 'status' },
    );
  },
});
