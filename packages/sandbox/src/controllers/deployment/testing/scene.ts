import type { Body, KubeObject } from '@toolcrib/kube';
import type { Tools } from '../../common/loop.ts';
import { podFromTemplate } from '../../common/pods.ts';
import { DEPLOYMENTS, PODS, REPLICA_SETS, SERVICE_ACCOUNTS } from '../../common/types.ts';
import { borrowView } from '../../common/view.ts';
import { newDeployment, type TestCluster, testCluster } from '../../testing/cluster.ts';
import type { Work } from '../work.ts';

/** What a test says of a ReplicaSet; what it leaves out is as on one that has just been made for nobody. */
export interface SetOf {
  replicas?: number;
  image?: string;
  annotations?: Record<string, string>;
  spec?: Body;
  status?: Body;
}

export interface DeploymentScene {
  cluster: TestCluster;
  work: Work;
  /** Events, as `type reason: message`. */
  told: string[];
  /** When the key is to be looked at again, in milliseconds from then. */
  later: number[];
  /** The Deployment as it stands in the store. */
  stored(): KubeObject;
  /** The ReplicaSet of this name as it stands in the store. */
  set(name: string): KubeObject;
  sizes(): Record<string, number>;
  /** A ReplicaSet `web-NAME` of this Deployment. */
  make(name: string, of?: SetOf): KubeObject;
  /** A Pod of this ReplicaSet, which runs nowhere yet. */
  pod(set: KubeObject, name: string): KubeObject;
}

/** A Deployment `web` in a cluster in which nothing happens by itself: a test plays one step of its controller. */
export function deploymentScene(
  replicas: number,
  spec: Body = {},
  of: Partial<KubeObject> = {},
): DeploymentScene {
  const cluster = testCluster({ noControllers: true });
  const { store, clock } = cluster;
  const told: string[] = [];
  const later: number[] = [];
  const queue: Tools['queue'] = {
    add: () => {},
    addAfter: (_, delay) => void later.push(delay),
    stop: () => {},
  };
  const record: Tools['record'] = (_, type, reason, message) =>
    void told.push(`${type} ${reason}: ${message}`);
  const tools: Tools = { store, clock, record, view: borrowView(store).view, queue };
  store.create(SERVICE_ACCOUNTS, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'shop' },
  });
  const given = newDeployment('web', replicas, spec);
  const made = store.create(DEPLOYMENTS, { ...given, metadata: { ...given.metadata, ...of.metadata } });
  const name = made.metadata.name;
  const deployment =
    of.status === undefined
      ? made
      : store.modify(DEPLOYMENTS, 'shop', name, (fresh) => void (fresh.status = of.status), {
          subresource: 'status',
        });
  const set = (setName: string) => store.get(REPLICA_SETS, 'shop', setName);
  return {
    cluster,
    told,
    later,
    work: { deployment, key: `shop/${name}`, tools },
    stored: () => store.get(DEPLOYMENTS, 'shop', name),
    set,
    sizes: () =>
      Object.fromEntries(
        store
          .list(REPLICA_SETS, { namespace: 'shop' })
          .map((item) => [item.metadata.name, item.spec.replicas]),
      ),
    pod: (owner, podName) => store.create(PODS, podFromTemplate(owner.spec.template, owner, podName)),
    make(hash, { image = 'nginx:1.29', ...rest } = {}) {
      const labels = { app: 'web', 'pod-template-hash': hash };
      const template = structuredClone(deployment.spec.template);
      template.metadata.labels = labels;
      template.spec.containers[0].image = image;
      const { apiVersion, kind, metadata } = deployment;
      const owner = { apiVersion, kind, name, uid: metadata.uid ?? '', controller: true };
      store.create(REPLICA_SETS, {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: {
          name: `web-${hash}`,
          namespace: 'shop',
          labels,
          ...(rest.annotations ? { annotations: rest.annotations } : {}),
          ownerReferences: [owner],
        },
        spec: { replicas: rest.replicas ?? 0, selector: { matchLabels: labels }, template, ...rest.spec },
      });
      return store.modify(
        REPLICA_SETS,
        'shop',
        `web-${hash}`,
        (fresh) =>
          void (fresh.status = { replicas: rest.replicas ?? 0, observedGeneration: 1, ...rest.status }),
        { subresource: 'status' },
      );
    },
  };
}
