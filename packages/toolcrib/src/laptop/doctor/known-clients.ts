/** A program that works with clusters, as far as it is known here without asking it. */
export interface KnownClient {
  /** As it is called in PATH. */
  name: string;
  /** Prints its version and ends, and asks nobody: no cluster, no server of its own, no site for news. */
  version: readonly string[];
  /**
   * Where it has its cluster from. `shown`: another check sends a request with it. `kubeconfig`: from KUBECONFIG, as its
   * authors say. `settings`: from settings of its own, beside KUBECONFIG or instead of it. `server`: it speaks with a server of
   * its own, which works on the cluster. `none`: it sends a cluster nothing.
   */
  takes: 'shown' | 'kubeconfig' | 'settings' | 'server' | 'none';
  /** What keeps it from asking the network for its version. */
  env?: Readonly<Record<string, string>>;
}

/** A line each. What is not here is not looked for, and a request of it is judged like any other. */
export const knownClients: readonly KnownClient[] = [
  { name: 'kubectl', version: ['version', '--client', '-o', 'json'], takes: 'shown' },
  { name: 'oc', version: ['version', '--client', '-o', 'json'], takes: 'kubeconfig' },
  { name: 'helm', version: ['version', '--short'], takes: 'kubeconfig' },
  {
    name: 'helmfile',
    version: ['--version'],
    takes: 'kubeconfig',
    env: { HELMFILE_UPGRADE_NOTICE_DISABLED: 'true' },
  },
  { name: 'k9s', version: ['version', '--short'], takes: 'kubeconfig' },
  { name: 'flux', version: ['version', '--client'], takes: 'kubeconfig' },
  { name: 'stern', version: ['--version'], takes: 'kubeconfig' },
  { name: 'velero', version: ['version', '--client-only'], takes: 'kubeconfig' },
  { name: 'istioctl', version: ['version', '--remote=false', '--short'], takes: 'kubeconfig' },
  { name: 'linkerd', version: ['version', '--client', '--short'], takes: 'kubeconfig' },
  { name: 'cilium', version: ['version', '--client'], takes: 'kubeconfig' },
  { name: 'skaffold', version: ['version'], takes: 'kubeconfig', env: { SKAFFOLD_UPDATE_CHECK: 'false' } },
  {
    name: 'tilt',
    version: ['version'],
    takes: 'kubeconfig',
    env: { TILT_DISABLE_ANALYTICS: '1', DO_NOT_TRACK: '1' },
  },
  { name: 'argocd', version: ['version', '--client', '--short'], takes: 'server' },
  { name: 'terraform', version: ['version', '-json'], takes: 'settings', env: { CHECKPOINT_DISABLE: '1' } },
  { name: 'tofu', version: ['version', '-json'], takes: 'settings', env: { CHECKPOINT_DISABLE: '1' } },
  { name: 'pulumi', version: ['version'], takes: 'settings', env: { PULUMI_SKIP_UPDATE_CHECK: 'true' } },
  { name: 'ansible', version: ['--version'], takes: 'settings' },
  { name: 'kustomize', version: ['version'], takes: 'none' },
  { name: 'kubectx', version: ['--version'], takes: 'none' },
  { name: 'kubens', version: ['--version'], takes: 'kubeconfig' },
];
