import type { Body, KubeObject } from '@toolcrib/kube';
import { ApiError, forbidden } from '../../apimachinery/api-error.ts';
import { generateName } from '../../store/names.ts';
import type { WriteContext } from '../../store/strategy.ts';
import { byDefault } from './spec-defaults.ts';

const PRIORITY_CLASSES = { group: 'scheduling.k8s.io', version: 'v1', resource: 'priorityclasses' };
const SERVICE_ACCOUNTS = { group: '', version: 'v1', resource: 'serviceaccounts' };
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const UNREACHABLE_SECONDS = 300;

/** What the built-in admission plugins do to a new Pod: ServiceAccount, Priority, DefaultTolerationSeconds. */
export function admitPod(pod: KubeObject, context: WriteContext): void {
  const account = accountOf(pod, context);
  setPriority(pod, context);
  addTolerations(pod.spec);
  if (account) mountToken(pod, account);
}

function accountOf(pod: KubeObject, { store, info }: WriteContext): KubeObject | undefined {
  const { spec } = pod;
  byDefault(spec, 'serviceAccountName', 'default');
  spec.serviceAccount = spec.serviceAccountName;
  // Mirror Pods have no account.
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror']) return undefined;
  const namespace = pod.metadata.namespace ?? '';
  try {
    return store.get(SERVICE_ACCOUNTS, namespace, spec.serviceAccountName);
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404)) throw error;
    throw forbidden(
      info,
      pod.metadata.name,
      `error looking up service account ${namespace}/${spec.serviceAccountName}: serviceaccount "${spec.serviceAccountName}" not found`,
    );
  }
}

function setPriority({ spec, metadata }: KubeObject, { store, info }: WriteContext): void {
  const classes = store.list(PRIORITY_CLASSES);
  const named = spec.priorityClassName as string | undefined;
  const chosen = named
    ? classes.find((item) => item.metadata.name === named)
    : classes.find((item) => item.globalDefault === true);
  if (named && !chosen) {
    throw forbidden(info, metadata.name, `no PriorityClass with name ${named} was found`);
  }
  if (chosen && !named) spec.priorityClassName = chosen.metadata.name;
  byDefault(spec, 'priority', chosen?.value ?? 0);
  byDefault(spec, 'preemptionPolicy', chosen?.preemptionPolicy ?? 'PreemptLowerPriority');
}

function addTolerations(spec: Body): void {
  const tolerations: Body[] = spec.tolerations ?? [];
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    const tolerated = tolerations.some(
      (item) => (item.key === key || !item.key) && (!item.effect || item.effect === 'NoExecute'),
    );
    if (tolerated) continue;
    tolerations.push({
      key,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: UNREACHABLE_SECONDS,
    });
  }
  spec.tolerations = tolerations;
}

function mountToken({ spec }: KubeObject, account: KubeObject): void {
  const wanted = spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
  if (!wanted) return;
  const containers: Body[] = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const lacking = containers.filter(
    ({ volumeMounts = [] }) => !volumeMounts.some((mount: Body) => mount.mountPath === TOKEN_PATH),
  );
  if (lacking.length === 0) return;
  const known = (spec.volumes ?? []).find(({ name }: Body) => name.startsWith('kube-api-access-'));
  const name = known?.name ?? generateName('kube-api-access-');
  if (!known) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
  for (const container of lacking) {
    container.volumeMounts = [
      ...(container.volumeMounts ?? []),
      { name, readOnly: true, mountPath: TOKEN_PATH },
    ];
  }
}

function tokenVolume(name: string): Body {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
      defaultMode: 0o644,
    },
  };
}
