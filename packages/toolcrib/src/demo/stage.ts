import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childEnvironment, ToolcribError } from '@toolcrib/model';
import { ensureGuard, guardPid, stopGuard } from '../laptop/daemon.ts';
import { itself } from '../laptop/itself.ts';
import { turnOn } from '../laptop/on.ts';
import { pathsOf } from '../laptop/paths.ts';
import { shipped } from '../laptop/shipped.ts';
import { until } from './count.ts';

/** Where the demo plays: a sandbox cluster in a process of its own, a guard with a state folder of its own. */
export interface Stage {
  folder: string;
  direct: string;
  guarded: string;
  examples: string;
  /** What this demo's own toolcrib commands run with. */
  env: Record<string, string | undefined>;
  startCluster(): Promise<void>;
  startGuard(): Promise<void>;
  /** Ends cluster and guard as far as they were started, removes the folder. */
  strike(): Promise<void>;
  /** Leaves both up; returns how to end them. */
  leave(): string;
}

const POLICY = `# The demo's policy: nothing passes unasked that would leave a workload without Pods.
apiVersion: toolcrib.dev/v1alpha1
kind: GuardPolicy
spec:
  clusters:
    - {context: prod, mode: enforce}
`;

/** Makes the folder; nothing runs yet. What was begun of the rest is ended by `strike`, at whatever moment it comes. */
export function setStage(podStartMs: number): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-demo-'));
  const home = join(folder, 'home');
  mkdirSync(home, { mode: 0o700 });
  const direct = join(folder, 'prod.kubeconfig');
  const guarded = join(folder, 'guarded.kubeconfig');
  writeFileSync(join(home, 'guard.yaml'), POLICY);
  const env: Record<string, string | undefined> = { ...process.env, TOOLCRIB_HOME: home, KUBECONFIG: direct };
  const paths = pathsOf(env);
  const examples = join(folder, 'examples');
  let cluster: ChildProcess | undefined;
  let guard: Promise<unknown> | undefined;
  let struck = false;
  const standing = () => {
    if (struck) throw new Error('the demo was stopped');
  };
  return {
    folder,
    direct,
    guarded,
    examples,
    env,
    async startCluster() {
      standing();
      layExamples(examples);
      cluster = spawnCluster(folder, direct, podStartMs);
      await isUp(cluster, folder, direct);
    },
    async startGuard() {
      await turnOn(paths, env, 'bash');
      standing();
      guard = ensureGuard(paths, { env });
      await guard;
      // `on` leaves the choice of context to the person's own file; here there is one file for each way.
      const text = readFileSync(paths.kubeconfig, 'utf8');
      writeFileSync(guarded, `${text}current-context: prod\n`, { mode: 0o600 });
    },
    async strike() {
      struck = true;
      // A guard that is starting can't be found yet, and would outlive us.
      await guard?.catch(() => undefined);
      await stopGuard(paths);
      if (cluster) await ended(cluster);
      rmSync(folder, { recursive: true, force: true });
    },
    leave() {
      const pid = cluster?.pid;
      cluster?.unref();
      writeFileSync(join(folder, 'cluster.pid'), `${pid}\n`);
      const guardEnd = guardPid(paths);
      return `kill ${pid}${guardEnd === undefined ? '' : ` ${guardEnd}`}; sleep 2; rm -r ${folder}`;
    },
  };
}

function spawnCluster(folder: string, kubeconfig: string, podStartMs: number): ChildProcess {
  const log = openSync(join(folder, 'cluster.log'), 'a');
  const asked = ['sandbox', '--name', 'prod', '--kubeconfig', kubeconfig, '--pod-start', String(podStartMs)];
  const [program, args] = itself('command', asked);
  return spawn(program, args, {
    stdio: ['ignore', log, log],
    detached: true,
    env: childEnvironment(process.env),
  });
}

async function isUp(cluster: ChildProcess, folder: string, kubeconfig: string): Promise<void> {
  let exited = false;
  cluster.once('exit', () => {
    exited = true;
  });
  await until('the sandbox cluster is up', async () => exited || existsSync(kubeconfig), 20_000);
  if (exited) {
    const why = readFileSync(join(folder, 'cluster.log'), 'utf8').trim().split('\n').pop();
    throw new ToolcribError('missing-part', `The sandbox cluster could not be started: ${why}`);
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    // Who was left to itself counts again: the wait for its end must not end before it.
    child.ref();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 3000).unref();
  });
}

/** @throws ToolcribError `missing-part` where they did not ship */
function layExamples(folder: string): void {
  mkdirSync(folder);
  for (const name of ['kafka.yaml', 'shop.yaml'])
    writeFileSync(join(folder, name), shipped(`examples/${name}`));
}
