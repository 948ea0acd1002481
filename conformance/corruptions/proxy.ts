import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, Head, HttpRequest, Stream, Target } from '../types.ts';

/** One planted fault: which answer of the sandbox is altered, and how. */
export interface Corruption {
  name: string;
  /** The step that must notice it. */
  step: string;
  /** Where it must notice it: one of the differences' paths must match. */
  shows: RegExp;
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

/** What belongs to one connection and not to the request or answer that it carries. */
const OF_THE_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host'];

/**
 * The sandbox behind a liar: a target whose answers pass a corruption on their way; all else passes as it is, byte by
 * byte. kubectl and helm reach it over a proxy on 127.0.0.1, in plain HTTP and without credentials of their own.
 * @param patience of the target's, in ms: what was lost does not come by waiting
 * @returns `count` tells how many answers were altered
 */
export async function corrupted(
  target: Target,
  corruption: Pick<Corruption, 'where' | 'alter'>,
  patience?: number,
): Promise<Target & { count(): number }> {
  let altered = 0;
  const isWatch = (path: string) => /[?&]watch=(true|1)/.test(path);

  function change(answer: Answer): Answer {
    const before = { status: answer.status, headers: answer.headers, body: parsed(answer.text) };
    const after = corruption.alter(structuredClone(before));
    if (!after || JSON.stringify(after) === JSON.stringify(before)) return answer;
    altered++;
    const text = typeof after.body === 'string' ? after.body : JSON.stringify(after.body);
    return { ...after, text, bytes: Buffer.from(text) };
  }

  /** A line of a watch, altered; '' where it is lost. */
  function changeLine(line: string): string {
    if (line === '') return '';
    const before = { status: 200, headers: {}, body: parsed(line) };
    const after = corruption.alter(structuredClone(before));
    if (after && JSON.stringify(after.body) === JSON.stringify(before.body)) return `${line}\n`;
    altered++;
    return after ? `${JSON.stringify(after.body)}\n` : '';
  }

  async function send(asked: HttpRequest, stream: Stream = {}): Promise<Answer> {
    if (!corruption.where(asked)) return target.send(asked, stream);
    if (!isWatch(asked.path)) return change(await target.send(asked, { signal: stream.signal }));
    const decoder = new TextDecoder();
    let rest = '';
    return target.send(asked, {
      ...stream,
      onChunk(piece) {
        const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        const told = lines.map(changeLine).join('');
        if (told !== '') stream.onChunk?.(Buffer.from(told));
      },
    });
  }

  const server = createServer((incoming, outgoing) => void relay(incoming, outgoing));
  async function relay(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const path = incoming.url ?? '/';
    const { 'accept-encoding': _, ...headers } = passedOn(incoming.headersDistinct);
    const asked: HttpRequest = {
      method: incoming.method ?? 'GET',
      path,
      headers,
      ...(chunks.length > 0 ? { raw: Buffer.concat(chunks) } : {}),
    };
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    const begin = ({ status, headers }: Head) => void outgoing.writeHead(status, passedOn(headers));
    try {
      if (isWatch(path)) {
        await send(asked, {
          signal: gone.signal,
          onHead(head) {
            begin(head);
            outgoing.flushHeaders();
          },
          onChunk: (piece) => void outgoing.write(piece),
        });
        outgoing.end();
        return;
      }
      const answer = await send(asked, { signal: gone.signal });
      begin(answer);
      outgoing.end(answer.bytes);
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
    patience,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function passedOn<Value>(headers: Record<string, Value | undefined>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || OF_THE_CONNECTION.includes(name) ? [] : [[name, value]],
    ),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
