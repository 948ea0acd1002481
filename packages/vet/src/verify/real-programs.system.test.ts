/**
 * Against the real programs of the distribution, both ways: what they sign passes here, what was changed fails here and
 * there. Needs: minisign, openssh-client (ssh-keygen), gnupg, git, coreutils, debian-archive-keyring and apt's lists.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runVerify } from './command.ts';
import type { NamedSigner } from './named-signers.ts';

let folder: string;
const at = (name: string) => join(folder, name);
const env = () => ({ ...process.env, GNUPGHOME: at('gnupg'), HOME: folder, GIT_CONFIG_NOSYSTEM: '1' });

function program(name: string, ...args: string[]): string {
  return execFileSync(name, args, {
    cwd: folder,
    env: env(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Whether the program itself accepts it. */
function accepts(name: string, args: string[], input?: Uint8Array): boolean {
  try {
    execFileSync(name, args, {
      cwd: folder,
      env: env(),
      stdio: [input ? 'pipe' : 'ignore', 'ignore', 'ignore'],
      ...(input && { input }),
    });
    return true;
  } catch {
    return false;
  }
}

interface Signed {
  signature?: string;
  checksums?: string;
  by?: NamedSigner;
}
const ssh = (allowedSigners: string, principal: string): NamedSigner => ({
  by: 'ssh',
  allowedSigners: at(allowedSigners),
  principal,
});
const ring = (name: string): NamedSigner => ({ by: 'openpgp', keyring: at(name) });
const key = (name: string): NamedSigner => ({ by: 'key', key: at(name) });

/** @param of a file, or a tag of the clone */
async function verdict(of: string | { tag: string }, { signature, checksums, by }: Signed): Promise<string> {
  const { verdict, code } = await runVerify({
    artefact: typeof of === 'string' ? { file: at(of) } : { clone: at('clone'), tag: of.tag },
    ...(signature === undefined ? {} : { proof: { signature: at(signature) } }),
    ...(checksums === undefined ? {} : { checksums: at(checksums) }),
    signers: by === undefined ? [] : [by],
  });
  return `${verdict} ${code}`;
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'programs-'));
  mkdirSync(at('gnupg'), { mode: 0o700 });
  writeFileSync(at('tool'), 'a tool, as released\n');
  writeFileSync(at('changed'), 'a tool, as  released\n');
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe('minisign', () => {
  it('agrees with the program, prehashed and legacy', async () => {
    program('minisign', '-G', '-W', '-p', 'k.pub', '-s', 'k.sec');
    program('minisign', '-G', '-W', '-p', 'other.pub', '-s', 'other.sec');
    for (const form of [[], ['-l']]) {
      program('minisign', '-S', ...form, '-s', 'k.sec', '-m', 'tool', '-x', 'tool.minisig');
      assert.equal(await verdict('tool', { signature: 'tool.minisig', by: key('k.pub') }), 'pass verified');
      assert.equal(
        await verdict('changed', { signature: 'tool.minisig', by: key('k.pub') }),
        'fail signature-invalid',
      );
      assert.equal(
        await verdict('tool', { signature: 'tool.minisig', by: key('other.pub') }),
        'unknown unknown-key',
      );
      const bent = readFileSync(at('tool.minisig'), 'utf8').replace('timestamp:1', 'timestamp:2');
      writeFileSync(at('bent.minisig'), bent);
      assert.equal(
        await verdict('tool', { signature: 'bent.minisig', by: key('k.pub') }),
        'fail signature-invalid',
      );
      const theirs = (file: string, signature: string, key: string) =>
        accepts('minisign', ['-V', '-p', key, '-m', file, '-x', signature]);
      assert.ok(theirs('tool', 'tool.minisig', 'k.pub'));
      assert.ok(!theirs('changed', 'tool.minisig', 'k.pub'));
      assert.ok(!theirs('tool', 'tool.minisig', 'other.pub'));
      assert.ok(!theirs('tool', 'bent.minisig', 'k.pub'));
    }
  });
});

describe('ssh-keygen', () => {
  for (const type of ['ed25519', 'ecdsa', 'rsa']) {
    it(`agrees with the program: ${type}`, async () => {
      program('ssh-keygen', '-q', '-t', type, '-N', '', '-f', `id_${type}`);
      writeFileSync(
        at('allowed'),
        `*@acme.example,!eve@acme.example namespaces="file,git" ${readFileSync(at(`id_${type}.pub`), 'utf8')}`,
      );
      rmSync(at('tool.sig'), { force: true });
      program('ssh-keygen', '-q', '-Y', 'sign', '-n', 'file', '-f', `id_${type}`, 'tool');
      for (const [who, file, ours] of [
        ['me@acme.example', 'tool', 'pass verified'],
        ['eve@acme.example', 'tool', 'fail other-identity'],
        ['me@acme.example', 'changed', 'fail signature-invalid'],
      ] as const) {
        const options = { signature: 'tool.sig', by: ssh('allowed', who) };
        assert.equal(await verdict(file, options), ours, who);
        const args = ['-Y', 'verify', '-n', 'file', '-f', 'allowed', '-I', who, '-s', 'tool.sig'];
        assert.equal(accepts('ssh-keygen', args, readFileSync(at(file))), ours.startsWith('pass'), who);
      }
      rmSync(at('tool.sig'));
      program('ssh-keygen', '-q', '-Y', 'sign', '-n', 'email', '-f', `id_${type}`, 'tool');
      const options = { signature: 'tool.sig', by: ssh('allowed', 'me@acme.example') };
      assert.equal(await verdict('tool', options), 'fail other-subject');
    });
  }
});

