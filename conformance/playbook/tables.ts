import { type Actor, category } from '../step.ts';
import {
  behaviour,
  budget,
  claimTemplate,
  configMap,
  cronJob,
  daemonSet,
  deployment,
  job,
  pod,
  replicaSet,
  service,
  statefulSet,
} from './objects.ts';
import { items, running, started } from './states.ts';

const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
const shown = (t: Actor, resource: string, name?: string, query?: string) =>
  t.get(resource, name, { ...table, query });

export const tables = category('Tables', {
  Pods: async (t) => {
    await t.post('pods', pod('one'), { quiet: true });
    await t.post('pods', pod('two', {}, { schedulerName: 'nobody' }), { quiet: true });
    await t.until('pods', 'one', running);
    await shown(t, 'pods');
  },
  'a Pod that has ended, well or badly': async (t) => {
    const ends = (exit: number) => ({ annotations: behaviour({ runs: 'a moment', exit }) });
    await t.post('pods', pod('well', ends(0), { restartPolicy: 'Never' }), { quiet: true });
    await t.post('pods', pod('badly', ends(3), { restartPolicy: 'Never' }), { quiet: true });
    await t.until('pods', 'well', (body) => body.status.phase === 'Succeeded');
    await t.until('pods', 'badly', (body) => body.status.phase === 'Failed');
    await shown(t, 'pods');
  },
  'a Pod that is going': async (t) => {
    await t.post('pods', pod('one', { finalizers: ['example.com/hold'] }), { quiet: true });
    await t.until('pods', 'one', running);
    await t.delete('pods', 'one', undefined, { quiet: true });
    await t.until(
      'pods',
      'one',
      (body) => body.metadata.deletionGracePeriodSeconds === 0 && body.status.phase !== 'Running',
    );
    await shown(t, 'pods');
    await t.patch('pods', 'one', 'merge', { metadata: { finalizers: null } }, { quiet: true });
  },
  'Deployments and ReplicaSets': async (t) => {
    await started(t, 'deployments', deployment('web', 2));
    await shown(t, 'deployments');
    await shown(t, 'replicasets');
  },
  'StatefulSets, DaemonSets and their revisions': async (t) => {
    await started(t, 'statefulsets', statefulSet('db', 1));
    await started(t, 'daemonsets', daemonSet('agent'));
    await shown(t, 'statefulsets');
    await shown(t, 'daemonsets');
    await shown(t, 'controllerrevisions');
  },
  'Jobs and CronJobs': async (t) => {
    await t.post('jobs', job('one', { suspend: true }), { quiet: true });
    await t.post('jobs', job('two', {}, behaviour({ runs: 'for ever' })), { quiet: true });
    await t.post('cronjobs', cronJob('tick', { suspend: true, timeZone: 'Etc/UTC' }), { quiet: true });
    await t.until('jobs', 'one', (body) => body.status.conditions?.length);
    await t.until('jobs', 'two', (body) => body.status.active === 1 && body.status.ready === 1);
    await shown(t, 'jobs');
    await shown(t, 'cronjobs');
  },
  'Services of all types': async (t) => {
    await t.post('services', service('plain'), { quiet: true });
    await t.post('services', service('headless', { clusterIP: 'None' }), { quiet: true });
    await t.post(
      'services',
      service('node', { type: 'NodePort', ports: [{ port: 80, nodePort: undefined }] }),
      { quiet: true },
    );
    await t.post('services', service('balanced', { type: 'LoadBalancer' }), { quiet: true });
    await t.post(
      'services',
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'away' },
        spec: { type: 'ExternalName', externalName: 'example.com' },
      },
      { quiet: true },
    );
    const { body } = await shown(t, 'services', 'headless');
    t.fact('columns', body.columnDefinitions);
    const all = await t.get('services', undefined, { ...table, quiet: true });
    t.fact(
      'cells',
      all.body.rows.map((row: { cells: unknown[] }) =>
        row.cells.toSpliced(5, 1).map((cell) => String(cell).replace(/:3\d{4}\//, ':<port>/')),
      ),
    );
  },
  'ConfigMaps, Secrets and ServiceAccounts': async (t) => {
    await t.post('configmaps', configMap('one', { a: '1', b: '2' }), { quiet: true });
    await t.post(
      'secrets',
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one' }, stringData: { a: '1' } },
      { quiet: true },
    );
    await shown(t, 'configmaps', 'one');
    await shown(t, 'secrets');
    await shown(t, 'serviceaccounts');
  },
  'claims and volumes': async (t) => {
    await t.post(
      'persistentvolumeclaims',
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'one' },
        spec: { ...claimTemplate().spec, storageClassName: 'standard' },
      },
      { quiet: true },
    );
    const { spec } = await t.until('persistentvolumeclaims', 'one', (body) => body.status.phase === 'Bound');
    await shown(t, 'persistentvolumeclaims');
    await t.until('persistentvolumes', spec.volumeName, (body) => body.status.phase === 'Bound');
    const { body } = await t.get('persistentvolumes', spec.volumeName, { ...table, quiet: true });
    t.fact('volume', [body.columnDefinitions, body.rows[0].cells.slice(1, -2)]);
  },
  'budgets, autoscalers, ingresses and policies': async (t) => {
    await t.post('poddisruptionbudgets', budget('web', { minAvailable: 1 }), { quiet: true });
    await t.until('poddisruptionbudgets', 'web', (body) => body.status.observedGeneration === 1);
    await t.post(
      'ingresses',
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'web' },
        spec: {
          rules: [
            {
              host: 'example.com',
              http: {
                paths: [
                  {
                    path: '/',
                    pathType: 'Prefix',
                    backend: { service: { name: 'web', port: { number: 80 } } },
                  },
                ],
              },
            },
          ],
        },
      },
      { quiet: true },
    );
    await t.post(
      'networkpolicies',
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'web' },
        spec: { podSelector: { matchLabels: { app: 'web' } } },
      },
      { quiet: true },
    );
    await shown(t, 'poddisruptionbudgets');
    await shown(t, 'ingresses');
    await shown(t, 'networkpolicies');
  },
  'Nodes and Namespaces': async (t) => {
    const { body } = await t.get('nodes', undefined, { ...table, quiet: true });
    t.fact('columns', body.columnDefinitions);
    t.fact(
      'cells',
      body.rows.map((row: { cells: unknown[] }) => row.cells.slice(0, 3)),
    );
    await shown(t, 'namespaces', t.namespace);
  },
  'rights and classes': async (t) => {
    await t.post(
      'roles',
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'one' }, rules: [] },
      { quiet: true },
    );
    await t.post(
      'rolebindings',
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'one' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'one' },
        subjects: [
          { kind: 'User', name: 'x' },
          { kind: 'ServiceAccount', name: 'y', namespace: 'default' },
        ],
      },
      { quiet: true },
    );
    await shown(t, 'roles');
    await shown(t, 'rolebindings');
    const { body } = await t.get('storageclasses', undefined, { ...table, quiet: true });
    t.fact('columns', body.columnDefinitions);
    await shown(t, 'priorityclasses');
  },
  'includeObject None and Object': async (t) => {
    await t.post('configmaps', configMap('one'), { quiet: true });
    await shown(t, 'configmaps', 'one', 'includeObject=None');
    await shown(t, 'configmaps', 'one', 'includeObject=Object');
    await shown(t, 'configmaps', 'one', 'includeObject=Everything');
  },
  'of an empty list': async (t) => {
    await shown(t, 'pods');
    await t.until('pods', undefined, items(0));
  },
  'of an error': async (t) => {
    await shown(t, 'pods', 'none');
  },
  'a version of Tables that does not exist': async (t) => {
    await t.get('pods', undefined, { accept: 'application/json;as=Table;v=v9;g=meta.k8s.io' });
  },
  'ReplicaSets of one’s own': async (t) => {
    await started(t, 'replicasets', replicaSet('web', 1));
    await shown(t, 'replicasets', 'web');
  },
});
