import type { AuthorizationServer, ClientAuth } from 'oauth4webapi';
import { z } from 'zod';
import { makeAgent } from './agent.ts';
import type { ContextConfig } from './kubeconfig.ts';
import { pem } from './pem.ts';
import { proxyFor } from './proxy.ts';

type Library = typeof import('oauth4webapi');
/** What its `fetch` is called with. */
type Asked = { method: string; headers: Record<string, string>; body?: unknown; signal?: AbortSignal };

export interface Renewal {
  context: ContextConfig;
  /** For the proxy. */
  env: Record<string, string | undefined>;
  issuer: string;
  clientId: string;
  refreshToken: string;
  /** The auth-provider's: `client-secret`, `idp-certificate-authority` and its data. */
  config: Record<string, string>;
}

/** OpenID Connect Discovery 1.0, section 3, as far as a refresh needs it. */
const metadata = z.object({
  issuer: z.string().optional(),
  token_endpoint: z.string(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  id_token_signing_alg_values_supported: z.array(z.string()).optional(),
});

/** Of one answer. */
const MOST_BYTES = 1024 * 1024;
/** An issuer that does not answer holds nobody up for longer (ms). */
const PATIENCE = 30_000;

/**
 * Asks an OpenID issuer for a new ID token. Who may vouch for the issuer is the `idp-certificate-authority` where there is
 * one, and nobody else; the way there is direct, or by the proxy of the environment, never by the cluster's.
 * @throws Error saying why not, as the end of a sentence; ToolcribError `credentials` for a certificate that can't be read
 */
export async function renewAtIssuer(renewal: Renewal): Promise<{ idToken: string; refreshToken?: string }> {
  const issuer = URL.parse(renewal.issuer);
  if (issuer?.protocol !== 'https:')
    throw new Error(
      `the idp-issuer-url ${JSON.stringify(renewal.issuer)} is no https address, and a refresh token goes to no other`,
    );
  // Loaded only when such a user is really met.
  const library = await import('oauth4webapi');
  const ask = asker(renewal);
  const options = {
    signal: () => AbortSignal.timeout(PATIENCE),
    [library.customFetch]: (to: string, asked: Asked) => ask(to, asked),
  };
  const server = await said(`the issuer ${issuer.host}`, async () =>
    serverOf(renewal.issuer, await library.discoveryRequest(issuer, options)),
  );
  const client = { client_id: renewal.clientId };
  const ways = waysToName(library, renewal.config['client-secret'], server);
  return said(`the token endpoint of the issuer ${issuer.host}`, async () => {
    for (const [index, way] of ways.entries()) {
      const answer = await library.refreshTokenGrantRequest(
        server,
        client,
        way,
        renewal.refreshToken,
        options,
      );
      if (index < ways.length - 1 && (await isUnknownClient(answer))) continue;
      const got = await library.processRefreshTokenResponse(server, client, answer);
      if (got.id_token) return { idToken: got.id_token, refreshToken: got.refresh_token };
    }
    throw new Error(
      'it gave no ID token: it gives none on renewal, or the log-in did not ask for the scope openid',
    );
  });
}

/** Each request by a connection of its own, which is closed with it: there are two in an hour. */
function asker({ context, env, config }: Renewal) {
  const ca = pem(
    context,
    config['idp-certificate-authority-data'],
    config['idp-certificate-authority'],
    'idp-certificate-authority',
  );
  const direct = { ...context, cluster: { ...context.cluster, 'proxy-url': undefined } };
  return async (to: string, { method, headers, body, signal }: Asked): Promise<Response> => {
    const { origin, pathname, search } = new URL(to);
    const agent = makeAgent(ca ? { ca } : {}, proxyFor(new URL(to), direct, env));
    try {
      const answer = await agent.request({
        origin,
        path: pathname + search,
        method: method as 'GET' | 'POST',
        headers,
        body: body === undefined ? undefined : String(body),
        signal,
      });
      const text = await textOf(answer.body);
      const fields = Object.entries(answer.headers).flatMap(([name, value = []]) =>
        [value].flat().map((one): [string, string] => [name, one]),
      );
      return new Response(text === '' ? null : text, { status: answer.statusCode, headers: fields });
    } finally {
      await agent.destroy();
    }
  };
}

/** What an issuer says is short: more than that is not held in memory. @throws Error where it is more */
async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > MOST_BYTES) throw new Error('its answer is longer than 1 MiB');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Which issuer it names is not compared: kubectl does not, and to whom a token is good the cluster says. */
async function serverOf(issuer: string, answer: Response): Promise<AuthorizationServer> {
  if (answer.status !== 200) throw new Error(`it answered ${answer.status}`);
  const text = await answer.text();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('its openid-configuration is no JSON');
  }
  const read = metadata.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new Error(`its openid-configuration can't be used: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  return { ...read.data, issuer: read.data.issuer ?? issuer };
}

/**
 * How the client says who it is: by its name alone, or with its secret, in the body or in a header, whatever the issuer says
 * that it takes first. Some say nothing or the wrong, so kubectl's library tries both, too.
 */
function waysToName(
  { None, ClientSecretBasic, ClientSecretPost }: Library,
  secret: string | undefined,
  { token_endpoint_auth_methods_supported: taken = ['client_secret_basic'] }: AuthorizationServer,
): ClientAuth[] {
  if (!secret) return [None()];
  const ways = [ClientSecretPost(secret), ClientSecretBasic(secret)];
  return taken.includes('client_secret_post') ? ways : ways.reverse();
}

/** The client was not let in, so nothing was used up. RFC 6749, section 5.2. */
async function isUnknownClient(answer: Response): Promise<boolean> {
  if (answer.status === 401) return true;
  return answer.status === 400 && (await answer.clone().text()).includes('"invalid_client"');
}

async function said<Value>(whom: string, ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (cause) {
    throw new Error(`${whom} could not help: ${whyOf(cause)}`, { cause });
  }
}

/** What an issuer wrote is in quotes: it is from outside. */
function whyOf(thrown: unknown): string {
  const { message, cause, ...more } = thrown as Error & {
    error?: string;
    error_description?: string;
    status?: number;
  };
  if (more.error !== undefined)
    return `it said ${[more.error, more.error_description].flatMap((text) => (text ? JSON.stringify(text) : [])).join(', ')}`;
  if (more.status !== undefined) return `it answered ${more.status}`;
  if (cause instanceof Response) return `it answered ${cause.status} with something else than a token`;
  const { code } = thrown as NodeJS.ErrnoException;
  return message || code || String(thrown);
}
