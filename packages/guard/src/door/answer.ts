import type { ServerResponse } from 'node:http';
import type { Status } from '@toolcrib/kube';

/** Ends at the door on the way back. */
const NOT_RETURNED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** The headers of the cluster's answer as they go to the client, with warnings of our own beside the cluster's. */
export function returnedHeaders(
  headers: Record<string, string | string[] | undefined>,
  warnings: string[],
): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !NOT_RETURNED.has(name.toLowerCase())) kept[name] = value;
  }
  if (warnings.length === 0) return kept;
  const theirs = kept.warning ?? [];
  return {
    ...kept,
    warning: [...(Array.isArray(theirs) ? theirs : [theirs]), ...warnings.map(warningHeader)],
  };
}

/** RFC 7234 `Warning: 299`, which kubectl prints. One line, printable, quotes escaped. */
function warningHeader(text: string): string {
  const printable = text.replace(/[^\x20-\x7e]+/g, ' ').replace(/(["\\])/g, '\\$1');
  return `299 - "${printable.slice(0, 1000)}"`;
}

/** A whole answer. */
export interface Answer {
  status: number;
  body: string | Uint8Array;
  type: string;
}

/** Answers with a Status of the guard's own. */
export function answerStatus(response: ServerResponse, status: Status): void {
  const body = JSON.stringify(status);
  answerWith(response, { status: status.code ?? 500, body, type: 'application/json' }, []);
}

/** Answers, if nothing was answered yet and there is still somebody to answer. */
export function answerWith(response: ServerResponse, answer: Answer, warnings: string[]): void {
  if (response.headersSent || response.destroyed) return;
  const body = Buffer.from(answer.body);
  if (warnings.length > 0) response.setHeader('warning', warnings.map(warningHeader));
  response.writeHead(answer.status, { 'content-type': answer.type, 'content-length': body.length });
  response.end(body);
}

/** As plain text: during discovery client-go shows the words of a text, and of a Status only "unknown". */
export function unreachable(url: URL, why: string): Answer {
  const text = `toolcrib: the cluster at ${url.origin} did not answer (${why}). The guard is up; check the cluster or your VPN.`;
  return { status: 502, body: text, type: 'text/plain; charset=utf-8' };
}
