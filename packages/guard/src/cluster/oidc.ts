import { messageOf, nameText, ToolcribError } from '@toolcrib/model';
import type { ContextConfig } from './kubeconfig.ts';
import { renewAtIssuer } from './oidc-issuer.ts';

/** As kubectl has it (client-go, plugin/pkg/client/auth/oidc): a token that dies on the way helps nobody (ms). */
const EARLY = 10_000;

/**
 * The `oidc` auth-provider: the ID token of the kubeconfig while it lasts, then one that its issuer gives for the refresh
 * token; once for all who ask meanwhile. Unlike with kubectl, a renewed token is not written back: the person's files stay
 * as they are.
 * @param options.now milliseconds since 1970
 * @returns asks for the token; rejects with a ToolcribError `credentials`
 */
export function oidcTokens(
  context: ContextConfig,
  { env, now }: { env: Record<string, string | undefined>; now: () => number },
): () => Promise<string> {
  const config = { ...context.user['auth-provider']?.config };
  let renewing: Promise<string> | undefined;

  async function renew(): Promise<string> {
    const { 'idp-issuer-url': issuer, 'client-id': clientId, 'refresh-token': refreshToken } = config;
    const missing = ['refresh-token', 'idp-issuer-url', 'client-id'].filter((name) => !config[name]);
    if (!issuer || !clientId || !refreshToken)
      throw refused(context, `${stateOf(config['id-token'])}, and there is no ${missing.join(', no ')}`);
    const got = await renewAtIssuer({ context, env, issuer, clientId, refreshToken, config }).catch(
      (cause: unknown) => {
        throw cause instanceof ToolcribError ? cause : refused(context, messageOf(cause), cause);
      },
    );
    // Who rotates refresh tokens takes the old one once.
    config['refresh-token'] = got.refreshToken ?? refreshToken;
    config['id-token'] = got.idToken;
    return got.idToken;
  }

  return async () => {
    const token = config['id-token'];
    if (token && (expiryOf(token) ?? 0) > now() + EARLY) return token;
    renewing ??= renew().finally(() => {
      renewing = undefined;
    });
    return renewing;
  };
}

/** @returns milliseconds since 1970, or undefined where the token does not say so */
function expiryOf(token: string): number | undefined {
  const parts = token.split('.');
  try {
    const { exp } = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'));
    return parts.length === 3 && typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

function stateOf(token: string | undefined): string {
  if (!token) return 'there is none';
  return expiryOf(token) === undefined ? 'when it expires can’t be read' : 'it has expired';
}

function refused(context: ContextConfig, why: string, cause?: unknown): ToolcribError {
  return new ToolcribError(
    'credentials',
    `The OIDC token of context ${nameText(context.name)} can't be renewed: ${why}.`,
    { next: 'Log in again with the tool that wrote it into your kubeconfig.', cause },
  );
}
