import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { childEnvironment, nameText, shellWord, ToolcribError } from '@toolcrib/model';
import { z } from 'zod';
import type { ContextConfig } from './kubeconfig.ts';
import type { ExecEntry } from './kubeconfig-file.ts';

/** What a credential plugin gave: a token, a certificate with its key, or both. */
export interface ExecCredential {
  token?: string;
  cert?: string;
  key?: string;
  /** Milliseconds since 1970; absent where it holds until the cluster refuses it. */
  expiresAt?: number;
}

const answer = z.looseObject({
  kind: z.literal('ExecCredential'),
  apiVersion: z.string(),
  status: z.looseObject({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().nullish(),
  }),
});

const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
/** A person may have to click through a browser's log-in meanwhile. */
const TIMEOUT = 120_000;
const MOST_OUTPUT = 1024 * 1024;

/**
 * Runs a credential plugin by the protocol of client-go (plugin/pkg/client/auth/exec/exec.go): what is asked
 * goes in `KUBERNETES_EXEC_INFO`, the answer comes on standard output.
 * @throws ToolcribError `credentials`, with what the plugin wrote on its standard error
 */
export async function runExecPlugin(
  exec: ExecEntry,
  context: ContextConfig,
  options: { env: Record<string, string | undefined>; interactive: boolean; timeout?: number },
): Promise<ExecCredential> {
  const { apiVersion = '' } = exec;
  const fail = (why: string, next?: string, cause?: unknown) =>
    new ToolcribError(
      'credentials',
      `The credential plugin ${exec.command} of context ${nameText(context.name)} ${why}`,
      {
        next: next ?? `Try it by hand: kubectl --context ${shellWord(context.name)} version`,
        cause,
      },
    );
  if (!VERSIONS.includes(apiVersion)) {
    throw fail(
      `speaks ${apiVersion || 'no version'}; known are ${VERSIONS.join(' and ')}.`,
      `Correct exec.apiVersion in ${context.file}.`,
    );
  }
  const mode = exec.interactiveMode ?? (apiVersion.endsWith('/v1beta1') ? 'IfAvailable' : undefined);
  if (mode !== 'Never' && mode !== 'IfAvailable' && mode !== 'Always') {
    throw fail(
      'has no interactiveMode of Never, IfAvailable or Always.',
      `Correct exec.interactiveMode in ${context.file}.`,
    );
  }
  if (mode === 'Always' && !options.interactive) {
    throw fail(
      'must ask at a terminal (interactiveMode Always), and the guard has none.',
      'Log in with the plugin’s own command first and set interactiveMode to IfAvailable, or leave this cluster unguarded.',
    );
  }
  const interactive = mode !== 'Never' && options.interactive;
  const info = {
    kind: 'ExecCredential',
    apiVersion,
    spec: { interactive, ...(exec.provideClusterInfo ? { cluster: clusterInfo(context) } : {}) },
  };
  const env = {
    ...childEnvironment(options.env),
    ...Object.fromEntries(exec.env.map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify(info),
  };
  // A path with a slash starts at the kubeconfig's folder, a bare name is looked up on PATH.
  const command = /^[^/\\]+$/.test(exec.command)
    ? exec.command
    : relativeTo(context.userFolder, exec.command);
  const run = await outputOf(command, exec.args ?? [], env, interactive, options.timeout ?? TIMEOUT);
  if ('error' in run) {
    const { code } = run.error as NodeJS.ErrnoException;
    // A folder on PATH that we may not enter makes EACCES of a name that is nowhere.
    const missing =
      code === 'ENOENT' || (code === 'EACCES' && command === exec.command && !command.includes('/'));
    const hint = exec.installHint?.trim();
    throw fail(
      missing ? 'was not found.' : `could not be started: ${run.error.message}.`,
      missing
        ? (hint ?? 'Install it, or put its folder into the PATH that the guard is started with.')
        : undefined,
      run.error,
    );
  }
  if (run.timedOut)
    throw fail(`did not answer within ${(options.timeout ?? TIMEOUT) / 1000} s.${said(run.stderr)}`);
  if (run.code !== 0) throw fail(`failed (${run.signal ?? `exit code ${run.code}`}).${said(run.stderr)}`);
  return credentialOf(run.stdout, apiVersion, fail);
}

function credentialOf(
  stdout: string,
  apiVersion: string,
  fail: (why: string, next?: string, cause?: unknown) => ToolcribError,
): ExecCredential {
  let parsed: z.infer<typeof answer>;
  try {
    parsed = answer.parse(JSON.parse(stdout));
  } catch (cause) {
    // The answer itself is not shown: it may hold a good token.
    throw fail('answered with something that is no ExecCredential.', undefined, cause);
  }
  if (parsed.apiVersion !== apiVersion)
    throw fail(`answered in ${parsed.apiVersion}, and was asked in ${apiVersion}.`);
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = parsed.status;
  if (!token && !cert && !key) throw fail('gave neither a token nor a certificate.');
  if (Boolean(cert) !== Boolean(key))
    throw fail('gave a certificate without its key, or a key without its certificate.');
  const expiresAt = expirationTimestamp ? Date.parse(expirationTimestamp) : undefined;
  if (expiresAt !== undefined && Number.isNaN(expiresAt))
    throw fail('gave an expirationTimestamp that is no time.');
  return { token, cert, key, expiresAt };
}

/** spec.cluster of the question; `config` is the cluster's extension of the name that the protocol reserves. */
function clusterInfo({ cluster }: ContextConfig): Record<string, unknown> {
  const config = cluster.extensions.find(
    (item) => item.name === 'client.authentication.k8s.io/exec',
  )?.extension;
  return {
    server: cluster.server,
    'tls-server-name': cluster['tls-server-name'],
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'],
    'certificate-authority-data': cluster['certificate-authority-data'],
    'proxy-url': cluster['proxy-url'],
    'disable-compression': cluster['disable-compression'],
    ...(config === undefined ? {} : { config }),
  };
}

function relativeTo(folder: string, command: string): string {
  return command.startsWith('/') || /^[A-Za-z]:/.test(command) ? command : join(folder, command);
}

function said(stderr: string): string {
  const text = stderr.trim();
  return text === ''
    ? ' It said nothing.'
    : ` It said: ${text.length > 2000 ? `…${text.slice(-2000)}` : text}`;
}

type Run =
  | { error: Error }
  | { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string; timedOut: boolean };

function outputOf(
  command: string,
  args: string[],
  env: Record<string, string | undefined>,
  interactive: boolean,
  timeout: number,
): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeout);
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      stdout += part;
      if (stdout.length > MOST_OUTPUT) child.kill('SIGKILL');
    });
    child.stderr?.setEncoding('utf8').on('data', (part: string) => {
      stderr = (stderr + part).slice(-MOST_OUTPUT);
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ error });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout, stderr, timedOut });
    });
  });
}
