import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { goQuery } from '@toolcrib/kube';
import type { User } from '../access/users.ts';
import { authenticate } from '../access/users.ts';
import {
  ApiError,
  badRequest,
  internalError,
  pathNotFound,
  unauthorized,
} from '../apimachinery/api-error.ts';
import { discoveryReply } from '../handlers/discovery.ts';
import { openApiV2Reply } from '../handlers/openapi-v2.ts';
import { openApiV3Reply } from '../handlers/openapi-v3.ts';
import { plainReply } from '../handlers/plain-paths.ts';
import { asApiError } from '../handlers/read-body.ts';
import type { Sandbox } from '../request/context.ts';
import { negotiate } from '../request/negotiate.ts';
import type { Reply } from '../request/reply.ts';
import { errorReply, PAGE_NOT_FOUND, sendReply } from '../request/reply.ts';
import type { KeyPair } from './certificates.ts';
import { dispatch } from './dispatch.ts';
import { actingUser } from './impersonation.ts';
import { servedTypes } from './served-types.ts';

/** One request as the server got it, for tests that must know what was really on the wire. */
export interface SeenRequest {
  method: string;
  /** Path and query as they stood on the request line. */
  url: string;
  headers: IncomingMessage['headers'];
  user: string;
  /** The whole body, once it was read. */
  body: Buffer;
  /** The status that was answered. */
  status: number;
}

export interface ApiServerOptions {
  sandbox: Sandbox;
  certificate: KeyPair;
  clientAuthority: string;
  /** None: any that is free. */
  port: number | undefined;
  onRequest?: (seen: SeenRequest) => void;
}

const MAX_BODY = 3 * 1024 * 1024;

/** Starts the HTTPS server on 127.0.0.1. */
export async function startApiServer(
  options: ApiServerOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const { sandbox, certificate } = options;
  const { custom } = sandbox;
  const server: Server = createServer(
    {
      cert: certificate.certificate,
      key: certificate.key,
      ca: options.clientAuthority,
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
    },
    (request, response) => void handle(request, response),
  );
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const address = `127.0.0.1:${port}`;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request;
    let body: Buffer = Buffer.alloc(0);
    const user = authenticate(headers.authorization, request.socket as TLSSocket, sandbox.tokens);
    response.once('close', () =>
      options.onRequest?.({
        method,
        url,
        headers,
        user: user?.name ?? '',
        body,
        status: response.statusCode,
      }),
    );
    try {
      if (!user) throw unauthorized();
      body = await readAll(request);
      const acting = actingUser(sandbox, user, request);
      const answered = await answer(request, response, acting, body);
      if (answered === 'streamed') return;
      sendReply(request, response, answered.reply, answered.negotiated?.encoding);
    } catch (error) {
      sendReply(request, response, replyOf(error), negotiate(headers.accept)?.encoding);
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse, user: User, body: Buffer) {
    const { url = '/', headers, method = 'GET' } = request;
    const [path = ''] = url.split('?', 1);
    const query = new URLSearchParams(goQuery(url.slice(path.length + 1)));
    const groups = custom.groups();
    const served = servedTypes(groups);
    const dispatched = await dispatch(sandbox, served, {
      request,
      response,
      path,
      query,
      user,
      body: async () => body,
    });
    if (dispatched !== undefined) return dispatched;
    const allowed = sandbox.authorize(user, { verb: method.toLowerCase(), path });
    if (!allowed.allowed) throw forbiddenPath(user, method, path);
    const reply =
      plainReply(path) ??
      discoveryReply(path, headers.accept, groups, address) ??
      (path === '/openapi/v2' ? openApiV2Reply(headers.accept, groups, custom.schemas()) : undefined) ??
      (path.startsWith('/openapi/v3') ? openApiV3Reply(path, groups, custom.schemas()) : undefined) ??
      unservedReply(path, groups);
    return { reply, negotiated: undefined };
  }

  return {
    url: `https://${address}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function replyOf(error: unknown): Reply {
  const known = asApiError(error);
  if (known instanceof ApiError) return errorReply(known);
  return errorReply(internalError(error instanceof Error ? String(error.stack) : String(error)));
}

function forbiddenPath(user: User, method: string, path: string): ApiError {
  return new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `forbidden: User "${user.name}" cannot ${method.toLowerCase()} path "${path}"`,
    reason: 'Forbidden',
    details: {},
    code: 403,
  });
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  let chunks: Buffer[] | undefined = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    // Read to its end all the same: who still writes does not see an answer.
    if (size > MAX_BODY) chunks = undefined;
    chunks?.push(chunk);
  }
  if (!chunks) throw tooLarge();
  return Buffer.concat(chunks);
}

function tooLarge(): ApiError {
  const { status } = badRequest(`Request entity too large: limit is ${MAX_BODY}`);
  return new ApiError({ ...status, reason: 'RequestEntityTooLarge', code: 413 });
}

/** Below a group that is known the API server answers itself; of other paths its mux says that they are not there. */
function unservedReply(path: string, groups: { groupVersion: string }[]): Reply {
  const [root, group, version] = path.split('/').filter((part) => part !== '');
  const known = groups.some(({ groupVersion }) => groupVersion.startsWith(`${group}/`));
  const isOurs = root === 'api' ? group !== undefined : root === 'apis' && version !== undefined && known;
  return isOurs ? errorReply(pathNotFound()) : PAGE_NOT_FOUND;
}
