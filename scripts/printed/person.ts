// Somebody who types what our pages print: a home of his own, a cluster, and beside it what the pages speak of.
import { execFile, execFileSync } from 'node:child_process';
import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type RunningSandbox, realClients, startSandbox } from '@toolcrib/sandbox';
import { servedRelease } from './release.ts';
import { openShell, type Shell } from './shell.ts';

export interface Person {
  home: string;
  cluster: RunningSandbox;
  shell: Shell;
  /** kubectl past the guard, with the person's own kubeconfig. */
  direct(...args: string[]): Promise<string>;
  /** A program in his PATH that does nothing but these lines of sh. */
  program(name: string, script: string): void;
  /** In his home: `rel` is relative to it. */
  write(rel: string, text: string | Uint8Array): string;
  /** One more version of k9s, where it is cloned from. */
  released(tag: string): void;
  close(): Promise<void>;
}

/**
 * @param start how `toolcrib` is started here: a program and its first arguments
 * @param root of this repository, for the policies and examples that the pages name
 */
export async function aPerson(start: readonly string[], root: string): Promise<Person> {
  const home = mkdtempSync(join(tmpdir(), 'tc-p-'));
  const bin = join(home, 'bin');
  const { kubectl } = await realClients();
  const write = (rel: string, text: string | Uint8Array) => {
    mkdirSync(dirname(join(home, rel)), { recursive: true });
    writeFileSync(join(home, rel), text);
    return join(home, rel);
  };
  const program = (name: string, script: string) =>
    chmodSync(write(`bin/${name}`, `#!/bin/sh\n${script}\n`), 0o755);
  program('toolcrib', `exec ${start.map((word) => `'${word}'`).join(' ')} "$@"`);
  cpSync(kubectl, join(bin, 'kubectl'));
  cpSync(join(root, 'policies'), join(home, 'policies'), { recursive: true });
  toVerify(write);
  const released = repositories(home, write);
  const release = await servedRelease();
  write('.curlrc', release.curlrc);
  const cluster = await startSandbox({ name: 'prod-eu', podStartMs: 20 });
  const kubeconfig = write('.kube/config', cluster.kubeconfig());
  chmodSync(kubeconfig, 0o600);
  const env = {
    PATH: [bin, dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
    HOME: home,
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    ...(process.env.NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE } : {}),
  };
  const shell = openShell(join(home, 'said'), home, env);
  return {
    home,
    cluster,
    shell,
    // The cluster is in this very process, so nobody may block it.
    direct: async (...args) =>
      (await promisify(execFile)(kubectl, args, { env: { ...env, KUBECONFIG: kubeconfig } })).stdout,
    program,
    write,
    released,
    async close() {
      await shell.close();
      await cluster.close();
      await release.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A file with a signature of minisign's form over it, made by the form's own description and none of our code. */
function toVerify(write: Person['write']): void {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const id = Buffer.from('0102030405060708', 'hex');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const file = Buffer.from('what somebody released\n');
  const signature = sign(null, createHash('blake2b512').update(file).digest(), key);
  const trusted = 'timestamp:1796083200\tfile:tool.tar.gz\thashed';
  const over = sign(null, Buffer.concat([signature, Buffer.from(trusted)]), key);
  const base64 = (...parts: Uint8Array[]) => Buffer.concat(parts).toString('base64');
  write('tool.tar.gz', file);
  write('acme.pub', `untrusted comment: acme\n${base64(Buffer.from('Ed'), id, raw)}\n`);
  write(
    'tool.tar.gz.minisig',
    `untrusted comment: by acme\n${base64(Buffer.from('ED'), id, signature)}\ntrusted comment: ${trusted}\n${base64(over)}\n`,
  );
}

/**
 * What stands in for repositories at GitHub, which git is told to read instead; `path/to/clone` is a clone of one.
 * @returns what makes one more version of k9s
 */
function repositories(home: string, write: Person['write']): (tag: string) => void {
  const git = (folder: string, ...args: string[]) =>
    execFileSync('git', ['-C', join(home, folder), ...args], {
      env: { PATH: process.env.PATH, HOME: home },
      stdio: 'pipe',
    });
  write(
    '.gitconfig',
    `[user]
  name = Aiko
  email = aiko@acme.example
[init]
  defaultBranch = main
[url "file://${home}/upstream/"]
  insteadOf = https://github.com/
`,
  );
  const release = (name: string, tag: string) => {
    const folder = `upstream/${name}`;
    write(`${folder}/README.md`, `# A tool\nIn its version ${tag}.\n`);
    git(folder, 'init', '--quiet');
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '-m', `Fix what ${tag} fixes`);
    git(folder, 'tag', '-a', tag, '-m', tag);
  };
  for (const tag of ['v0.50.0', 'v0.51.0']) release('derailed/k9s', tag);
  for (const tag of ['v1.0.0', 'v2.0.0']) release('acme/other', tag);
  git('', 'clone', '--quiet', '--bare', 'https://github.com/acme/other', join(home, 'other.git'));
  git('', 'clone', '--quiet', 'https://github.com/derailed/k9s', join(home, 'path/to/clone'));
  git('', 'clone', '--quiet', '--bare', 'https://github.com/derailed/k9s', join(home, 'my-own-clone.git'));
  return (tag) => release('derailed/k9s', tag);
}
