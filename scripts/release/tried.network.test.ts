// What package managers do with a release: krew with its own validation, mise by its http backend and by its reader of aqua's registry. The release
// lies on a server of this test; krew and mise themselves come from the Go module proxy and the npm registry.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { realClients } from '@toolcrib/sandbox';
import { descriptionOf } from './description.ts';
import { KINDS } from './kinds/index.ts';
import { makeRelease } from './make.ts';
import { folder, LICENCES, ROOT, standIns } from './testing/stand-ins.ts';

const { version } = descriptionOf(ROOT);
const out = join(folder, `v${version}`);
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url ?? '');
  try {
    response.end(readFileSync(join(folder, request.url ?? '')));
  } catch {
    response.writeHead(404).end();
  }
});
/** Without blocking: the server is this process. */
const run = async (
  command: string,
  args: string[],
  env: Record<string, string | undefined> = {},
  cwd = folder,
) => (await promisify(execFile)(command, args, { cwd, env: { ...process.env, ...env } })).stdout;

before(async () => {
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  await makeRelease({
    root: ROOT,
    kinds: KINDS.filter(({ name }) => ['archives', 'krew', 'aqua', 'mise', 'checksums'].includes(name)),
    executables: standIns(version),
    folder: out,
    at: new Date('2026-11-02T03:04:05Z'),
    licences: LICENCES,
    downloads: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v${version}`,
  });
});
after(() => server.close());

test('krew takes the manifest, and installs it for every platform; kubectl finds the command', async () => {
  const bin = join(folder, 'go');
  const tools = ['krew', 'validate-krew-manifest'].map((name) => `sigs.k8s.io/krew/cmd/${name}@v0.4.3`);
  await run('go', ['install', ...tools], { GOBIN: bin });
  symlinkSync(join(bin, 'krew'), join(bin, 'kubectl-krew'));
  const { kubectl } = await realClients();
  const KREW_ROOT = join(folder, 'krew');
  const env = {
    PATH: [bin, dirname(kubectl), join(KREW_ROOT, 'bin'), process.env.PATH].join(':'),
    KREW_ROOT,
  };
  const manifest = join(out, 'krew', 'toolcrib.yaml');
  // It looks for the licence among what was installed, too.
  await run(join(bin, 'validate-krew-manifest'), ['-manifest', manifest], env);
  for (const platform of ['linux-x64', 'linux-arm64'])
    assert.ok(asked.includes(`/v${version}/toolcrib-${version}-${platform}.tar.gz`), platform);
  assert.equal(
    asked.some((path) => path.includes('darwin')),
    false,
    'unsigned, it would not start',
  );
  await run('kubectl', ['krew', 'install', '--manifest', manifest], env);
  assert.equal((await run('kubectl', ['toolcrib', '--version'], env)).trim(), version);
  // A digest that is not the file's is refused.
  const wrong = join(folder, 'toolcrib.yaml');
  writeFileSync(
    wrong,
    readFileSync(manifest, 'utf8').replaceAll(/sha256: \w{64}/g, `sha256: ${'0'.repeat(64)}`),
  );
  await assert.rejects(
    run('kubectl', ['krew', 'install', '--manifest', wrong], { ...env, KREW_ROOT: join(folder, 'other') }),
  );
});

test('mise installs it: by the lines for its mise.toml, and as aqua’s registry describes it', async () => {
  const at = join(folder, 'mise');
  mkdirSync(at);
  execFileSync(
    'npm',
    [
      'install',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      '--prefix',
      at,
      '@jdxcode/mise-linux-x64@2026.9.15',
    ],
    { stdio: 'pipe' },
  );
  const mise = join(at, 'node_modules', '@jdxcode', 'mise-linux-x64', 'bin', 'mise');
  const env = {
    MISE_YES: '1',
    MISE_DATA_DIR: join(at, 'data'),
    MISE_CACHE_DIR: join(at, 'cache'),
    MISE_CONFIG_DIR: join(at, 'config'),
    MISE_STATE_DIR: join(at, 'state'),
    MISE_AQUA_REGISTRY_URL: `file://${join(out, 'aqua')}`,
    // Nobody else is asked.
    HTTPS_PROXY: 'http://127.0.0.1:9',
  };
  const project = join(at, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'mise.toml'), readFileSync(join(out, 'mise', 'mise.toml')));
  await run(mise, ['trust'], env, project);
  await run(mise, ['install'], env, project);
  assert.equal((await run(mise, ['exec', '--', 'toolcrib', '--version'], env, project)).trim(), version);
  asked.length = 0;
  const tool = `aqua:toolcrib/toolcrib@${version}`;
  assert.equal((await run(mise, ['exec', tool, '--', 'toolcrib', '--version'], env)).trim(), version);
  assert.deepEqual(asked.toSorted(), [
    `/v${version}/SHA256SUMS`,
    `/v${version}/toolcrib-${version}-linux-x64.tar.gz`,
  ]);
});
