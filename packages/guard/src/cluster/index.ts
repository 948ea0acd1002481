export { type ClusterOptions, connectCluster } from './client.ts';
export {
  type ContextConfig,
  isOurs,
  type Kubeconfig,
  kubeconfigPaths,
  loadKubeconfig,
  OWN_FILE_MARK,
  readKubeconfig,
} from './kubeconfig.ts';
export type { KubeconfigFile } from './kubeconfig-file.ts';
export type { UpstreamTls } from './socket.ts';
export { openUpstream, type Upstream } from './upstream.ts';
