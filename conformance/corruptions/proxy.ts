import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, HttpRequest, Target } from '../types.ts';

/** One planted fault: which answer of the sandbox is altered, and how. */
export interface Corruption {
  name: string;
  /** The step that must notice it. */
  step: string;
  /** Which requests' answers are altered. */
  where(asked: { method: string; path: string }): boolean;
  /** Alters an answer, or gives it back as it is. For a watch it is called with each line. */
  alter(answer: Altered): Altered | undefined;
}

/** `body` parsed from JSON. */
export interface Altered {
  status: number;
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: any part of any answer may be altered
  body: any;
}

/**
 * The sandbox behind a liar: a target whose answers pass a corruption on their way. kubectl and helm reach it over a
 * proxy on 127.0.0.1, in plain HTTP and without credentials of their own.
 * @returns `count` tells how many answers were altered
 */
export async function corrupted(
  target: Target,
  corruption: Corruption,
): Promise<Target & { count(): number }> {
  let altered = 0;
  const isWatch = (path: string) => /[?&]watch=(true|1)/.test(path);

  function change(asked: { method: string; path: string }, answer: Answer): Answer {
    if (!corruption.where(asked) || isWatch(asked.path)) return answer;
    const before = { status: answer.status, headers: answer.headers, body: parsed(answer.text) };
    const after = corruption.alter(structuredClone(before));
    if (!after || JSON.stringify(after) === JSON.stringify(before)) return answer;
    altered++;
    return { ...after, text: typeof after.body === 'string' ? after.body : JSON.stringify(after.body) };
  }

  /** A line of a watch, altered; '' where it is lost. */
  function changeLine(asked: { method: string; path: string }, line: string): string {
    if (line === '' || !corruption.where(asked)) return line === '' ? '' : `${line}\n`;
    const before = { status: 200, headers: {}, body: parsed(line) };
    const after = corruption.alter(structuredClone(before));
    if (after && JSON.stringify(after.body) === JSON.stringify(before.body)) return `${line}\n`;
    altered++;
    return after ? `${JSON.stringify(after.body)}\n` : '';
  }

  async function send(
    asked: HttpRequest,
    onChunk?: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<Answer> {
    if (!isWatch(asked.path)) return change(asked, await target.send(asked, onChunk, signal));
    let rest = '';
    return target.send(
      asked,
      (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        const told = lines.map((line) => changeLine(asked, line)).join('');
        if (told !== '') onChunk?.(told);
      },
      signal,
    );
  }

  const server = createServer((incoming, outgoing) => void relay(incoming, outgoing));
  async function relay(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const path = incoming.url ?? '/';
    const wanted = ['accept', 'content-type', 'user-agent'];
    const headers = Object.fromEntries(
      wanted.flatMap((name) => (incoming.headers[name] ? [[name, String(incoming.headers[name])]] : [])),
    );
    const asked: HttpRequest = {
      method: incoming.method ?? 'GET',
      path,
      headers,
      ...(chunks.length > 0 ? { raw: Buffer.concat(chunks) } : {}),
    };
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    try {
      if (isWatch(path)) {
        outgoing.writeHead(200, { 'content-type': 'application/json' });
        outgoing.flushHeaders();
        await send(asked, (text) => outgoing.write(text), gone.signal);
        outgoing.end();
        return;
      }
      const answer = await send(asked, undefined, gone.signal);
      const { 'content-length': _, 'transfer-encoding': __, connection: ___, ...rest } = answer.headers;
      outgoing.writeHead(answer.status, rest);
      outgoing.end(answer.text);
    } catch {
      outgoing.destroy();
    }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    ...target,
    server: url,
    send,
    kubeconfigPath: await target.writeKubeconfig(`liar-${port}`, url),
    count: () => altered,
    // What was lost does not come by waiting.
    patience: 5_000,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
