import type { KubeObject } from '@toolcrib/kube';
import { isAlreadyExists } from '../common/errors.ts';
import { type ControllerOptions, controlLoop } from '../common/loop.ts';
import { timestamp } from '../common/time.ts';
import { NODES } from '../common/types.ts';
import { keyOfObject } from '../common/view.ts';
import { isLost } from './hooks.ts';

const KUBELET_VERSION = 'v1.35.4';
const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
// How long kubelets may keep Secrets, in seconds: by the number of Nodes, and 0 up to a hundred (the ttl controller).
const TTL = 'node.alpha.kubernetes.io/ttl';
const CORDONED = 'node.kubernetes.io/unschedulable';

export interface NodeOptions extends ControllerOptions {
  /** How many Nodes stand at the start; 3 by default. A Node that is deleted does not come back. */
  nodes?: number;
}

/** Makes the Nodes, and tells by condition and taint of one whose kubelet has fallen silent. */
export function nodeController(options: NodeOptions = {}) {
  return controlLoop({
    ...options,
    name: 'node-controller',
    watch: [{ type: NODES, keys: (change) => [keyOfObject(change.object)] }],
    start({ store, clock }) {
      for (let number = 1; number <= (options.nodes ?? 3); number++) {
        const node = newNode(number, clock.now());
        try {
          const { status, ...rest } = node;
          store.create(NODES, rest);
          store.modify(
            NODES,
            undefined,
            node.metadata.name,
            (fresh) => {
              fresh.status = status;
            },
            { subresource: 'status' },
          );
        } catch (error) {
          if (!isAlreadyExists(error)) throw error;
        }
      }
    },
    sync({ name }, { store, view, clock }) {
      const node = view.get(NODES, undefined, name);
      if (!node) return;
      if (node.metadata.annotations?.[TTL] === undefined) {
        store.modify(NODES, undefined, name, (fresh) => {
          fresh.metadata.annotations = { ...fresh.metadata.annotations, [TTL]: '0' };
        });
      }
      const lost = isLost(node);
      const ready = node.status?.conditions?.find((item: { type: string }) => item.type === 'Ready');
      const tainted = node.spec?.taints?.some((taint: { key: string }) => taint.key === UNREACHABLE) === true;
      if (ready && (ready.status === 'Unknown') !== lost) {
        store.modify(
          NODES,
          undefined,
          name,
          (fresh) => {
            fresh.status.conditions = conditions(clock.now(), lost);
          },
          { subresource: 'status' },
        );
      }
      const cordoned = node.spec?.unschedulable === true;
      const closed = node.spec?.taints?.some((taint: { key: string }) => taint.key === CORDONED) === true;
      // What admission gave it goes by the conditions too: one that never said anything is not said to be unready.
      const isStale = (taint: { key: string; effect: string }) =>
        taint.key === NOT_READY && taint.effect === 'NoSchedule' && ready?.status !== 'False';
      if (tainted === lost && closed === cordoned && !node.spec?.taints?.some(isStale)) return;
      store.modify(NODES, undefined, name, (fresh) => {
        const others = (fresh.spec?.taints ?? []).filter(
          (taint: { key: string; effect: string }) =>
            taint.key !== UNREACHABLE && taint.key !== CORDONED && !isStale(taint),
        );
        const timeAdded = timestamp(clock.now());
        const unreachable = ['NoSchedule', 'NoExecute'].map((effect) => ({
          key: UNREACHABLE,
          effect,
          timeAdded,
        }));
        const taints = [
          ...others,
          ...(lost ? unreachable : []),
          ...(cordoned ? [{ key: CORDONED, effect: 'NoSchedule', timeAdded }] : []),
        ];
        fresh.spec = { ...fresh.spec, taints };
      });
    },
  });
}

function conditions(now: number, lost: boolean): Record<string, string>[] {
  const at = timestamp(now);
  const quiet = (type: string, reason: string, message: string) => ({
    type,
    status: lost ? 'Unknown' : 'False',
    lastHeartbeatTime: at,
    lastTransitionTime: at,
    reason: lost ? 'NodeStatusUnknown' : reason,
    message: lost ? 'Kubelet stopped posting node status.' : message,
  });
  return [
    quiet('MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    quiet('DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    quiet('PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    {
      ...quiet('Ready', 'KubeletReady', 'kubelet is posting ready status'),
      status: lost ? 'Unknown' : 'True',
    },
  ];
}

function newNode(number: number, now: number): KubeObject {
  const name = `node-${number}`;
  const resources = {
    cpu: '16',
    'ephemeral-storage': '100Gi',
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: '64Gi',
    pods: '110',
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/zone': `zone-${number}`,
      },
      annotations: { [TTL]: '0' },
    },
    spec: {
      podCIDR: `10.244.${number}.0/24`,
      podCIDRs: [`10.244.${number}.0/24`],
      providerID: `sandbox://${name}`,
    },
    status: {
      capacity: resources,
      allocatable: resources,
      conditions: conditions(now, false),
      addresses: [
        { type: 'InternalIP', address: `172.18.0.${number + 1}` },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        architecture: 'amd64',
        bootID: '',
        containerRuntimeVersion: 'sandbox://1',
        kernelVersion: 'none',
        kubeProxyVersion: '',
        kubeletVersion: KUBELET_VERSION,
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'toolcrib sandbox',
        systemUUID: '',
      },
    },
  };
}
