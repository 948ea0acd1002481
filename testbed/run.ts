// npm run testbed: one cluster that stays until it is stopped. Tests start private ones: see start.ts.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBinary } from './build.ts';
import { TestbedError } from './errors.ts';
import { readState, startArguments, type TestbedState } from './start.ts';

const usage = `A real Kubernetes control plane on this machine, for tests. It needs Go.

  npm run testbed                  build it when needed and start it; the last line is the kubeconfig's path
  npm run testbed -- status        what runs; exit code 1 when nothing does
  npm run testbed -- stop          end it and remove its data

  --name NAME          one of several side by side (default: testbed)
  --nodes N            Nodes that run Pods (default: 3)
  --flag COMPONENT:F   one more flag for kube-apiserver, kube-controller-manager or kube-scheduler; repeatable
  -o, --output json    the state as one JSON line instead of the path
  -h, --help
`;

async function main(): Promise<number> {
  const { values, positionals } = parse();
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const name = values.name ?? 'testbed';
  if (!/^[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?$/.test(name)) {
    throw new TestbedError(
      'bad-usage',
      `--name ${name}: want 1 to 24 of a–z, 0–9 and "-" (it becomes part of a socket's path).`,
    );
  }
  const root = join(tmpdir(), `toolcrib-testbeds-${userInfo().uid}`);
  const data = join(root, name);
  const show = (state: TestbedState) =>
    process.stdout.write(`${values.output === 'json' ? JSON.stringify(state) : state.kubeconfigs.admin}\n`);
  const running = await ask(data);
  switch (positionals[0] ?? 'start') {
    case 'status':
      if (!running) {
        process.stdout.write(`testbed "${name}" is not running\n`);
        return 1;
      }
      if (values.output !== 'json') {
        process.stdout.write(
          `testbed "${name}" runs Kubernetes ${running.version} on ${running.server} (process ${running.pid})\n`,
        );
      }
      show(running);
      return 0;
    case 'stop':
      if (running) await stop(data);
      process.stdout.write(running ? `testbed "${name}" stopped\n` : `testbed "${name}" is not running\n`);
      return 0;
    case 'start': {
      if (running) process.stdout.write(`testbed "${name}" runs already\n`);
      const nodes = values.nodes === undefined ? undefined : Number(values.nodes);
      show(running ?? (await start(root, data, { name, nodes, flags: values.flag })));
      return 0;
    }
    default:
      throw new TestbedError('bad-usage', `There is no "${positionals[0]}".\n\n${usage}`);
  }
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        name: { type: 'string' },
        nodes: { type: 'string' },
        flag: { type: 'string', multiple: true },
        output: { type: 'string', short: 'o' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    throw new TestbedError('bad-usage', `${(cause as Error).message}\n\n${usage}`, { cause });
  }
}

type StartOptions = Parameters<typeof startArguments>[1];

async function start(root: string, data: string, options: StartOptions): Promise<TestbedState> {
  const binary = await ensureBinary((line) => process.stderr.write(`${line}\n`));
  await mkdir(root, { recursive: true, mode: 0o700 });
  if ((await stat(root)).uid !== userInfo().uid) {
    throw new TestbedError(
      'start-failed',
      `${root} belongs to somebody else. Remove it, or set TMPDIR to a folder of yours.`,
    );
  }
  // Not a pipe: the testbed lives longer than this process, and may have to say why it ends.
  const errorsPath = `${data}.err`;
  const errors = openSync(errorsPath, 'w', 0o600);
  const child = spawn(binary, startArguments(data, options), {
    detached: true,
    stdio: ['ignore', 'pipe', errors],
  });
  closeSync(errors);
  try {
    const state = await readState(child);
    process.stderr.write(
      `testbed "${state.name}": Kubernetes ${state.version} is ready after ${state.seconds} s\n`,
    );
    return state;
  } catch (cause) {
    const said = await readFile(errorsPath, 'utf8').catch(() => '');
    throw new TestbedError('start-failed', `${(cause as Error).message}${said.trim()}`, { cause });
  } finally {
    child.stdout?.destroy();
    child.unref();
  }
}

/** The state of the testbed in this folder, or undefined when none runs there. */
async function ask(data: string): Promise<TestbedState | undefined> {
  const answer = await say(data, 'status');
  return answer ? JSON.parse(answer) : undefined;
}

async function stop(data: string): Promise<void> {
  await say(data, 'stop'); // answered by closing, when everything has ended and the data is gone
  if (await ask(data))
    throw new TestbedError('stop-failed', `The testbed in ${data} still runs; its logs are there.`);
  await rm(`${data}.err`, { force: true });
}

function say(data: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(join(data, 'control.sock'));
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${request}\n`));
    socket.on('data', (text) => {
      answer += text;
    });
    socket.on('close', () => resolve(answer.trim()));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const nobody = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET'].includes(error.code ?? '');
      nobody ? resolve('') : reject(error);
    });
  });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (!(error instanceof TestbedError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.code === 'bad-usage' ? 2 : 1;
  },
);
