// A real control plane, a real guard, and a terminal where `on` was evaluated by a real shell. Who goes round the guard is told
// by the API server: the person's credential plugin gives one user's certificate to the guard and another's to everybody else.
import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { CLI } from '../../packages/toolcrib/src/testing/programs.ts';
import { type GuardHome, guardHome } from '../../packages/toolcrib/src/testing/running-guard.ts';
import { startTestbed } from '../../testbed/start.ts';

export interface Outcome {
  code: number;
  output: string;
}

/** What a terminal's programs find in their environment. */
export type TerminalEnv = Record<string, string>;

export interface Stage {
  home: GuardHome;
  /** `on`, evaluated by bash in a session of its own. @param kubeconfig what stood there before */
  terminal(kubeconfig?: string): Promise<TerminalEnv>;
  run(env: TerminalEnv, program: string, args: readonly string[], timeout?: number): Promise<Outcome>;
  /** As the administrator, past everything. */
  admin(...args: string[]): Promise<Outcome>;
  /** The audit log's end now. */
  mark(): Promise<number>;
  /** What the API server got since then. */
  since(mark: number, namespace: string): Promise<Seen>;
  /** The person's file for another cluster user, as somebody else's: for a second terminal. */
  otherFile: string;
  close(): Promise<void>;
}

interface Seen {
  /** Requests of the guard for a client, in this namespace. */
  through: number;
  /** Of those, deletes. */
  deletes: number;
  /** Requests that did not come from the guard, anywhere. */
  round: number;
  /** Users of the requests in this namespace. */
  users: Set<string>;
}

const INSIDE = 'aiko';
const OUTSIDE = 'ben';

export async function openStage(kubectl: string): Promise<Stage> {
  const testbed = await startTestbed();
  const read = (path: string) => readFile(path, 'utf8').then(parse);
  const [admin, inside, outside] = await Promise.all(
    [testbed.kubeconfigPath, testbed.persons.aiko, testbed.persons.ben].map(read),
  );
  const home = guardHome('{}', 'apiVersion: toolcrib.dev/v1alpha1\nkind: GuardPolicy\nspec: {}\n');
  const credential = (config: typeof admin) => {
    const { user } = config.users[0];
    const pem = (name: string) => Buffer.from(user[name], 'base64').toString();
    return JSON.stringify({
      apiVersion: 'client.authentication.k8s.io/v1beta1',
      kind: 'ExecCredential',
      status: {
        clientCertificateData: pem('client-certificate-data'),
        clientKeyData: pem('client-key-data'),
      },
    });
  };
  const plugin = join(home.folder, 'credentials');
  await writeFile(`${plugin}.${INSIDE}`, credential(inside), { mode: 0o600 });
  await writeFile(`${plugin}.${OUTSIDE}`, credential(outside), { mode: 0o600 });
  await writeFile(
    plugin,
    `#!/bin/sh\nif tr '\\0' ' ' </proc/$PPID/cmdline | grep -q guard-main; then exec cat ${plugin}.${INSIDE}; fi\nexec cat ${plugin}.${OUTSIDE}\n`,
  );
  await chmod(plugin, 0o755);
  const exec = { apiVersion: 'client.authentication.k8s.io/v1beta1', command: plugin };
  const theirs = (more: object) =>
    stringify({ ...admin, users: [{ name: admin.users[0].name, user: { exec, ...more } }] });
  await writeFile(home.direct, theirs({}));
  const otherFile = join(home.folder, 'other');
  // The same names, as another person of the cluster.
  await writeFile(otherFile, theirs({ as: 'cho' }));

  const run: Stage['run'] = (env, program, args, timeout = 120_000) =>
    new Promise((resolve) => {
      execFile(
        program,
        args,
        { env, timeout, maxBuffer: 1 << 26, cwd: home.folder },
        (error, stdout, stderr) =>
          resolve({
            code: error ? (typeof error.code === 'number' ? error.code : 1) : 0,
            output: stdout + stderr,
          }),
      );
    });

  return {
    home,
    otherFile,
    run,
    async terminal(kubeconfig = home.direct) {
      const on = `${process.execPath} --conditions=toolcrib-source --no-warnings ${CLI} on --shell bash`;
      const { code, output } = await run({ ...home.env, KUBECONFIG: kubeconfig }, 'setsid', [
        '--wait',
        'bash',
        '-c',
        `eval "$(${on} 2>/dev/null)" && env -0`,
      ]);
      if (code !== 0) throw new Error(`on: ${output}`);
      const pairs = output.split('\0').filter(Boolean);
      return Object.fromEntries(
        pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
      );
    },
    admin: (...args) => run({ ...home.env, KUBECONFIG: testbed.kubeconfigPath }, kubectl, args),
    mark: async () => (await readFile(testbed.auditLogPath)).length,
    async since(mark, namespace) {
      const text = (await readFile(testbed.auditLogPath)).subarray(mark).toString();
      const lines = text
        .split('\n')
        .filter(Boolean)
        .map((line): AuditLine => JSON.parse(line));
      const by = (name: string) => lines.filter(({ user }) => user.username === name);
      const own = by(INSIDE).filter(
        ({ objectRef, userAgent }) =>
          objectRef?.namespace === namespace && !userAgent?.startsWith('toolcrib'),
      );
      return {
        through: own.length,
        deletes: own.filter(({ verb }) => verb.startsWith('delete')).length,
        round: by(OUTSIDE).length,
        users: new Set(own.map(({ user, impersonatedUser }) => (impersonatedUser ?? user).username)),
      };
    },
    async close() {
      await home.cli('guard', 'stop');
      home.remove();
      await testbed.stop();
    },
  };
}

interface AuditLine {
  verb: string;
  user: { username: string };
  impersonatedUser?: { username: string };
  userAgent?: string;
  objectRef?: { namespace?: string };
}
