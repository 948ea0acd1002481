import { generateKeyPairSync, sign } from 'node:crypto';
import type { TestContext } from 'node:test';
import { type Handler, startServer, type TestServer } from './server.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** An ID token as Dex and Keycloak give one: RS256, `exp` in seconds since 1970. */
export function idToken(claims: {
  exp?: unknown;
  iss?: string;
  aud?: string;
  [more: string]: unknown;
}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = part({ alg: 'RS256', typ: 'JWT', kid: 'k1' });
  const body = part({
    iss: 'https://idp.example',
    aud: 'kubernetes',
    sub: 'aiko',
    iat: seconds(-60),
    ...claims,
  });
  return `${head}.${body}.${sign('sha256', Buffer.from(`${head}.${body}`), privateKey).toString('base64url')}`;
}

/** From now, in seconds since 1970. */
export const seconds = (from: number) => Math.floor(Date.now() / 1000) + from;

export interface TestIssuer extends TestServer {
  /** The forms that came to the token endpoint, with the Authorization header. */
  forms: { form: URLSearchParams; authorization?: string }[];
  /** The auth-provider's config of a person that logged in there. */
  config(more?: Record<string, string>): Record<string, string>;
}

/** Where an issuer's metadata stands: below its own path (OpenID Connect Discovery 1.0, section 4). */
export const WELL_KNOWN = '/realms/shop/.well-known/openid-configuration';

/** An OpenID issuer over TLS, with the metadata that Keycloak serves; what its token endpoint answers, a test says. */
export async function startIssuer(
  t: TestContext,
  token: (form: URLSearchParams, ...handled: Parameters<Handler>) => void,
  more: object = {},
): Promise<TestIssuer> {
  const forms: TestIssuer['forms'] = [];
  const server = await startServer((request, response) => {
    const issuer = `https://${request.headers.host}/realms/shop`;
    if (request.method === 'GET' && request.url === WELL_KNOWN)
      return response.json(200, {
        issuer,
        authorization_endpoint: `${issuer}/protocol/openid-connect/auth`,
        token_endpoint: `${issuer}/protocol/openid-connect/token`,
        jwks_uri: `${issuer}/protocol/openid-connect/certs`,
        grant_types_supported: ['authorization_code', 'refresh_token'],
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256', 'ES256'],
        token_endpoint_auth_methods_supported: [
          'private_key_jwt',
          'client_secret_basic',
          'client_secret_post',
        ],
        scopes_supported: ['openid', 'offline_access'],
        ...more,
      });
    if (request.method === 'POST' && request.url === '/realms/shop/protocol/openid-connect/token') {
      const form = new URLSearchParams(request.text);
      forms.push({ form, authorization: request.headers.authorization });
      return token(form, request, response);
    }
    response.json(404, {});
  });
  t.after(() => server.close());
  return Object.assign(server, {
    forms,
    config: (given: Record<string, string> = {}) => ({
      'idp-issuer-url': `${server.url}/realms/shop`,
      'idp-certificate-authority-data': Buffer.from(server.ca).toString('base64'),
      'client-id': 'kubernetes',
      'refresh-token': 'r1',
      'id-token': idToken({ exp: seconds(-5) }),
      ...given,
    }),
  });
}

/** A token endpoint that gives a new ID token, and a new refresh token, for each. */
export function rotating(life = 300) {
  let count = 1;
  return (form: URLSearchParams, request: Parameters<Handler>[0], response: Parameters<Handler>[1]) => {
    const iss = `https://${request.headers.host}/realms/shop`;
    if (form.get('grant_type') !== 'refresh_token' || form.get('refresh_token') !== `r${count}`)
      return response.json(400, { error: 'invalid_grant', error_description: 'Token is not active' });
    count += 1;
    response.json(200, {
      access_token: 'opaque',
      expires_in: 60,
      refresh_expires_in: 1800,
      refresh_token: `r${count}`,
      token_type: 'Bearer',
      id_token: idToken({ iss, exp: seconds(life), jti: `t${count}` }),
      'not-before-policy': 0,
      scope: 'openid email profile',
    });
  };
}
