import { setTimeout as sleep } from 'node:timers/promises';
import { type RunOptions, runClient } from './client.ts';
import { pathOf } from './resources.ts';
import type { Answer, Answered, Head, HttpRequest, Observation, Target } from './types.ts';

const PATIENCE = 40_000;

// biome-ignore lint/suspicious/noExplicitAny: bodies of answers are looked into freely, as in a browser's console
export type Body = any;

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

export interface Options {
  /** Without the question mark. */
  query?: string;
  accept?: string;
  contentType?: string;
  /** A subresource, behind the name. */
  sub?: string;
  /** A bearer token of somebody else. */
  token?: string;
  /** Another namespace than the step's own; '' for all of them. */
  namespace?: string;
  /** Not compared: preparation, or of no interest. */
  quiet?: boolean;
}

export interface ClientOptions extends Pick<RunOptions, 'once'> {
  /** Not compared. */
  quiet?: boolean;
  /** What of it is compared; all of it by default. */
  shown?(seen: Observation): Partial<Observation>;
}

export interface Seen {
  status: number;
  body: Body;
}

/** Thrown when a step can't go on; what was observed until then is compared all the same. */
export class StepStopped extends Error {}

/**
 * What a step acts with, on one of the targets. Resources are named by their plural, or by a whole path. All answers
 * are observed, in this order, unless they are quiet.
 */
