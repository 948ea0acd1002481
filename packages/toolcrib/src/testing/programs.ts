import { type ChildProcess, execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a program said and how it ended. `code` 128 + n for a signal. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** A program under way; `done` never rejects. */
export interface Running {
  pid: number;
  done: Promise<Outcome>;
  signal(name: NodeJS.Signals): void;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * A program of ours as tests start it: out of the bundle where the test runner has made one of this very tree. A start costs
 * less than half from there.
 * @param path under `src/`, without its ending
 */
function program(path: string): string {
  const { TOOLCRIB_TEST_BUNDLE: bundle = '' } = process.env;
  // A copy of the tree with a planted fault may be tested by a test of the tree: its programs are its own.
  return `${dirname(bundle)}/` === here('../../') ? join(bundle, `${path}.js`) : here(`../${path}.ts`);
}

export const NODE = ['--conditions=toolcrib-source', '--no-warnings'];
export const MAIN = program('compose/guard-main');
export const LIMITED = program('testing/limited-guard');
export const CLI = program('faces/cli/main');

/** What Node has compiled once, where the runner says nothing else. */
export const COMPILED = here('../../../../node_modules/.cache/tests-compiled');

/** Runs a program with this environment and nothing else. */
export function launch(
  program: string,
  args: string[],
  { env, input = '' }: { env: Record<string, string>; input?: string },
): Running {
  let child: ChildProcess | undefined;
  const done = new Promise<Outcome>((resolve) => {
    child = execFile(
      program,
      args,
      { env, maxBuffer: 1 << 26, timeout: 600_000 },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
        resolve({ code, stdout, stderr });
      },
    );
    // A program that ends without reading closes the pipe.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
  return { pid: child?.pid ?? 0, done, signal: (name) => void child?.kill(name) };
}
