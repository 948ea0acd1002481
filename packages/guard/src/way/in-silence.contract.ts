import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { builtInRules } from '../policy/policy.ts';
import type { AskedRequest } from '../request.ts';
import {
  type ClusterTarget,
  inNamespace,
  type OpenTarget,
  paths,
  put,
  seen,
  until,
} from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { podsOf, runDeployment, runStatefulSet } from '../testing/workloads.ts';
import { judge } from './judge.ts';

const RULES = JSON.stringify(builtInRules);
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** What stops or endangers what runs, without deleting any of it; and what only looks as if it did. */
export function inSilenceContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  /** What enforce does with it by the built-in rules, and by which: nothing is sent. */
  async function said(
    request: AskedRequest,
    notice?: { resource: string; namespace: string; query?: string },
  ) {
    const { deps, journal, close } = openWay(target.cluster, policyOf(RULES));
    if (notice) {
      const path = paths.core(notice.namespace, notice.resource);
      deps.sessions.notice({
        context: 'prod',
        session: request.headers['kubectl-session'] as string,
        path,
        query: notice.query ?? '',
      });
    }
    const instruction = await judge(deps, request);
    const [act] = await journal.acts();
    const [row] = await journal.requests({ actId: act?.id ?? '' });
    await close();
    const verdict =
      instruction.do === 'forward' ? (instruction.warnings.length > 0 ? 'warned' : 'passed') : 'held';
    return `${verdict} ${row?.decision.rule}`;
  }
  const remove = (path: string, more: Partial<AskedRequest> = {}) => asked('DELETE', path, more);
  const create = (path: string, kind: string, name: string, body: object = {}, apiVersion = 'v1') =>
    put(target, path, { apiVersion, kind, metadata: { name }, ...body });
  const service = (namespace: string, name: string, app: string) =>
    create(paths.core(namespace, 'services'), 'Service', name, {
      spec: { selector: { app }, ports: [{ port: 80 }] },
    });
  const barePod = async (namespace: string, name: string, app = name) => {
    await put(target, paths.pods(namespace), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: { app } },
      spec: { containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }] },
    });
    await until('ready', async () => {
      const conditions = (await seen(target, `${paths.pods(namespace)}/${name}`))?.status?.conditions ?? [];
      return conditions.some(
        (one: { type: string; status: string }) => one.type === 'Ready' && one.status === 'True',
      );
    });
  };
  const withGrace0 = { body: Buffer.from(JSON.stringify({ gracePeriodSeconds: 0 })) };

  test('a Service and an Ingress before running Pods are held; idle ones pass', () =>
    inNamespace(target, async (namespace) => {
      await runDeployment(target, namespace, 'web', 2);
      await service(namespace, 'web', 'web');
      await service(namespace, 'idle', 'nobody');
      const ingresses = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`;
      const backend = (name: string) => ({ service: { name, port: { number: 80 } } });
      for (const [name, to] of [
        ['web', 'web'],
        ['idle', 'idle'],
      ] as const)
        await create(
          ingresses,
          'Ingress',
          name,
          { spec: { defaultBackend: backend(to) } },
          'networking.k8s.io/v1',
        );
      await create(
        ingresses,
        'Ingress',
        'path',
        {
          spec: {
            rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: backend('web') }] } }],
          },
        },
        'networking.k8s.io/v1',
      );
      const services = paths.core(namespace, 'services');
      assert.equal(await said(remove(`${services}/web`)), 'held traffic');
      assert.equal(await said(remove(`${services}/idle`)), 'passed default');
      assert.equal(await said(remove(`${ingresses}/web`)), 'held traffic');
      assert.equal(await said(remove(`${ingresses}/path`)), 'held traffic');
      assert.equal(await said(remove(`${ingresses}/idle`)), 'passed default');
    }));

  test('a bare Pod is warned of, and held where it is all that a Service has', () =>
    inNamespace(target, async (namespace) => {
      await barePod(namespace, 'debug');
      await barePod(namespace, 'db');
      await service(namespace, 'db', 'db');
      assert.equal(await said(remove(`${paths.pods(namespace)}/debug`)), 'warned bare-pod');
      assert.equal(await said(remove(`${paths.pods(namespace)}/db`)), 'held traffic');
      await barePod(namespace, 'db-2', 'db');
      assert.equal(await said(remove(`${paths.pods(namespace)}/db`)), 'warned bare-pod');
    }));

  test('what running Pods use: a ServiceAccount is held, ConfigMap and Secret are warned of, others pass', () =>
    inNamespace(target, async (namespace) => {
      for (const kind of ['ConfigMap', 'Secret'])
        for (const name of ['used', 'idle'])
          await create(paths.core(namespace, `${kind.toLowerCase()}s`), kind, name);
      await create(paths.core(namespace, 'serviceaccounts'), 'ServiceAccount', 'idle');
      await put(target, paths.pods(namespace), {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'user' },
        spec: {
          containers: [
            {
              name: 'c',
              image: 'registry.k8s.io/pause:3.10',
              envFrom: [{ secretRef: { name: 'used' } }],
            },
          ],
          volumes: [{ name: 'conf', configMap: { name: 'used' } }],
        },
      });
      const at = (resource: string, name: string) => `${paths.core(namespace, resource)}/${name}`;
      assert.equal(await said(remove(at('configmaps', 'used'))), 'warned in-use');
      assert.equal(await said(remove(at('secrets', 'used'))), 'warned in-use');
      assert.equal(await said(remove(at('serviceaccounts', 'default'))), 'held account-in-use');
      for (const resource of ['configmaps', 'secrets', 'serviceaccounts'])
        assert.equal(await said(remove(at(resource, 'idle'))), 'passed default', resource);
      // Every Pod mounts it, and every namespace gets it again at once.
      assert.equal(await said(remove(at('configmaps', 'kube-root-ca.crt'))), 'passed default');
    }));

  test('a StatefulSet from three to one is held, to two is not; its Pod by force is, by grace is not', () =>
    inNamespace(target, async (namespace) => {
      await runStatefulSet(target, namespace, 'db', 3);
      const scale = (replicas: number) =>
        asked('PATCH', `${paths.apps(namespace, 'statefulsets')}/db/scale`, {
          headers: { 'user-agent': 'dashboard/1.0', 'content-type': 'application/merge-patch+json' },
          body: Buffer.from(JSON.stringify({ spec: { replicas } })),
        });
      assert.equal(await said(scale(1)), 'held quorum');
      assert.equal(await said(scale(2)), 'passed default');
      assert.equal(await said(scale(0)), 'held outage');
      const pod = `${paths.pods(namespace)}/db-0`;
      assert.equal(await said(remove(pod, withGrace0)), 'held forced');
      assert.equal(await said(remove(pod)), 'passed replaced-pod');
      const { pods } = await runDeployment(target, namespace, 'web', 2);
      assert.equal(
        await said(remove(`${paths.pods(namespace)}/${pods[0]?.metadata.name}`, withGrace0)),
        'passed replaced-pod',
      );
      await runDeployment(target, namespace, 'shrinks', 3);
      const down = { ...scale(1), path: `${paths.apps(namespace, 'deployments')}/shrinks/scale` };
      assert.equal(await said(down), 'passed default');
    }));

  test('a CronJob, a quota, rights: warned of; the rights that Kubernetes works by: held', () =>
    inNamespace(target, async (namespace) => {
      const podSpec = {
        restartPolicy: 'Never',
        containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }],
      };
      const jobTemplate = { spec: { template: { spec: podSpec } } };
      const cron = paths.batch(namespace, 'cronjobs');
      await create(cron, 'CronJob', 'backup', { spec: { schedule: '0 3 * * *', jobTemplate } }, 'batch/v1');
      await create(paths.core(namespace, 'resourcequotas'), 'ResourceQuota', 'quota', {
        spec: { hard: { pods: 9 } },
      });
      const role = { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] };
      const roles = `${RBAC}/namespaces/${namespace}/roles`;
      const rbac = 'rbac.authorization.k8s.io/v1';
      await create(roles, 'Role', 'reader', role, rbac);
      for (const name of [`reader-${namespace}`, `system:${namespace}`])
        await create(`${RBAC}/clusterroles`, 'ClusterRole', name, role, rbac);
      assert.equal(await said(remove(`${cron}/backup`)), 'warned schedule');
      assert.equal(await said(remove(`${paths.core(namespace, 'resourcequotas')}/quota`)), 'warned limits');
      assert.equal(await said(remove(`${roles}/reader`)), 'warned rights');
      assert.equal(await said(remove(`${RBAC}/clusterroles/reader-${namespace}`)), 'warned rights');
      assert.equal(await said(remove(`${RBAC}/clusterroles/system:${namespace}`)), 'held system-rights');
      for (const name of [`reader-${namespace}`, `system:${namespace}`])
        await target.https('DELETE', `${RBAC}/clusterroles/${name}`);
    }));

  test('a Node is held while Pods run on it', () =>
    inNamespace(target, async (namespace) => {
      const { pods } = await runDeployment(target, namespace, 'web', 1);
      const node = pods[0]?.spec?.nodeName;
      assert.match(await said(remove(`/api/v1/nodes/${node}`)), /^held (node|outage|data-loss)$/);
    }));

  const kubectl = (command: string) => ({
    headers: {
      'user-agent': 'kubectl/v1.35.2',
      'kubectl-session': `s-${command}`,
      'kubectl-command': command,
    },
  });

  test('delete pods --all where all come back is only warned of; with a bare one among them, or by selector, it is not', () =>
    inNamespace(target, async (namespace) => {
      const { pods } = await runDeployment(target, namespace, 'web', 2);
      await runStatefulSet(target, namespace, 'db', 2);
      const one = remove(`${paths.pods(namespace)}/${pods[0]?.metadata.name}`, kubectl('kubectl delete'));
      const all = { resource: 'pods', namespace };
      assert.equal(await said(one, all), 'warned all-come-back');
      assert.equal(await said(one, { ...all, query: 'labelSelector=app%3Dweb' }), 'held outage');
      await barePod(namespace, 'naked');
      assert.equal(await said(one, all), 'held outage');
    }));

  test('replace --force makes the same thing again: warned of; not where a claim goes, or a definition', () =>
    inNamespace(target, async (namespace) => {
      await runDeployment(target, namespace, 'web', 2);
      const path = `${paths.apps(namespace, 'deployments')}/web`;
      assert.equal(await said(remove(path, kubectl('kubectl replace'))), 'warned replaced');
      assert.equal(await said(remove(path, kubectl('kubectl delete'))), 'held outage');
      await runStatefulSet(target, namespace, 'db', 1, { whenDeleted: 'Delete' });
      const set = `${paths.apps(namespace, 'statefulsets')}/db`;
      assert.equal(await said(remove(set, kubectl('kubectl replace'))), 'held data-loss');
      const whole = remove(`/api/v1/namespaces/${namespace}`, kubectl('kubectl replace'));
      assert.match(await said(whole), /^held /);
    }));

  test('a Deployment made a moment ago, of which nothing was ready yet, may be taken back', () =>
    inNamespace(target, async (namespace) => {
      await put(target, paths.apps(namespace, 'deployments'), {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'oops' },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: 'oops' } },
          template: {
            metadata: { labels: { app: 'oops' } },
            // No Node is so: they never run.
            spec: {
              nodeSelector: { no: 'such' },
              containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }],
            },
          },
        },
      });
      await until('its Pods are there', async () => (await podsOf(target, namespace, 'oops')).length === 2);
      assert.equal(await said(remove(`${paths.apps(namespace, 'deployments')}/oops`)), 'passed default');
    }));
}