describe('gpg', () => {
  before(() => {
    program(
      'gpg',
      '-q',
      '--batch',
      '--passphrase',
      '',
      '--quick-gen-key',
      'Tool <tool@acme.example>',
      'ed25519',
      'sign',
      'never',
    );
    writeFileSync(at('ring.gpg'), execFileSync('gpg', ['--export'], { env: env() }));
    program(
      'gpg',
      '-q',
      '--batch',
      '--passphrase',
      '',
      '--quick-gen-key',
      'Old <old@acme.example>',
      'rsa2048',
      'sign',
      'never',
    );
    writeFileSync(at('both.gpg'), execFileSync('gpg', ['--export'], { env: env() }));
  });

  it('agrees with the program: armored, binary, another key', async () => {
    program('gpg', '-q', '--batch', '-u', 'tool@acme.example', '-ab', '-o', 'tool.asc', 'tool');
    program('gpg', '-q', '--batch', '-u', 'tool@acme.example', '-b', '-o', 'tool.gpg', 'tool');
    program('gpg', '-q', '--batch', '-u', 'old@acme.example', '-b', '-o', 'rsa.gpg', 'tool');
    for (const signature of ['tool.asc', 'tool.gpg']) {
      assert.equal(await verdict('tool', { signature, by: ring('ring.gpg') }), 'pass verified');
      assert.equal(await verdict('changed', { signature, by: ring('ring.gpg') }), 'fail signature-invalid');
    }
    assert.equal(
      await verdict('tool', { signature: 'rsa.gpg', by: ring('ring.gpg') }),
      'unknown unknown-key',
    );
    assert.equal(await verdict('tool', { signature: 'rsa.gpg', by: ring('both.gpg') }), 'pass verified');
    assert.ok(
      accepts('gpg', ['--verify', 'tool.asc', 'tool']) &&
        !accepts('gpg', ['--verify', 'tool.asc', 'changed']),
    );
  });

  it('takes a signed checksum file for the artefact it names, and an unsigned one only for integrity', async () => {
    writeFileSync(at('SUMS'), program('sha256sum', 'tool'));
    assert.equal(await verdict('tool', { checksums: 'SUMS' }), 'unknown integrity-only');
    program('gpg', '-q', '--batch', '-u', 'tool@acme.example', '-ab', '-o', 'SUMS.asc', 'SUMS');
    program('gpg', '-q', '--batch', '-u', 'tool@acme.example', '--clearsign', '-o', 'SUMS.clear', 'SUMS');
    const by = ring('ring.gpg');
    assert.equal(await verdict('tool', { checksums: 'SUMS', signature: 'SUMS.asc', by }), 'pass verified');
    assert.equal(await verdict('tool', { checksums: 'SUMS.clear', by }), 'pass verified');
    writeFileSync(at('BAD'), readFileSync(at('SUMS'), 'utf8').replace(/^../, '00'));
    assert.equal(
      await verdict('tool', { checksums: 'BAD', signature: 'SUMS.asc', by }),
      'fail signature-invalid',
    );
    assert.equal(
      await verdict('changed', { checksums: 'SUMS', signature: 'SUMS.asc', by }),
      'unknown nothing-to-verify',
    );
    for (const form of [['--tag'], []]) {
      writeFileSync(at('B2'), program('b2sum', ...form, 'tool'));
      assert.equal(await verdict('tool', { checksums: 'B2' }), 'unknown integrity-only');
    }
  });

  it('verifies signed tags of git, by their own name only', async () => {
    program('git', 'init', '-q', 'clone');
    const git = (...args: string[]) =>
      program('git', '-C', 'clone', '-c', 'user.name=T', '-c', 'user.email=tool@acme.example', ...args);
    git('commit', '-q', '--allow-empty', '-m', 'one');
    git('tag', '-s', '-u', 'tool@acme.example', '-m', 'one', 'v1');
    git('-c', 'gpg.format=ssh', '-c', `user.signingkey=${at('id_ed25519')}`, 'tag', '-s', '-m', 'two', 'v2');
    git('tag', '-a', '-m', 'plain', 'v3');
    git('update-ref', 'refs/tags/v9', 'refs/tags/v1');
    // The tag's object with one letter of its message changed, under its own name.
    const bent = git('cat-file', 'tag', 'v1').replace('\n\none', '\n\nOne').replace('tag v1\n', 'tag v4\n');
    writeFileSync(at('bent-tag'), bent);
    git('update-ref', 'refs/tags/v4', git('hash-object', '-t', 'tag', '-w', at('bent-tag')).trim());
    const line = `me@acme.example ${readFileSync(at('id_ed25519.pub'), 'utf8')}`;
    writeFileSync(at('allowed'), line);
    const pgp = ring('ring.gpg');
    const format = ['-c', 'gpg.ssh.allowedSignersFile=../allowed'];
    const theirs = (tag: string) => accepts('git', ['-C', 'clone', ...format, 'verify-tag', tag]);
    for (const [tag, by, ours] of [
      ['v1', pgp, 'pass verified'],
      ['v2', ssh('allowed', 'me@acme.example'), 'pass verified'],
      ['v3', pgp, 'unknown nothing-to-verify'],
      ['v4', pgp, 'fail signature-invalid'],
    ] as const) {
      assert.equal(await verdict({ tag }, { by }), ours, tag);
      assert.equal(theirs(tag), ours.startsWith('pass'), tag);
    }
    // Under a name of another tag it is none of that name; git looks at the signature alone.
    assert.equal(await verdict({ tag: 'v9' }, { by: pgp }), 'fail other-subject');
    assert.ok(theirs('v9'));
  });

  it('takes a revoked key for revoked, as the program does, also where an older copy stands before it', async () => {
    program('gpg', '-q', '--batch', '-u', 'tool@acme.example', '-ab', '-o', 'revoked.asc', 'tool');
    writeFileSync(at('KEYS'), program('gpg', '--armor', '--export', 'tool@acme.example'));
    const [file = ''] = readdirSync(at('gnupg/openpgp-revocs.d')).filter((name) =>
      name.startsWith(fingerprint()),
    );
    // gpg keeps it with a colon before the armor, so that nobody imports it by accident.
    const certificate = readFileSync(at(`gnupg/openpgp-revocs.d/${file}`), 'utf8').replace(
      ':-----BEGIN',
      '-----BEGIN',
    );
    writeFileSync(at('tool.rev'), certificate.slice(certificate.indexOf('-----BEGIN')));
    const signed = { signature: 'revoked.asc' };
    assert.equal(await verdict('tool', { ...signed, by: ring('KEYS') }), 'pass verified');
    program('gpg', '-q', '--batch', '--import', 'tool.rev');
    const now = program('gpg', '--armor', '--export', 'tool@acme.example');
    for (const [name, after] of [
      ['newer copy', now],
      ['certificate', readFileSync(at('tool.rev'), 'utf8')],
    ]) {
      writeFileSync(at('BOTH'), `${readFileSync(at('KEYS'), 'utf8')}${after}`);
      assert.equal(await verdict('tool', { ...signed, by: ring('BOTH') }), 'fail key-revoked', name);
    }
    assert.match(status('revoked.asc', 'tool'), /^\[GNUPG:\] REVKEYSIG /m);
  });

  const fingerprint = () =>
    /^fpr:+([0-9A-F]+):/m.exec(program('gpg', '--with-colons', '-k', 'tool@acme.example'))?.[1] ?? 'none';
  const status = (signature: string, name: string) =>
    spawnSync('gpg', ['--status-fd', '1', '--verify', signature, name], {
      cwd: folder,
      env: env(),
      encoding: 'utf8',
    }).stdout;
});