export function createActor(target: Target, namespace: string) {
  const observed: Observation[] = [];
  const trail: Answered[] = [];
  const { patience = PATIENCE } = target;
  const watches: { close(): Promise<void> }[] = [];

  async function send(
    method: string,
    path: string,
    body: unknown,
    options: Options,
    poll = false,
  ): Promise<Seen> {
    const { query, accept, contentType, token, quiet } = options;
    const asked: HttpRequest = {
      method,
      path: query === undefined ? path : `${path}?${query}`,
      token,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      headers: {
        accept: accept ?? 'application/json',
        ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
      },
    };
    const sent = Date.now();
    const answer = await target.send(asked);
    const got = { status: answer.status, body: parsed(answer.text) };
    trail.push({ sent, body: got.body, poll });
    if (!quiet) observe({ what: `${method} ${asked.path}`, ...got, headers: comparedHeaders(answer) });
    return got;
  }

  const observe = (observation: Observation) => observed.push({ ...observation, seen: Date.now() });

  const at = (resource: string, name: string | undefined, { sub, namespace: other }: Options): string =>
    resource.startsWith('/') ? resource : pathOf(resource, other ?? namespace, name, sub);

  async function until(
    resource: string,
    name: string | undefined,
    check: (body: Body, status: number) => unknown,
    options: Options = {},
  ): Promise<Body> {
    const end = Date.now() + patience;
    const path = at(resource, name, options);
    for (let pause = 25; ; pause = Math.min(pause * 1.5, 400)) {
      const sent = Date.now();
      const seen = await send('GET', path, undefined, { ...options, quiet: true }, true);
      if (holds(check, seen)) {
        trail.push({ sent, body: seen.body, poll: false });
        return seen.body;
      }
      if (Date.now() > end) {
        observe({ what: `waiting for ${path}`, fact: 'in vain', body: seen.body });
        throw new StepStopped(`${target.name}: in vain for ${check} of ${path}`);
      }
      await sleep(pause);
    }
  }

  async function run(
    program: 'kubectl' | 'helm',
    args: string | string[],
    input = '',
    { quiet, shown, once }: ClientOptions = {},
  ): Promise<Observation> {
    const seen = await runClient(target, namespace, program, args, { input, once });
    if (!quiet) observe({ what: seen.what, ...(shown ? shown(seen) : seen) });
    return seen;
  }

  const actor = {
    /** The step's own namespace; it exists, with its default ServiceAccount. */
    namespace,
    /** The cluster's own name for something cluster-scoped that only this step has. */
    unique: (name: string) => `${namespace}-${name}`,
    get: (resource: string, name?: string, options: Options = {}) =>
      send('GET', at(resource, name, options), undefined, options),
    post: (resource: string, body: unknown, options: Options & { name?: string } = {}) =>
      send('POST', at(resource, options.name, options), body, options),
    put: (resource: string, name: string, body: unknown, options: Options = {}) =>
      send('PUT', at(resource, name, options), body, options),
    patch: (
      resource: string,
      name: string,
      type: keyof typeof PATCH_TYPES,
      body: unknown,
      options: Options = {},
    ) => send('PATCH', at(resource, name, options), body, { contentType: PATCH_TYPES[type], ...options }),
    /** @param body DeleteOptions */
    delete: (resource: string, name?: string, body?: unknown, options: Options = {}) =>
      send('DELETE', at(resource, name, options), body, options),
    send: (method: string, path: string, body?: unknown, options: Options = {}) =>
      send(method, path, body, options),
    /** Asks until `check` holds; not observed. */
    until,
    /** Asks until `check` holds, and observes that state. */
    async settled(
      resource: string,
      name: string | undefined,
      check: (body: Body, status: number) => unknown,
      options: Options = {},
    ): Promise<Body> {
      const body = await until(resource, name, check, options);
      observe({ what: `settled ${at(resource, name, options)}`, body });
      return body;
    },
    async gone(resource: string, name: string, options: Options = {}): Promise<void> {
      await until(resource, name, (_body, status) => status === 404, options);
      observe({ what: `gone ${at(resource, name, options)}`, fact: true });
    },
    /** Observes something worked out from answers. */
    fact(what: string, fact: unknown): void {
      observe({ what, fact });
    },
    kubectl: (args: string | string[], input?: string, options?: ClientOptions) =>
      run('kubectl', args, input, options),
    helm: (args: string | string[], input?: string, options?: ClientOptions) =>
      run('helm', args, input, options),
    /** Opens a watch; what it brought is observed when it is closed. */
    async watch(resource: string, options: Options & { name?: string } = {}) {
      const path = `${at(resource, options.name, options)}?watch=true${options.query ? `&${options.query}` : ''}`;
      const events: Body[] = [];
      const stop = new AbortController();
      let rest = '';
      const decoder = new TextDecoder();
      let head: Head | undefined;
      let opened = () => {};
      const open = new Promise<void>((resolve) => {
        opened = resolve;
      });
      const ended = target
        .send(
          {
            method: 'GET',
            path,
            headers: { accept: options.accept ?? 'application/json' },
            token: options.token,
          },
          {
            signal: stop.signal,
            onHead(given) {
              head = given;
              opened();
            },
            onChunk(piece) {
              // Only of a watch that stands: an error's body has no lines.
              if (head?.status !== 200) return;
              const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
              rest = lines.pop() ?? '';
              for (const line of lines) if (line !== '') events.push(JSON.parse(line));
            },
          },
        )
        .then((answer) => answer as Answer | undefined)
        .catch(() => undefined);
      await Promise.race([open, ended]);
      const answered = () => ({ status: head?.status, headers: head && comparedHeaders(head) });
      const watch = {
        events,
        async until(check: (events: Body[]) => unknown): Promise<void> {
          const end = Date.now() + patience;
          while (!holds(check, { body: events, status: 200 })) {
            if (Date.now() > end) {
              observe({ what: `waiting for GET ${path}`, fact: 'in vain', events });
              throw new StepStopped(`${target.name}: in vain for ${check} of ${path}`);
            }
            await sleep(20);
          }
        },
        /** @param shown what of the events is compared; all of them by default */
        async close(shown: (events: Body[]) => unknown[] = (all) => all): Promise<void> {
          stop.abort();
          await ended;
          observe({ what: `GET ${path}`, ...answered(), events: shown(events) });
        },
        /** Waits until the server ends it. */
        async end(): Promise<void> {
          const answer = await ended;
          observe({
            what: `GET ${path}`,
            ...answered(),
            events,
            ...(answer && answer.status !== 200 ? { body: parsed(answer.text) } : {}),
          });
        },
      };
      watches.push({
        close: async () => {
          stop.abort();
          await ended;
        },
      });
      return watch;
    },
  };
  return {
    actor,
    observed,
    trail,
    async dispose() {
      for (const watch of watches) await watch.close();
    },
  };
}

export type Actor = ReturnType<typeof createActor>['actor'];

const COMPARED = ['content-type', 'warning', 'retry-after', 'cache-control', 'allow'];

function comparedHeaders(answer: Head): Record<string, string> {
  return Object.fromEntries(
    COMPARED.flatMap((name) => (answer.headers[name] === undefined ? [] : [[name, answer.headers[name]]])),
  );
}

function parsed(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A check may look deep into what is not there yet. */
function holds(check: (body: Body, status: number) => unknown, { body, status }: Seen): boolean {
  try {
    return Boolean(check(body, status));
  } catch {
    return false;
  }
}
