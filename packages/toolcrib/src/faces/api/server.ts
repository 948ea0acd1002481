import { ToolcribError } from '@toolcrib/model';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { answerSchema, type RunTokenBody, type RunTokens, runTokenSchema } from '../../laptop/api/schema.ts';
import { ASKER, type Asker, askerOf } from '../../laptop/api/witness.ts';
import { operations } from '../../operations/index.ts';
import type { Operation } from '../../operations/operation.ts';
import { faultOf, parsed } from './faults.ts';
import { LINES, openApi } from './openapi.ts';
import { fromQuery, offered, type Route, routeOf } from './routes.ts';

/** Bytes. The largest that is sent on purpose has the tokens of a run, one for each context. */
const MOST_BODY = 1 << 20;

/** What the API stands on; its entry point puts it together. */
export interface ApiDeps {
  /**
   * @param input as it came: it is checked there
   * @param asker the process that asks; undefined where that can't be told. Who asks is whose process it is
   * @throws ToolcribError
   */
  perform(
    operation: Operation,
    input: unknown,
    asker: Asker | undefined,
    tell: (event: unknown) => void,
  ): Promise<unknown>;
  /** Tokens for a run, good until `revoke`. @throws ToolcribError `conflict` for tokens `again` that are not that run's */
  mint(request: RunTokenBody, asker: Asker | undefined): Promise<RunTokens>;
  revoke(id: string): void;
  /** Told what nobody foresaw: who asked is told only that there was something. */
  log(line: string, detail: Record<string, unknown>): void;
}

/** The routes, without a socket: tests call `app.request(…)`. */
export function apiRoutes(deps: ApiDeps): Hono {
  const app = new Hono();
  app.use(
    bodyLimit({
      maxSize: MOST_BODY,
      onError() {
        throw new ToolcribError('too-large', `The body is larger than ${MOST_BODY} bytes.`, {
          next: 'Nothing that can be asked here takes as much.',
        });
      },
    }),
  );
  const asking = async ({ req }: Context): Promise<{ body: unknown; asker: Asker | undefined }> => {
    const text = await req.text();
    return { body: text === '' ? {} : parsed(text), asker: askerOf(req.header(ASKER), req.path + text) };
  };
  for (const name of offered) offer(app, routeOf(operations[name]), deps, asking);
  app.get('/v1/openapi.json', (c) => c.json(openApi()));
  // As clients of 0.1.0 answer, and those of today, since a guard of 0.1.0 knows no other way.
  app.post('/v1/holds/:code/answer', async (c) => {
    const { body, asker } = await asking(c);
    const { as, withoutNet } = answerSchema.parse(body);
    const code = c.req.param('code');
    const [operation, input] =
      as === 'denied'
        ? [operations.deny, { code }]
        : [operations.approve, { code, as, ...(withoutNet === undefined ? {} : { withoutNet }) }];
    return c.json(await deps.perform(operation, input, asker, () => undefined));
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
  app.onError((error, c) => {
    const { status, ...fault } = faultOf(error, deps.log);
    return c.json(fault, status);
  });
  return app;
}

type Asking = (c: Context) => Promise<{ body: unknown; asker: Asker | undefined }>;

function offer(app: Hono, route: Route, deps: ApiDeps, asking: Asking): void {
  const { operation, method, path, inPath } = route;
  app.on(method, path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
    const { body, asker } =
      method === 'GET' ? { body: fromQuery(route, c.req.query()), asker: undefined } : await asking(c);
    const named = Object.fromEntries(inPath.map((field) => [field, c.req.param(field)]));
    const input = isObject(body) ? { ...body, ...named } : body;
    if (operation.event === undefined || !c.req.header('accept')?.includes(LINES))
      return c.json((await deps.perform(operation, input, asker, () => undefined)) as object);
    const write = (tell: (line: object) => void) =>
      deps
        .perform(operation, input, asker, (event) => tell({ event }))
        .then(
          (value) => tell({ value }),
          (error: unknown) => {
            const { status: _, ...fault } = faultOf(error, deps.log);
            tell({ fault });
          },
        );
    return c.body(linesOf(write), 200, { 'content-type': LINES });
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A line of JSON for each that is told; who has gone is told nothing more, and the work goes on. */
function linesOf(write: (tell: (line: object) => void) => Promise<void>): ReadableStream<Uint8Array> {
  let gone = false;
  return new ReadableStream({
    start(controller) {
      const tell = (line: object) => {
        if (!gone) controller.enqueue(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
      };
      void write(tell).finally(() => {
        if (!gone) controller.close();
      });
    },
    cancel() {
      gone = true;
    },
  });
}
