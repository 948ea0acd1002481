import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ToolcribError } from '../../model/index.ts';
import { ensureGuard, inheritedOptions, stopGuard } from '../daemon.ts';
import { turnOn } from '../on.ts';
import { pathsOf } from '../paths.ts';
import { until } from './count.ts';

/** Where the demo plays: a sandbox cluster in a process of its own, a guard with a state folder of its own. */
export interface Stage {
  folder: string;
  direct: string;
  guarded: string;
  examples: string;
  /** What this demo's own toolcrib commands run with. */
  env: Record<string, string | undefined>;
  startGuard(): Promise<void>;
  /** Ends cluster and guard, removes the folder. */
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

export async function setStage(podStartMs: number): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-demo-'));
  const home = join(folder, 'home');
  mkdirSync(home, { mode: 0o700 });
  const direct = join(folder, 'prod.kubeconfig');
  const guarded = join(folder, 'guarded.kubeconfig');
  writeFileSync(join(home, 'guard.yaml'), POLICY);
  const env: Record<string, string | undefined> = { ...process.env, TOOLCRIB_HOME: home, KUBECONFIG: direct };
  const paths = pathsOf(env);
  const cluster = await startCluster(folder, direct, podStartMs);
  cpSync(findExamples(), join(folder, 'examples'), { recursive: true });
  return {
    folder,
    direct,
    guarded,
    examples: join(folder, 'examples'),
    env,
    async startGuard() {
      await turnOn(paths, env, 'bash');
      await ensureGuard(paths, { env });
      // `on` leaves the choice of context to the person's own file; here there is one file for each way.
      const text = readFileSync(paths.kubeconfig, 'utf8');
      writeFileSync(guarded, `${text}current-context: prod\n`, { mode: 0o600 });
    },
    async strike() {
      await stopGuard(paths);
      await ended(cluster);
      rmSync(folder, { recursive: true, force: true });
    },
    leave() {
      cluster.unref();
      writeFileSync(join(folder, 'cluster.pid'), `${cluster.pid}\n`);
      return `kill ${cluster.pid}; TOOLCRIB_HOME=${home} toolcrib uninstall --purge --yes; rm -r ${folder}`;
    },
  };
}

async function startCluster(folder: string, kubeconfig: string, podStartMs: number): Promise<ChildProcess> {
  const log = openSync(join(folder, 'cluster.log'), 'a');
  const main = fileURLToPath(new URL(`../../cli/main${extname(import.meta.url)}`, import.meta.url));
  const args = ['sandbox', '--name', 'prod', '--kubeconfig', kubeconfig, '--pod-start', String(podStartMs)];
  const cluster = spawn(process.execPath, [...inheritedOptions(process.execArgv), main, ...args], {
    stdio: ['ignore', log, log],
    detached: true,
  });
  let exited = false;
  cluster.once('exit', () => {
    exited = true;
  });
  await until('the sandbox cluster is up', async () => exited || existsSync(kubeconfig), 20_000);
  if (exited) {
    const why = readFileSync(join(folder, 'cluster.log'), 'utf8').trim().split('\n').pop();
    throw new ToolcribError('missing-part', `The sandbox cluster could not be started: ${why}`);
  }
  return cluster;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 3000).unref();
  });
}

/** In a clone at its root; in the published package beside its own files. */
function findExamples(): string {
  for (const place of ['../../../../../examples', '../../../examples']) {
    const folder = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(join(folder, 'kafka.yaml'))) return folder;
  }
  throw new ToolcribError('missing-part', 'The folder examples/ is not there.');
}
