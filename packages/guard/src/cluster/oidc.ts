import { messageOf, nameText, ToolcribError } from '@toolcrib/model';
import type { ContextConfig } from './kubeconfig.ts';

/**
 * The `oidc` auth-provider: an ID token that is renewed by its refresh token. Loads @kubernetes/client-node,
 * which takes a third of a second or more, only when such a user is really met. Unlike with kubectl, a renewed
 * token is not written back: the person's files stay as they are.
 */
export async function oidcTokens(context: ContextConfig): Promise<() => Promise<string>> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = { ...context.user['auth-provider']?.config };
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromOptions({
    clusters: [{ name: 'cluster', server: 'https://unused.invalid' }],
    // It renews inside the object it was given, and only there.
    users: [{ name: 'user', authProvider: { name: 'oidc', config } }],
    contexts: [{ name: 'context', cluster: 'cluster', user: 'user' }],
    currentContext: 'context',
  });
  return async () => {
    const options: { headers: Record<string, string> } = { headers: {} };
    try {
      await kubeConfig.applyToHTTPSOptions(options);
    } catch (cause) {
      throw refused(context, messageOf(cause), cause);
    }
    const token = /^Bearer (\S+)$/.exec(options.headers.Authorization ?? '')?.[1];
    if (token) return token;
    throw refused(
      context,
      'it has expired, and there is no refresh token, issuer and client id to renew it with',
    );
  };
}

function refused(context: ContextConfig, why: string, cause?: unknown): ToolcribError {
  return new ToolcribError(
    'credentials',
    `The OIDC token of context ${nameText(context.name)} can't be renewed: ${why}.`,
    {
      next: 'Log in again with the tool that wrote it into your kubeconfig.',
      cause,
    },
  );
}
