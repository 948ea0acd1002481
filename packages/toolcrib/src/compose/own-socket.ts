import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { knows, makeSecret, reach } from '../laptop/api/socket.ts';

/**
 * Serves on a unix socket of mode 0600, to whoever knows the secret that lies beside it (mode 0600, a new one each
 * time): a sandbox that hides files does not hide sockets.
 * @throws ToolcribError `bad-file` where others could put a socket of theirs in its place
 */
export async function serveOnSocket(
  socketPath: string,
  answer: (request: Request) => Response | Promise<Response>,
): Promise<Server> {
  const secret = makeSecret(socketPath);
  const server = createServer(
    getRequestListener((request) =>
      knows(secret, request.headers.get('authorization'))
        ? answer(request)
        : Response.json({ code: 'usage', message: 'The secret is another one.' }, { status: 401 }),
    ),
  );
  // Left by a guard that was killed; the lock on the state folder says that no other one lives.
  rmSync(socketPath, { force: true });
  const way = reach(socketPath);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(way.path, resolve);
  });
  chmodSync(way.path, 0o600);
  server.once('close', way.leave);
  return server;
}
