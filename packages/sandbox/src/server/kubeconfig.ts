import { stringify } from 'yaml';
import type { KeyPair } from './certificates.ts';

export interface KubeconfigParts {
  /** The name of cluster and context. */
  cluster: string;
  url: string;
  certificateAuthority: string;
  user: string;
  credentials: { token: string } | KeyPair;
  namespace?: string;
}

/** A kubeconfig (YAML) with one cluster, one user and one context, everything inline. */
export function writeKubeconfig(parts: KubeconfigParts): string {
  const { cluster, url, certificateAuthority, user, credentials, namespace } = parts;
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const secret =
    'token' in credentials
      ? { token: credentials.token }
      : {
          'client-certificate-data': base64(credentials.certificate),
          'client-key-data': base64(credentials.key),
        };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: cluster, cluster: { server: url, 'certificate-authority-data': base64(certificateAuthority) } },
    ],
    users: [{ name: user, user: secret }],
    contexts: [{ name: cluster, context: { cluster, user, ...(namespace ? { namespace } : {}) } }],
    'current-context': cluster,
  });
}