describe("Debian's InRelease", () => {
  it('passes with the archive key ring, and fails with one changed line', async () => {
    const lists = '/var/lib/apt/lists';
    const name = readdirSync(lists).find((file) => file.endsWith('_InRelease'));
    assert.ok(name, 'no InRelease in apt\'s lists: run "apt-get update"');
    const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
    const by: NamedSigner = { by: 'openpgp', keyring };
    const original = readFileSync(join(lists, name), 'utf8');
    writeFileSync(at('InRelease'), original);
    assert.equal(await verdict('InRelease', { signature: 'InRelease', by }), 'pass verified');
    assert.ok(accepts('gpgv', ['--keyring', keyring, 'InRelease']));

    writeFileSync(at('bent'), original.replace(/^Codename: .*$/m, 'Codename: forky'));
    assert.equal(await verdict('bent', { signature: 'bent', by }), 'fail signature-invalid');
    assert.ok(!accepts('gpgv', ['--keyring', keyring, 'bent']));

    writeFileSync(at('before'), `Codename: forky\n${original}`);
    assert.equal((await verdict('before', { signature: 'before', by })).split(' ')[0], 'unknown');
    writeFileSync(at('after'), `${original}Codename: forky\n`);
    assert.equal(await verdict('after', { signature: 'after', by }), 'fail signature-invalid');
    assert.equal(
      await verdict('InRelease', { signature: 'InRelease', by: ring('ring.gpg') }),
      'unknown unknown-key',
    );
  });
});
