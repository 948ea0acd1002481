import { category } from '../step.ts';
import { configMap, deployment, podSpec, service } from './objects.ts';
import { started } from './states.ts';

const as = (manager: string, more = '') => ({ query: `fieldManager=${manager}${more}` });

export const serverSideApply = category('server-side apply', {
  'apply creates': async (t) => {
    await t.patch('configmaps', 'one', 'apply', configMap('one'), as('me'));
    await t.get('configmaps', 'one');
  },
  'apply without a field manager is refused': async (t) => {
    await t.patch('configmaps', 'one', 'apply', configMap('one'));
  },
  'apply again with the same changes nothing': async (t) => {
    const { body: before } = await t.patch('configmaps', 'one', 'apply', configMap('one'), as('me'));
    const { body: after } = await t.patch('configmaps', 'one', 'apply', configMap('one'), as('me'));
    t.fact('written', before.metadata.resourceVersion !== after.metadata.resourceVersion);
  },
  'what is left out is removed, if nobody else owns it': async (t) => {
    await t.patch('configmaps', 'one', 'apply', configMap('one', { a: '1', b: '2' }), as('me'));
    await t.patch('configmaps', 'one', 'apply', configMap('one', { b: '2' }), as('other'));
    await t.patch('configmaps', 'one', 'apply', configMap('one', {}), as('me'));
  },
  'two managers with other values conflict': async (t) => {
    await t.patch('configmaps', 'one', 'apply', configMap('one', { a: '1' }), as('me'));
    await t.patch('configmaps', 'one', 'apply', configMap('one', { a: '2' }), as('other'));
    await t.get('configmaps', 'one');
  },
  'force takes a field over': async (t) => {
    await t.patch('configmaps', 'one', 'apply', configMap('one', { a: '1' }), as('me'));
    await t.patch('configmaps', 'one', 'apply', configMap('one', { a: '2' }), as('other', '&force=true'));
  },
  'an update by somebody else makes a conflict': async (t) => {
    await t.patch('configmaps', 'one', 'apply', configMap('one', { a: '1' }), as('me'));
    await t.patch('configmaps', 'one', 'merge', { data: { a: '7' } }, as('editor'));
    await t.patch('configmaps', 'one', 'apply', configMap('one', { a: '1' }), as('me'));
  },
  'containers are owned by name': async (t) => {
    // A PodTemplate has no controller that would write to it at the same time.
    const kind = { apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 'web' } };
    const one = (image: string) => ({
      ...kind,
      template: { spec: podSpec({ containers: [{ name: 'main', image }] }) },
    });
    const side = { ...kind, template: { spec: { containers: [{ name: 'side', image: 'b:1' }] } } };
    await t.patch('podtemplates', 'web', 'apply', one('a:1'), as('me'));
    await t.patch('podtemplates', 'web', 'apply', side, as('sidecar'));
    await t.patch('podtemplates', 'web', 'apply', one('a:2'), as('me'));
    await t.patch('podtemplates', 'web', 'apply', kind, as('sidecar'));
  },
  'ports of a Service are owned by port and protocol': async (t) => {
    await t.patch('services', 'web', 'apply', service('web', { ports: [{ port: 80, name: 'a' }] }), as('me'));
    await t.patch(
      'services',
      'web',
      'apply',
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web' },
        spec: { ports: [{ port: 81, name: 'b' }] },
      },
      as('other'),
    );
  },
  'an unknown field is refused': async (t) => {
    await t.patch('configmaps', 'one', 'apply', { ...configMap('one'), datta: {} }, as('me'));
  },
  'another name in body and path': async (t) => {
    await t.patch('configmaps', 'one', 'apply', configMap('two'), as('me'));
  },
  'managedFields in the body are refused': async (t) => {
    await t.patch(
      'configmaps',
      'one',
      'apply',
      configMap('one', {}, { managedFields: [{ manager: 'x' }] }),
      as('me'),
    );
  },
  'apply with a UID does not create': async (t) => {
    const uid = '11111111-2222-3333-4444-555555555555';
    await t.patch('configmaps', 'one', 'apply', configMap('one', {}, { uid }), as('me'));
  },
  'YAML is understood': async (t) => {
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  a: "1"\n';
    await t.patch('configmaps', 'one', 'apply', text, as('me'));
  },
  'the status is applied through its subresource': async (t) => {
    await started(t, 'deployments', deployment('web', 0));
    await t
      .patch(
        'deployments',
        'web',
        'apply',
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'web' },
          status: { collisionCount: 3 },
        },
        { ...as('me'), sub: 'status' },
      )
      .then(({ status, body }) => t.fact('collisions', [status, body.status?.collisionCount]));
  },
  'kubectl apply --server-side, with a conflict and --force-conflicts': async (t) => {
    const yaml = (value: string) => JSON.stringify(configMap('one', { a: value }));
    await t.kubectl('apply --server-side -f -', yaml('1'));
    await t.kubectl('apply --server-side --field-manager=other -f -', yaml('2'));
    await t.kubectl('apply --server-side --field-manager=other --force-conflicts -f -', yaml('2'));
    await t.kubectl('get configmap one -o yaml --show-managed-fields');
  },
  'from client-side to server-side apply': async (t) => {
    const text = JSON.stringify(configMap('one'));
    await t.kubectl('apply -f -', text);
    await t.kubectl('apply --server-side -f -', text);
    await t.get('configmaps', 'one');
  },
});
