import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadKey, openJournal } from '@toolcrib/guard/journal';
import { builtInRules } from '@toolcrib/guard/policy/policy';
import type { Hold, Journal, Mode } from '@toolcrib/model';
import { parse, stringify } from 'yaml';
import type { GuardLimits } from '../compose/guard.ts';
import { type GuardClient, guardClient } from '../laptop/api/client.ts';
import { answers } from '../laptop/daemon.ts';
import { type Paths, pathsOf } from '../laptop/paths.ts';
import { CLI, COMPILED, LIMITED, launch, MAIN, NODE, type Outcome, type Running } from './programs.ts';

/**
 * One cluster under several context names, one for each mode, so that one guard serves every case; `limited` is
 * another person's, in enforce mode.
 * @param admin kubeconfig with one context
 * @param limited the same of a person whose rights RBAC gives
 */
export function inAllModes(admin: string, limited: string): string {
  const [config, other] = [admin, limited].map((text) => parse(text) as OneContext);
  const [context, user] = [config?.contexts[0]?.context, other?.users[0]?.user];
  const contexts = ['enforce', 'warn', 'observe'].map((name) => ({ name, context }));
  return stringify({
    ...config,
    users: [...(config?.users ?? []), { name: 'limited', user }],
    contexts: [...contexts, { name: 'limited', context: { ...context, user: 'limited' } }],
    'current-context': 'enforce',
  });
}

interface OneContext {
  contexts: { name: string; context: object }[];
  users: { name: string; user: object }[];
}

export interface PolicyOptions {
  waitSeconds?: number;
  /** Milliseconds are too fine for it: minutes. */
  windowMinutes?: number;
  exceptNamespaces?: string[];
  /** These and no others; absent: the built-in ones. */
  rules?: readonly { name: string; when: string; then: string; reason?: string }[];
}

/** `guard.yaml` for {@link inAllModes}. */
export function policyText({ waitSeconds = 30, windowMinutes = 30, ...more }: PolicyOptions = {}): string {
  const modes: [string, Mode][] = [
    ['enforce', 'enforce'],
    ['limited', 'enforce'],
    ['warn', 'warn'],
    ['observe', 'observe'],
  ];
  return stringify({
    apiVersion: 'toolcrib.dev/v1alpha1',
    kind: 'GuardPolicy',
    spec: {
      clusters: modes.map(([context, mode]) => ({
        context,
        mode,
        ...(more.exceptNamespaces ? { exceptNamespaces: more.exceptNamespaces } : {}),
      })),
      ...(more.rules ? { rules: more.rules, disable: builtInRules.map(({ name }) => name) } : {}),
      hold: { waitSeconds, passSeconds: 60 },
      soften: { windowMinutes },
    },
  });
}

export interface GuardHome {
  folder: string;
  paths: Paths;
  env: Record<string, string>;
  /** The person's own kubeconfig. */
  direct: string;
  /** Rewrites `guard.yaml`; it counts from the next request on. */
  policy(options: PolicyOptions | string): void;
  /**
   * Starts a real guard process, and waits until it says that it is up.
   * @param largestFile in KiB: a disk that is full from there on (RLIMIT_FSIZE)
   * @param limits others than usual
   */
  start(largestFile?: number, limits?: GuardLimits): Promise<RunningGuard>;
  /** The command line itself, as a process, with this home's environment. */
  cli(...args: string[]): Promise<Outcome>;
  launch(program: string, args: string[], more?: { kubeconfig?: string; input?: string }): Running;
  /** The journal, opened by the test with the key that lies there. */
  journal(): Journal;
  remove(): void;
}

export interface RunningGuard {
  pid: number;
  port: number;
  /** The guarded kubeconfig with a current context. */
  kubeconfig(context: string): string;
  token(context: string): string;
  ca: string;
  api: GuardClient;
  log(): string;
  /** Waits for the end, which somebody else has asked for. */
  exited(): Promise<Outcome>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  stop(): Promise<Outcome | undefined>;
}

