import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hold } from '@toolcrib/model';
import { type Context, Hono } from 'hono';
import {
  type AnswerBody,
  answerSchema,
  type GuardStatus,
  type RunTokenBody,
  type RunTokens,
  runTokenSchema,
  unknownCode,
} from '../../laptop/api/schema.ts';
import { knows, makeSecret, reach } from '../../laptop/api/socket.ts';
import { ASKER, type Asker, askerOf } from '../../laptop/api/witness.ts';
import { faultOf, parsed } from './faults.ts';

/** What the API stands on; its entry point puts it together. */
export interface ApiDeps {
  status(): Promise<GuardStatus>;
  holds(): Hold[];
  hold(code: string): Hold | undefined;
  /**
   * @param asker the process that answers; undefined where that can't be told. Who answers is whose process it is
   * @throws ToolcribError `not-found`, `conflict`, `usage`
   */
  answer(code: string, answer: AnswerBody, asker: Asker | undefined): Promise<Hold>;
  /** Tokens for a run, good until `revoke`. @throws ToolcribError `conflict` for tokens `again` that are not that run's */
  mint(request: RunTokenBody, asker: Asker | undefined): Promise<RunTokens>;
  revoke(id: string): void;
  stop(): void;
  /** Told what nobody foresaw: who asked is told only that there was something. */
  log(line: string, detail: Record<string, unknown>): void;
}

/** The routes, without a socket: tests call `app.request(…)`. */
export function apiRoutes(deps: ApiDeps): Hono {
  const app = new Hono();
  const asking = async ({ req }: Context): Promise<{ body: unknown; asker: Asker | undefined }> => {
    const text = await req.text();
    return { body: parsed(text), asker: askerOf(req.header(ASKER), req.path + text) };
  };
  app.get('/v1/status', async (c) => c.json(await deps.status()));
  app.get('/v1/holds', (c) => c.json(deps.holds()));
  app.get('/v1/holds/:code', (c) => {
    const hold = deps.hold(c.req.param('code').toUpperCase());
    if (!hold) throw unknownCode(c.req.param('code'));
    return c.json(hold);
  });
  app.post('/v1/holds/:code/answer', async (c) => {
    const { body, asker } = await asking(c);
    const code = c.req.param('code').toUpperCase();
    return c.json(await deps.answer(code, answerSchema.parse(body), asker));
  });
  app.post('/v1/runs', async (c) => {
    const { body, asker } = await asking(c);
    const run = await deps.mint(runTokenSchema.parse(body), asker);
    // The answer has no end: the tokens live as long as the connection, and so never longer than the process at its end.
    const lines = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(`${JSON.stringify(run)}\n`));
      },
      cancel: () => deps.revoke(run.id),
    });
    return c.body(lines, 200, { 'content-type': 'application/x-ndjson' });
  });
  app.post('/v1/stop', (c) => {
    deps.stop();
    return c.body(null, 202);
  });
  app.onError((error, c) => {
    const { status, ...fault } = faultOf(error, deps.log);
    return c.json(fault, status);
  });
  return app;
}

/**
 * Serves the API on a unix socket of mode 0600, to whoever knows the secret that lies beside it (mode 0600, a new one each
 * time): a sandbox that hides files does not hide sockets.
 * @throws ToolcribError `bad-file` where others could put a socket of theirs in its place
 */
export async function serveApi(deps: ApiDeps, socketPath: string): Promise<Server> {
  const secret = makeSecret(socketPath);
  const routes = apiRoutes(deps);
  const server = createServer(
    getRequestListener((request) =>
      knows(secret, request.headers.get('authorization'))
        ? routes.fetch(request)
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
