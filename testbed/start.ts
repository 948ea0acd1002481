import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensureBinary } from './build.ts';
import { TestbedError } from './errors.ts';

/** Aiko may do everything, Ben may edit the namespace "shop", Cho may look (not at Secrets). */
export type Person = 'aiko' | 'ben' | 'cho';

/** A running cluster, as its binary describes it. Paths are absolute. */
export type TestbedState = {
  readonly ready: true;
  readonly name: string;
  /** Of Kubernetes, such as "v1.35.4". */
  readonly version: string;
  /** https://127.0.0.1:port */
  readonly server: string;
  readonly pid: number;
  readonly data: string;
  readonly kubeconfigs: Readonly<Record<Person | 'admin', string>>;
  readonly auditLog: string;
  /** Holds a folder for each PersistentVolume, named as that is: the volume's data. */
  readonly volumes: string;
  /** PEM files: a server certificate for 127.0.0.1 and localhost, for a test's own webhook, and its CA. */
  readonly serving: { readonly ca: string; readonly cert: string; readonly key: string };
  /** That the start took, without a build. */
  readonly seconds: number;
};

export type Testbed = {
  /** Of an administrator (system:masters). */
  readonly kubeconfigPath: string;
  /** Kubeconfigs of people with different rights. */
  readonly persons: Readonly<Record<Person, string>>;
  /** JSON lines, audit.k8s.io/v1; a request's line is written before its answer. */
  readonly auditLogPath: string;
  readonly state: TestbedState;
  /** Ends every process and removes the data. May be called twice. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

export type TestbedOptions = {
  /** Of cluster and context in the kubeconfigs. Default "testbed". */
  name?: string;
  /** Default 3. */
  nodes?: number;
  /** How long containers of Jobs' Pods run, such as "500ms". Default 2s. */
  podRunFor?: string;
  /** How long containers take to stop after SIGTERM. Default 1s. */
  podStopAfter?: string;
  /** More flags of components: "kube-apiserver:--etcd-compaction-interval=5s". */
  flags?: readonly string[];
};

/** The binary's arguments for these options. */
export function startArguments(data: string, options: TestbedOptions): string[] {
  const args = ['start', '--data', data];
  if (options.name !== undefined) args.push('--name', options.name);
  if (options.nodes !== undefined) args.push('--nodes', String(options.nodes));
  if (options.podRunFor !== undefined) args.push('--pod-run-for', options.podRunFor);
  if (options.podStopAfter !== undefined) args.push('--pod-stop-after', options.podStopAfter);
  for (const flag of options.flags ?? []) args.push('--flag', flag);
  return args;
}

/**
 * Starts a private cluster for a test. It ends with this process, however that ends: the binary watches
 * a pipe that only this process holds open. It doesn't keep this process alive.
 * @throws {TestbedError} go-missing, go-too-old, build-failed, start-failed
 */
export async function startTestbed(options: TestbedOptions = {}): Promise<Testbed> {
  const binary = await ensureBinary((line) => process.stderr.write(`${line}\n`));
  const data = await mkdtemp(join(tmpdir(), 'toolcrib-testbed-'));
  const child = spawn(binary, [...startArguments(data, options), '--until-stdin-ends'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const state = await readState(child).catch(async (error) => {
    child.stdin.end();
    await ended;
    throw error;
  });
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr])
    (stream as unknown as { unref(): void }).unref();
  child.stderr.pipe(process.stderr, { end: false }); // a component that ends by itself must not go unseen
  const stop = async () => {
    child.ref();
    child.stdin.end();
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  const { aiko, ben, cho, admin } = state.kubeconfigs;
  return {
    kubeconfigPath: admin,
    persons: { aiko, ben, cho },
    auditLogPath: state.auditLog,
    state,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Resolves with the line that the binary prints when the cluster is ready. */
export async function readState(child: ChildProcess): Promise<TestbedState> {
  if (!child.stdout) throw new TypeError('the testbed needs a pipe as standard output');
  let problems = '';
  const collect = (text: Buffer) => {
    problems += text;
  };
  child.stderr?.on('data', collect);
  const failure = new Promise<never>((_, reject) => {
    child.once('error', (cause) =>
      reject(
        new TestbedError('start-failed', `The testbed could not be started: ${cause.message}`, { cause }),
      ),
    );
    child.once('close', (code, signal) =>
      reject(
        new TestbedError(
          'start-failed',
          `The testbed ended before it was ready (${signal ?? `exit ${code}`}).\n${problems.trim()}`,
        ),
      ),
    );
  });
  const lines = createInterface({ input: child.stdout });
  const first = new Promise<string>((resolve) => lines.once('line', resolve));
  try {
    const state: TestbedState = JSON.parse(await Promise.race([first, failure]));
    return state;
  } finally {
    lines.close();
    child.stderr?.off('data', collect);
    failure.catch(() => {});
  }
}