/** A person's home with a kubeconfig and a policy, for real guard processes. Nothing of the machine's own user is read. */
export function guardHome(kubeconfig: string, policy: PolicyOptions | string = {}): GuardHome {
  const folder = mkdtempSync(join(tmpdir(), 'tc-g-'));
  const own = join(folder, 'toolcrib');
  mkdirSync(own, { mode: 0o700 });
  const direct = join(folder, 'kubeconfig');
  writeFileSync(direct, kubeconfig, { mode: 0o600 });
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    TOOLCRIB_HOME: own,
    KUBECONFIG: direct,
    SHELL: '/bin/bash',
    NO_COLOR: '1',
    // kubectl and helm live for a blink: what their garbage collector tidies up is gone anyway, and is a fifth of their work.
    GOGC: 'off',
    // Tests start the same programs dozens of times: half of a start's work is compiling.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? COMPILED,
  };
  const paths = pathsOf(env, folder);
  const home: GuardHome = {
    folder,
    paths,
    env,
    direct,
    policy: (options) =>
      writeFileSync(paths.policy, typeof options === 'string' ? options : policyText(options)),
    start: (largestFile, limits) => startGuard(home, largestFile, limits),
    cli: (...args) => launch(process.execPath, [...NODE, CLI, ...args], { env }).done,
    launch: (program, args, { kubeconfig: file, input } = {}) =>
      launch(program, args, { env: file ? { ...env, KUBECONFIG: file } : env, input }),
    journal: () =>
      openJournal({
        folder: paths.journal,
        key: loadKey({ folder: paths.journal, env }),
        clock: { now: Date.now, after: () => () => undefined },
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  home.policy(policy);
  return home;
}

async function startGuard(
  home: GuardHome,
  largestFile?: number,
  limits?: GuardLimits,
): Promise<RunningGuard> {
  const { paths } = home;
  const env = limits ? { ...home.env, GUARD_LIMITS: JSON.stringify(limits) } : home.env;
  const main = limits ? LIMITED : MAIN;
  // Ignored, the signal of a file that is too large becomes an error of the write, as on a full disk.
  const limit = `trap '' XFSZ; ulimit -f ${(largestFile ?? 0) * 2}; exec "$@"`;
  const [program = '', ...args] =
    largestFile === undefined
      ? [process.execPath, ...NODE, main]
      : ['/bin/sh', '-c', limit, 'sh', process.execPath, ...NODE, main];
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      text += chunk;
    });
  }
  const end = Date.now() + 600_000;
  while (!(await answers(paths.socket))) {
    if (ended(child) || Date.now() > end) {
      child.kill('SIGKILL');
      throw new Error(`the guard did not start:\n${text}`);
    }
    await pause(20);
  }
  const written = parse(readFileSync(paths.kubeconfig, 'utf8')) as Written;
  const api = guardClient(paths.socket);
  const { port } = await api.status();
  return {
    pid: child.pid ?? 0,
    port,
    api,
    ca: Buffer.from(written.clusters[0]?.cluster['certificate-authority-data'] ?? '', 'base64').toString(),
    token: (context) =>
      written.users.find(({ name }) => name === `toolcrib:${context}`)?.user.token ?? assertNever(context),
    kubeconfig(context) {
      const file = join(home.folder, `guarded-${context}`);
      writeFileSync(file, stringify({ ...written, 'current-context': context }), { mode: 0o600 });
      return file;
    },
    log: () => text,
    async exited() {
      if (!ended(child)) await once(child, 'exit');
      return { code: child.exitCode ?? 1, stdout: '', stderr: text };
    },
    async kill() {
      if (ended(child)) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
    async stop() {
      if (ended(child)) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = await exit;
      return { code: code ?? 1, stdout: '', stderr: text };
    },
  };
}

interface Written {
  clusters: { cluster: Record<string, string> }[];
  users: { name: string; user: { token: string } }[];
}

function assertNever(context: string): never {
  throw new Error(`there is no token for ${context}`);
}

function ended(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** The one hold that fits, once it is there. */
export async function heldOnce(
  guard: RunningGuard,
  fits: (hold: Hold) => boolean,
  limit = 180_000,
): Promise<Hold> {
  const end = Date.now() + limit;
  for (;;) {
    const found = (await guard.api.holds()).filter((hold) => hold.state === 'open').find(fits);
    if (found) return found;
    if (Date.now() > end) throw new Error(`nothing was held within ${limit / 1000} s:\n${guard.log()}`);
    await pause(30);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
