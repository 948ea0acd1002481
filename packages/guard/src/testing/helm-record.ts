import { gzipSync } from 'node:zlib';
import type { KubeObject } from '@toolcrib/kube';

/** A ConfigMap of a chart. */
export const map = (name: string, more = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...more },
});
/** What its chart keeps when it is uninstalled. */
export const KEPT = { annotations: { 'helm.sh/resource-policy': 'keep' } };
const MANIFEST = [map('a'), map('b'), map('kept', KEPT), map('not-there')]
  .map((object) => `---\n# Source: all.yaml\n${JSON.stringify(object)}\n`)
  .join('');

/** helm's record of a release `web`, as it stands in a Secret or in a ConfigMap. */
export function record(kind: 'Secret' | 'ConfigMap', status: string, manifest = MANIFEST): KubeObject {
  const release = { name: 'web', namespace: 'default', manifest, info: { status } };
  const packed = gzipSync(JSON.stringify(release)).toString('base64');
  const labels = { name: 'web', owner: 'helm', status, version: '1' };
  return {
    apiVersion: 'v1',
    kind,
    ...(kind === 'Secret' ? { type: 'helm.sh/release.v1' } : {}),
    metadata: { name: 'sh.helm.release.v1.web.v1', labels },
    data: { release: kind === 'Secret' ? Buffer.from(packed).toString('base64') : packed },
  };
}
