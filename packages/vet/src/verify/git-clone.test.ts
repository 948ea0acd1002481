import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runVerify } from './command.ts';
import { sshKey } from './testing/keys.ts';

let folder: string;
let target: string;
const key = sshKey();
const clone = () => join(folder, 'clone');

function git(input: Uint8Array | string, ...args: string[]): string {
  const env = { ...process.env, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  return execFileSync('git', ['-C', clone(), ...args], { env, input, encoding: 'utf8' }).trim();
}

/** Puts a signed tag object into the clone, whatever it names. */
function putTag(name: string, object: string, type = 'commit'): void {
  const payload = `object ${object}\ntype ${type}\ntag ${name}\ntagger Me <me@acme.example> 1780000000 +0000\n\nx\n`;
  const tag = Buffer.concat([Buffer.from(payload), key.sign(Buffer.from(payload), 'git')]);
  const id = git(tag, 'hash-object', '-t', 'tag', '-w', '--stdin', '--literally');
  git('', 'update-ref', `refs/tags/${name}`, id);
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'git-clone-'));
  execFileSync('git', ['init', '-q', clone()]);
  writeFileSync(join(folder, 'allowed'), `me@acme.example ${key.line}\n`);
  target = git(
    '',
    '-c',
    'user.name=T',
    '-c',
    'user.email=t@acme.example',
    'commit-tree',
    '-m',
    'x',
    git('', 'mktree'),
  );
});
after(() => rmSync(folder, { recursive: true }));

describe('a signed tag of a clone', () => {
  const verify = async (tag: string, purl?: string): Promise<string> => {
    const found = await runVerify({
      artefact: { clone: clone(), tag },
      signers: [{ by: 'ssh', allowedSigners: join(folder, 'allowed'), principal: 'me@acme.example' }],
      purl,
    });
    return `${found.verdict} ${found.code}`;
  };

  it('passes for the version it is called, and fails for any other', async () => {
    putTag('v1.0', target);
    assert.equal(await verify('v1.0'), 'pass verified');
    assert.equal(await verify('v1.0', 'pkg:github/acme/tool@v1.0'), 'pass verified');
    assert.equal(await verify('v1.0', 'pkg:github/acme/tool@v9.9.9'), 'fail other-subject');
    putTag('lib/v1.0', target);
    assert.equal(await verify('lib/v1.0', 'pkg:github/acme/tool@v1.0'), 'unknown provenance-undecided');
  });

  it('is not taken for missing where the folder is no repository, or not there', async () => {
    for (const [at, why] of [
      [folder, /not a git repository/],
      [join(folder, 'nowhere'), /cannot change to/],
    ] as const)
      await assert.rejects(runVerify({ artefact: { clone: at, tag: 'v1.0' }, signers: [] }), {
        code: 'not-found',
        message: why,
      });
    await assert.rejects(verify('v0.0'), { code: 'not-found', message: /has no annotated tag v0\.0/ });
    const { PATH } = process.env;
    process.env.PATH = folder;
    try {
      await assert.rejects(verify('v1.0'), { code: 'missing-part', message: /git is not installed/ });
    } finally {
      process.env.PATH = PATH;
    }
  });

  it('decides nothing where the clone does not hold what it is of', async () => {
    putTag('v2.0', 'a'.repeat(40));
    assert.equal(await verify('v2.0'), 'unknown nothing-to-verify');
    putTag('v3.0', target, 'tree');
    assert.equal(await verify('v3.0'), 'unknown nothing-to-verify');
  });
});
