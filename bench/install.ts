/**
 * What a person gets and waits for: sizes of each way to install, and how long the first commands take.
 *
 * Whole processes, from start to exit, in turn with a Node that does nothing: the median of the differences. The executable and
 * the packs are made by this run, of these sources. A real kubectl stands beside; k9s where `K9S` names one.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { childEnvironment } from '@toolcrib/model';
import { realClients } from '@toolcrib/sandbox';
import { makeExecutables } from '../scripts/binary/make.ts';
import { nodeFor, thisPlatform } from '../scripts/binary/nodes.ts';
import type { Figure } from './run.ts';

const RUNS = 31;
const NODES = join('node_modules', '.cache', 'nodes');

export default async function bench(): Promise<Figure[]> {
  // Sockets lie below it, whose paths have a limit.
  const folder = mkdtempSync(join(tmpdir(), 'tci-'));
  try {
    const program = join(folder, 'toolcrib');
    await makeExecutables([thisPlatform()], () => program, NODES);
    const { kubectl } = await realClients();
    return [...sizes(folder, program, kubectl), ...(await starts(folder, program, kubectl))];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const mb = (bytes: number) => Math.round(bytes / 1e5) / 10;
const figure = (
  name: string,
  value: number,
  unit: string,
  beside: { name: string; value: number } | undefined,
  more: { goal?: string; met?: boolean } = {},
): Figure => ({
  name,
  value,
  unit,
  ...(beside ? { beside, ratio: Math.round((100 * value) / beside.value) / 100 } : {}),
  ...more,
});

function sizes(folder: string, program: string, kubectl: string): Figure[] {
  const packed = (file: string): number => {
    const { stdout } = spawnSync('sh', ['-c', `xz -6 -T0 -c "$1" | wc -c`, 'sh', file], { encoding: 'utf8' });
    return mb(Number(stdout));
  };
  const { K9S } = process.env;
  const whole = mb(statSync(program).size);
  const others = [kubectl, ...(K9S ? [K9S] : [])].map((file) => ({
    name: file === kubectl ? 'kubectl' : 'k9s',
    value: mb(statSync(file).size),
  }));
  const xz = packed(program);
  const npm = globalInstall(folder);
  return [
    ...others.map((other) => figure('executable', whole, 'MB', other)),
    figure(
      'executable, as xz',
      xz,
      'MB',
      { name: 'kubectl as xz', value: packed(kubectl) },
      goal(xz, 45, 'MB'),
    ),
    figure('npm install --global', npm.size, 'MB', undefined, goal(npm.size, 60, 'MB')),
    figure('npm install --global, from a warm cache', npm.seconds, 's', undefined),
  ];
}

const goal = (value: number, most: number, unit: string) => ({
  goal: `≤ ${most} ${unit}`,
  met: value <= most,
});

/** Of the pack that this tree gives, into an empty prefix. */
function globalInstall(folder: string): { size: number; seconds: number } {
  execFileSync(process.execPath, ['scripts/build.ts'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [pack] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: join('packages', 'toolcrib'),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as { filename: string }[];
  const install = (prefix: string) => {
    const from = performance.now();
    const args = ['install', '--global', '--prefix', prefix, '--prefer-offline', '--no-audit', '--no-fund'];
    execFileSync('npm', [...args, join(folder, pack?.filename ?? '')], { stdio: 'ignore' });
    return Math.round((performance.now() - from) / 100) / 10;
  };
  install(join(folder, 'first'));
  const prefix = join(folder, 'second');
  const seconds = install(prefix);
  const du = execFileSync('du', ['-sb', '--apparent-size', prefix], { encoding: 'utf8' });
  return { size: mb(Number.parseInt(du, 10)), seconds };
}

async function starts(folder: string, program: string, kubectl: string): Promise<Figure[]> {
  const home = join(folder, 'home');
  mkdirSync(home);
  const kubeconfig = join(home, 'config');
  const env = {
    ...childEnvironment(process.env),
    HOME: home,
    TOOLCRIB_HOME: join(home, 'state'),
    KUBECONFIG: kubeconfig,
    PATH: `${dirname(kubectl)}${delimiter}${process.env.PATH ?? ''}`,
  };
  const ms = (command: string, args: readonly string[]) => {
    const from = performance.now();
    execFileSync(command, args, { env, stdio: 'ignore' });
    return performance.now() - from;
  };
  const demo = Math.round(ms(program, ['demo']) / 100) / 10;
  const cluster = spawn(program, ['sandbox', '--kubeconfig', kubeconfig], { env });
  await once(cluster.stdout, 'data');
  const on = ms(program, ['on']);
  actUnder(env, kubectl, program);
  execFileSync(program, ['guard', 'stop'], { env, stdio: 'ignore' });

  const nothing = join(folder, 'nothing.js');
  writeFileSync(nothing, '');
  const node = nodeFor(thisPlatform(), NODES);
  const commands = {
    node: [node, nothing],
    version: [program, '--version'],
    log: [program, 'log'],
    kubectl: [kubectl, 'version', '--client'],
  } as const;
  const times: Record<keyof typeof commands, number[]> = { node: [], version: [], log: [], kubectl: [] };
  for (let run = 0; run < RUNS; run++)
    for (const [name, [command, ...args]] of Object.entries(commands))
      times[name as keyof typeof commands].push(ms(command, args));
  cluster.kill();
  await once(cluster, 'exit');

  const over = (name: keyof typeof commands) =>
    Math.round(median(times[name].map((time, run) => time - (times.node[run] ?? 0))));
  const bare = { name: 'a Node that does nothing', value: Math.round(median(times.node)) };
  const typed = { name: 'kubectl version --client', value: Math.round(median(times.kubectl)) };
  return [
    figure(
      'toolcrib --version, over bare Node',
      over('version'),
      'ms',
      undefined,
      goal(over('version'), 15, 'ms'),
    ),
    figure('toolcrib log, over bare Node', over('log'), 'ms', undefined, goal(over('log'), 70, 'ms')),
    figure('toolcrib --version', Math.round(median(times.version)), 'ms', bare),
    figure('toolcrib log', Math.round(median(times.log)), 'ms', typed),
    figure('toolcrib on, which starts the guard', Math.round(on), 'ms', undefined),
    figure('toolcrib demo, whole', demo, 's', undefined),
  ];
}

/** One act for the log, as people make one. */
function actUnder(env: Record<string, string | undefined>, kubectl: string, program: string): void {
  const told = execFileSync(program, ['on', '-o', 'json'], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { variables } = JSON.parse(told) as { variables: Record<string, string> };
  const guarded = { ...env, ...variables };
  for (const args of [
    ['create', 'deployment', 'web', '--image=web:1'],
    ['delete', 'deployment', 'web'],
  ])
    execFileSync(kubectl, args, { env: guarded, stdio: 'ignore' });
  if (!readFileSync(variables.KUBECONFIG ?? '', 'utf8').includes('127.0.0.1'))
    throw new Error('not through the guard');
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
