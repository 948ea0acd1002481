import { readFileSync } from 'node:fs';
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { kubeconfigPaths } from '@toolcrib/guard/cluster';
import { messageOf } from '@toolcrib/model';
import { loadPersonHere } from '../person-kubeconfig.ts';
import { takenBy } from './as-clients.ts';
import type { Patient } from './check.ts';

/** What the cluster of the current context says to whoever asks. */
export interface ClusterAnswer {
  context: string;
  /** Its clock, in whole seconds, as milliseconds since 1970; undefined where it tells none. */
  date?: number;
  /** Milliseconds since 1970, here: just before it was asked, and just after. */
  between: [number, number];
  /** `v1.35.2`; undefined where it tells that to nobody who does not show who he is. */
  version?: string;
}

/** Milliseconds. */
const LIMIT = 4_000;
/** Bytes of an answer that are read. */
const MOST = 65_536;

const asked = new WeakMap<object, Promise<ClusterAnswer | { why: string }>>();

/** Each patient's cluster is asked once. */
export function clusterAnswer(patient: Patient, limit?: number): Promise<ClusterAnswer | { why: string }> {
  const known = asked.get(patient);
  if (known) return known;
  const now = ask(patient, limit).catch((error: unknown) => ({ why: messageOf(error) }));
  asked.set(patient, now);
  return now;
}

/**
 * A GET of /version as nobody: no token, no certificate and no credential plugin of the person's is used, and what the
 * kubeconfig says of the server's own certificate counts.
 */
async function ask({ paths, env, home, now }: Patient, limit: number = LIMIT) {
  const name = takenBy('today', kubeconfigPaths(env, home))?.context;
  if (name === undefined) return { why: 'there is no current context.' };
  const person = loadPersonHere(paths, env, home);
  const label = person.contextNames.find((one) => person.nameOf(one) === name) ?? name;
  const { cluster } = person.context(label);
  if (cluster['proxy-url']) return { why: `${name} is reached through a proxy.` };
  const url = cluster.server ? URL.parse(`${cluster.server.replace(/\/$/, '')}/version`) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return { why: `${name} has no address that can be asked.` };
  Object.assign(url, { username: '', password: '' });
  const data = cluster['certificate-authority-data'];
  const file = cluster['certificate-authority'];
  const ca = data ? Buffer.from(data, 'base64').toString() : file ? readFileSync(file, 'utf8') : undefined;
  const options = {
    ca,
    servername: cluster['tls-server-name'] || undefined,
    rejectUnauthorized: cluster['insecure-skip-tls-verify'] !== true,
    headers: { 'user-agent': 'toolcrib-doctor', accept: 'application/json' },
    agent: false as const,
    signal: AbortSignal.timeout(limit),
  };
  const before = now();
  return new Promise<ClusterAnswer | { why: string }>((resolve) => {
    const fail = ({ name: kind, message }: Error) => {
      const why =
        kind === 'AbortError' || kind === 'TimeoutError' ? `no answer within ${limit / 1000} s` : message;
      resolve({ why: `${name} did not answer: ${why}.` });
    };
    const start = url.protocol === 'https:' ? secure : plain;
    const call = start(url, options, (response) => {
      const after = now();
      const date = Date.parse(response.headers.date ?? '');
      let text = '';
      const done = () =>
        resolve({
          context: name,
          between: [before, after],
          ...(Number.isNaN(date) ? {} : { date }),
          version: response.statusCode === 200 ? versionOf(text) : undefined,
        });
      response.setEncoding('utf8').on('data', (part: string) => {
        if (text.length < MOST) text += part;
        else response.destroy();
      });
      response.on('close', done).on('error', done);
    });
    call.on('error', fail);
    call.end();
  });
}

function versionOf(text: string): string | undefined {
  try {
    const { gitVersion } = JSON.parse(text);
    return typeof gitVersion === 'string' && /^v\d+\.\d+[\w.+-]{0,40}$/.test(gitVersion)
      ? gitVersion
      : undefined;
  } catch {
    return undefined;
  }
}
