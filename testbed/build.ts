// Builds the Go binaries once for each state of their sources and keeps them outside of the repository.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { constants, homedir, setPriority, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { TestbedError } from './errors.ts';
import { lockBuild } from './lock.ts';

const sources = import.meta.dirname;
const keepUnusedDays = 14;

/** A program of this Go module. */
interface Program {
  name: string;
  /** What is built: a package of the module. */
  package: string;
  /** Whether a Go file (its path within the module) belongs to it. Another one's change builds nothing anew. */
  has(file: string): boolean;
  what: string;
}

const testbed: Program = {
  name: 'testbed',
  package: '.',
  has: (file) => !file.startsWith('referee'),
  what: 'the control plane',
};

const referee: Program = {
  name: 'referee',
  package: './referee',
  has: (file) => file.startsWith('referee'),
  what: "the referee from the API server's own handlers",
};

/**
 * The path of the testbed's binary, built when there is none for these sources, this Go and this machine.
 * @param say gets a line when a build begins and ends; the first one takes minutes.
 * @throws {TestbedError} go-missing, go-too-old, build-failed
 */
export function ensureBinary(say: (line: string) => void): Promise<string> {
  return ensure(testbed, say);
}

/** The path of the program that says how the API server reads a request (referee/). Otherwise as {@link ensureBinary}. */
export function ensureReferee(say: (line: string) => void): Promise<string> {
  return ensure(referee, say);
}

async function ensure(program: Program, say: (line: string) => void): Promise<string> {
  const { name } = program;
  const goMod = await readFile(join(sources, 'go.mod'), 'utf8');
  const go = await goVersion(goMod);
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'toolcrib', name);
  const folder = join(cache, await sourceHash(go, program));
  const binary = join(folder, name);
  if (await exists(binary)) {
    await utimes(folder, new Date(), new Date());
    return binary;
  }
  await mkdir(cache, { recursive: true });
  const release = await lockBuild(`${folder}.lock`, say);
  try {
    if (await exists(binary)) return binary; // somebody else built it meanwhile
    say(`${name}: building ${program.what} with ${go}; the first time this takes minutes …`);
    const began = Date.now();
    // Built beside the folder: what is there is whole, and nothing is there after a failure.
    const unfinished = `${folder}.new`;
    await rm(unfinished, { recursive: true, force: true });
    try {
      await build(goMod, program, join(unfinished, name));
      await rm(folder, { recursive: true, force: true });
      await rename(unfinished, folder);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    say(`${name}: built in ${((Date.now() - began) / 1000).toFixed(0)} s`);
    await forgetUnused(cache, folder);
    return binary;
  } finally {
    release();
  }
}

/** Of the Go that is installed, such as "go1.26.8 linux/amd64". A newer toolchain is never downloaded. */
async function goVersion(goMod: string): Promise<string> {
  const wanted = /^go (\d+)\.(\d+)/m.exec(goMod);
  if (!wanted) throw new TestbedError('build-failed', `${join(sources, 'go.mod')} has no "go" line.`);
  const minimum = `${wanted[1]}.${wanted[2]}`;
  const next = `Install Go ${minimum} or newer (your system's package, or https://go.dev/dl) and run this again; "npm test" does not need it.`;
  let text: string;
  try {
    const { stdout } = await promisify(execFile)('go', ['version'], {
      cwd: tmpdir(),
      env: { ...process.env, GOTOOLCHAIN: 'local' },
    });
    text = stdout;
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const what = missing
      ? 'There is no "go" on the PATH.'
      : `"go version" failed: ${(cause as Error).message}`;
    throw new TestbedError(
      'go-missing',
      `${what} The testbed is built from Kubernetes' Go modules. ${next}`,
      { cause },
    );
  }
  const found = /go(\d+)\.(\d+)\S* \S+/.exec(text);
  const tooOld =
    !found ||
    Number(found[1]) < Number(wanted[1]) ||
    (Number(found[1]) === Number(wanted[1]) && Number(found[2]) < Number(wanted[2]));
  if (tooOld) {
    throw new TestbedError(
      'go-too-old',
      `This Go is too old: ${text.trim()}. Kubernetes' modules need ${minimum}. ${next}`,
    );
  }
  return found[0];
}

async function sourceHash(go: string, program: Program): Promise<string> {
  const hash = createHash('sha256').update(go).update('\0');
  const files = (await readdir(sources, { recursive: true, withFileTypes: true }))
    .filter(
      (entry) =>
        entry.isFile() && /(^go\.(mod|sum)|\.go)$/.test(entry.name) && !entry.name.endsWith('_test.go'),
    )
    .map((entry) => relative(sources, join(entry.parentPath, entry.name)))
    .filter((file) => !file.endsWith('.go') || program.has(file))
    .sort();
  for (const file of files) {
    hash
      .update(file)
      .update('\0')
      .update(await readFile(join(sources, file)))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

async function build(goMod: string, program: Program, output: string): Promise<void> {
  const version = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\S+)/.exec(goMod);
  if (!version) throw new TestbedError('build-failed', 'go.mod does not name k8s.io/kubernetes.');
  // As in a release: what the server answers on /version, and what the components call themselves.
  const stamps = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((name) => [
    `-X ${name}.gitVersion=${version[1]}`,
    `-X ${name}.gitMajor=${version[2]}`,
    `-X ${name}.gitMinor=${version[3]}`,
    `-X ${name}.gitTreeState=clean`,
  ]);
  // -trimpath also makes Go's build cache independent of where the modules lie.
  const args = [
    'build',
    '-trimpath',
    '-buildvcs=false',
    '-ldflags',
    `-s -w ${stamps.join(' ')}`,
    '-o',
    output,
    program.package,
  ];
  const child = spawn('go', args, {
    cwd: sources,
    env: { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '', GOWORK: 'off' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // Minutes on all cores: leave the machine usable. (The compilers it starts inherit this.)
  if (child.pid) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  let problems = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    problems = (problems + text).slice(-4000);
  });
  const code = await new Promise<number | null>((done, fail) =>
    child.once('error', fail).once('close', done),
  );
  if (code !== 0) {
    const lines = problems.split('\n').filter((line) => !line.startsWith('go: downloading'));
    throw new TestbedError(
      'build-failed',
      `"go build" in ${sources} failed (exit ${code}). The modules come from GOPROXY; is it reachable?\n${lines.join('\n').trim()}`,
    );
  }
}

/** A binary is 120 MB. A running one survives its removal. */
async function forgetUnused(cache: string, current: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const folder = join(cache, name);
    if (folder === current || dirname(folder) !== cache) continue;
    const { mtimeMs } = await stat(folder);
    if (Date.now() - mtimeMs > keepUnusedDays * 86_400_000)
      await rm(folder, { recursive: true, force: true });
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
