import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { type Hold, ToolcribError } from '../model/index.ts';
import {
  type AnswerBody,
  answerSchema,
  type GuardStatus,
  type RunTokenBody,
  type RunTokens,
  runTokenSchema,
} from './schema.ts';

/** What the API stands on; `app/` puts it together. */
export interface ApiDeps {
  status(): Promise<GuardStatus>;
  holds(): Hold[];
  hold(code: string): Hold | undefined;
  /** @throws ToolcribError `not-found`, `conflict`, `usage` */
  answer(code: string, answer: AnswerBody): Promise<Hold>;
  mint(request: RunTokenBody): RunTokens;
  revoke(id: string): void;
  stop(): void;
}

const HTTP_STATUS: Record<string, 400 | 404 | 409> = { usage: 400, 'not-found': 404, conflict: 409 };

/** The routes, without a socket: tests call `app.request(…)`. */
export function apiRoutes(deps: ApiDeps): Hono {
  const app = new Hono();
  app.get('/v1/status', async (c) => c.json(await deps.status()));
  app.get('/v1/holds', (c) => c.json(deps.holds()));
  app.get('/v1/holds/:code', (c) => {
    const hold = deps.hold(c.req.param('code').toUpperCase());
    if (!hold) throw unknownCode(c.req.param('code'));
    return c.json(hold);
  });
  app.post('/v1/holds/:code/answer', async (c) => {
    const body = answerSchema.parse(await c.req.json());
    return c.json(await deps.answer(c.req.param('code').toUpperCase(), body));
  });
  app.post('/v1/tokens', async (c) => c.json(deps.mint(runTokenSchema.parse(await c.req.json()))));
  app.delete('/v1/tokens/:id', (c) => {
    deps.revoke(c.req.param('id'));
    return c.body(null, 204);
  });
  app.post('/v1/stop', (c) => {
    deps.stop();
    return c.body(null, 202);
  });
  app.onError((error, c) => {
    if (error instanceof ToolcribError) {
      const { code, message, next } = error;
      return c.json({ code, message, next }, HTTP_STATUS[code] ?? 500);
    }
    return c.json({ code: 'usage', message: error.message }, 400);
  });
  return app;
}

export function unknownCode(code: string): ToolcribError {
  return new ToolcribError('not-found', `Nothing is held under the code ${code}.`, {
    next: 'toolcrib held lists what is; a code lives for ten minutes.',
  });
}

/** Serves the API on a unix socket of mode 0600. */
export function serveApi(deps: ApiDeps, socketPath: string): Promise<Server> {
  const server = createServer(getRequestListener(apiRoutes(deps).fetch));
  // Left by a guard that was killed; the lock on the state folder says that no other one lives.
  rmSync(socketPath, { force: true });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => {
      chmodSync(socketPath, 0o600);
      resolve(server);
    });
  });
}
