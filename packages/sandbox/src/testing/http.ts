import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { parse } from 'yaml';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server answered
  body: any;
}

interface Call {
  body?: unknown;
  headers?: Record<string, string>;
}

/** A plain HTTPS client with one user's token, so that tests see status codes and bodies as they were sent. */
export interface RawClient {
  call(method: string, path: string, options?: Call): Promise<Answer>;
  /** The lines of a watch, until it ends. */
  watch(path: string): Promise<{ type: string; object: Answer['body'] }[]>;
}

/** @param kubeconfig YAML text with a token */
export function rawClient(kubeconfig: string): RawClient {
  const { clusters, users } = parse(kubeconfig);
  const { server, 'certificate-authority-data': authority } = clusters[0].cluster;
  const { token } = users[0].user;

  function call(method: string, path: string, { body, headers = {} }: Call = {}): Promise<Answer> {
    const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const own = {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      // Node sends no length with a DELETE of its own accord.
      ...(payload === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) }),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const options = { method, ca: Buffer.from(authority, 'base64'), headers: own, agent: false } as const;
      const sent = request(new URL(path, server), options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const { statusCode = 0 } = response;
          resolve({ status: statusCode, headers: response.headers, text, body: jsonOf(text) });
        });
      });
      sent.on('error', reject);
      sent.end(payload);
    });
  }

  return {
    call,
    async watch(path) {
      const { text } = await call('GET', path);
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
