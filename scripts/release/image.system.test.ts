// The image, by skopeo, umoci and chroot; and the SBOM, by toolcrib's own judgement.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { descriptionOf } from './description.ts';
import { oci } from './kinds/oci.ts';
import { sbom } from './kinds/sbom.ts';
import { makeRelease } from './make.ts';
import { CLI, folder, LICENCES, ROOT } from './testing/stand-ins.ts';

const { version } = descriptionOf(ROOT);
const AT = new Date('2026-11-02T03:04:05Z');
const run = (command: string, args: string[], cwd: string) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

test('the image is a layout that skopeo and umoci read, and Node runs on what is in it, as nobody', async () => {
  const executables = join(folder, 'node');
  mkdirSync(executables);
  copyFileSync(process.execPath, join(executables, 'toolcrib-linux-x64'));
  const at = join(folder, 'image');
  await makeRelease({ root: ROOT, kinds: [oci], executables, folder: at, at: AT, licences: LICENCES });
  const file = join(at, `toolcrib-${version}-image.tar`);
  const seen = JSON.parse(run('skopeo', ['inspect', `oci-archive:${file}`], at));
  assert.deepEqual(
    [seen.Architecture, seen.Os, seen.Layers.length, seen.Created],
    ['amd64', 'linux', 2, '2026-11-02T03:04:05Z'],
  );
  const { config } = JSON.parse(run('skopeo', ['inspect', '--config', `oci-archive:${file}`], at));
  assert.deepEqual([config.User, config.Entrypoint], ['65532:65532', ['/usr/bin/toolcrib']]);
  mkdirSync(join(at, 'layout'));
  run('tar', ['-xf', file, '-C', join(at, 'layout')], at);
  const rootless = process.getuid?.() === 0 ? [] : ['--rootless'];
  run(
    'umoci',
    ['unpack', ...rootless, '--image', `${join(at, 'layout')}:${version}`, join(at, 'bundle')],
    at,
  );
  const root = join(at, 'bundle', 'rootfs');
  const inside = ['--userspec=65532:65532', root, '/usr/bin/toolcrib'];
  const chroot = process.getuid?.() === 0 ? ['chroot'] : ['sudo', 'chroot'];
  const [command = '', ...rest] = [...chroot, ...inside];
  const script =
    'console.log(process.getuid(), require("fs").readFileSync(process.env.SSL_CERT_FILE).length > 1e5)';
  const env = {
    HOME: '/home/toolcrib',
    SSL_CERT_FILE: '/etc/ssl/certs/ca-certificates.crt',
    PATH: process.env.PATH,
  };
  assert.equal(
    execFileSync(command, [...rest, '-e', script], { encoding: 'utf8', env }).trim(),
    '65532 true',
  );
  assert.equal(existsSync(join(root, 'bin/sh')), false);
});

test('the SBOM of the executables keeps to its schema, has all that NTIA asks for, and names Node and what it has in it', async () => {
  const executables = join(folder, 'node');
  const at = join(folder, 'sbom');
  const [name = ''] = (
    await makeRelease({ root: ROOT, kinds: [sbom], executables, folder: at, at: AT, licences: LICENCES })
  ).keys();
  const { stdout } = spawnSync(process.execPath, [...CLI, 'vet', 'sbom', name], {
    cwd: at,
    encoding: 'utf8',
  });
  assert.match(stdout, /schema +valid\n[\s\S]*elements +all of/);
  const { components } = JSON.parse(readFileSync(join(at, name), 'utf8'));
  const versionOf = (one: string) => components.find(({ name }: { name: string }) => name === one)?.version;
  assert.deepEqual(
    [versionOf('node'), versionOf('openssl'), versionOf('sqlite')],
    [process.versions.node, process.versions.openssl, process.versions.sqlite],
  );
  for (const one of ['zod', 'openpgp', 'spdx-license-list', 'cyclonedx-library'])
    assert.ok(versionOf(one), one);
});
