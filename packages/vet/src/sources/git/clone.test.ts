import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { makeRepository } from '../../testing/repository.ts';
import { cloneForReading } from './clone.ts';

const fixture = makeRepository(
  [
    { author: 'A <a@x>', at: 1_700_000_000, files: { 'a.txt': 'a' } },
    {
      author: 'A <a@x>',
      at: 1_700_000_100,
      files: { '.gitmodules': '[submodule "s"]\n\tpath = s\n\turl = ./s\n' },
    },
  ],
  [{ name: 'v1', commit: 0 }],
);
/** Clones lie here, so that what is left of one can be seen. */
const scratch = mkdtempSync(join(tmpdir(), 'clones-'));
const before = process.env.TMPDIR;
process.env.TMPDIR = scratch;
after(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  fixture.remove();
  rmSync(scratch, { recursive: true });
});

describe('a clone for reading', () => {
  it('is bare and whole, with nothing that runs, and goes when it is closed', async () => {
    const told: string[] = [];
    const { dir, close } = await cloneForReading(`file://${fixture.dir}`, {
      progress: (text) => told.push(text),
    });
    assert.deepEqual(told, [`cloning file://${fixture.dir}`]);
    for (const name of ['hooks', 'info', '.git', 'a.txt'])
      assert.equal(existsSync(join(dir, name)), false, name);
    assert.ok(existsSync(join(dir, 'HEAD')));
    assert.equal(fixture.git('--git-dir', dir, 'rev-parse', 'main'), fixture.git('rev-parse', 'main'));
    assert.equal(fixture.git('--git-dir', dir, 'tag'), 'v1\n');
    assert.equal(fixture.git('--git-dir', dir, 'rev-list', '--count', 'main').trim(), '2');
    await close();
    assert.deepEqual(readdirSync(scratch), []);
    await close();
  });

  it('is made by the git of the person, with their environment but for git’s own', async () => {
    const bin = mkdtempSync(join(tmpdir(), 'bin-'));
    const git = (script: string) =>
      writeFileSync(join(bin, 'git'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const set = { PATH: `${bin}:${process.env.PATH}`, SEEN: join(bin, 'seen'), GIT_SSH_COMMAND: 'touch x' };
    const were = { PATH: process.env.PATH };
    Object.assign(process.env, set);
    try {
      git('env > "$SEEN"; echo "warning: it is late" >&2; echo "no room" >&2; echo "be careful" >&2; exit 3');
      await assert.rejects(cloneForReading('file:///x'), {
        message: 'file:///x could not be cloned: no room',
      });
      const seen = readFileSync(set.SEEN, 'utf8').split('\n');
      assert.ok(seen.includes(`SEEN=${set.SEEN}`));
      assert.deepEqual(seen.filter((line) => line.startsWith('GIT_')).sort(), [
        'GIT_ALLOW_PROTOCOL=https:ssh:git:file',
        'GIT_CONFIG_GLOBAL=/dev/null',
        'GIT_CONFIG_NOSYSTEM=1',
        'GIT_TERMINAL_PROMPT=0',
      ]);
      git('kill -9 $$');
      await assert.rejects(cloneForReading('file:///x'), {
        message: 'file:///x could not be cloned: it was ended',
      });
    } finally {
      Object.assign(process.env, were);
      for (const name of ['SEEN', 'GIT_SSH_COMMAND']) delete process.env[name];
      rmSync(bin, { recursive: true });
    }
    assert.deepEqual(readdirSync(scratch), []);
  });

  it('shares no object file with what it was cloned from', async () => {
    const { dir, close } = await cloneForReading(fixture.dir);
    assert.equal(existsSync(join(dir, 'objects', 'info', 'alternates')), false);
    const packs = readdirSync(join(dir, 'objects', 'pack'));
    assert.ok(packs.length > 0);
    await close();
  });

  it('that fails says why in the first words of git, without the password, and leaves nothing', async () => {
    await assert.rejects(cloneForReading('file:///nowhere/at/all'), {
      code: 'unreachable',
      message:
        "file:///nowhere/at/all could not be cloned: fatal: '/nowhere/at/all' does not appear to be a git repository",
      next: 'clone it yourself and give the folder',
    });
    const secret = cloneForReading('https://me:secret@127.0.0.1:1/x');
    await assert.rejects(
      secret,
      (error: Error) => !error.message.includes('secret') && /^https:\/\/127/.test(error.message),
    );
    assert.deepEqual(readdirSync(scratch), []);
  });

  it('runs no program that an address names, and takes no address for an option', async () => {
    const mark = join(scratch, 'ran');
    await assert.rejects(cloneForReading(`ext::touch ${mark}`), /not allowed/);
    await assert.rejects(cloneForReading(`--upload-pack=touch ${mark}`), { code: 'unreachable' });
    assert.deepEqual(readdirSync(scratch), []);
  });

  it('takes nothing from the settings of the person, nor from those in the environment', async () => {
    const set = {
      GIT_DIR: '/nowhere',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'clone.rejectShallow',
      GIT_CONFIG_VALUE_0: 'nonsense',
      GIT_TRACE: join(scratch, 'trace'),
    };
    Object.assign(process.env, set);
    try {
      const { close } = await cloneForReading(`file://${fixture.dir}`);
      await close();
      assert.deepEqual(readdirSync(scratch), []);
    } finally {
      for (const name of Object.keys(set)) delete process.env[name];
    }
  });

  it('can be ended', async () => {
    const stop = AbortSignal.abort();
    await assert.rejects(cloneForReading(`file://${fixture.dir}`, { signal: stop }), {
      code: 'unreachable',
      message: /abort/i,
    });
    assert.deepEqual(readdirSync(scratch), []);
  });

  it('checks every object on arrival', async () => {
    const bad = makeRepository([{ author: 'A <a@x>', at: 1_700_000_000 }]);
    const tree = bad.git('rev-parse', 'main^{tree}').trim();
    // Two spaces where one belongs: git reads it, and fsck does not.
    const { execFileSync } = await import('node:child_process');
    const id = execFileSync(
      'git',
      ['-C', bad.dir, 'hash-object', '-t', 'commit', '-w', '--stdin', '--literally'],
      {
        input: `tree ${tree}\nauthor  <a@x> x +0000\ncommitter A <a@x> 5 +0000\n\nx\n`,
      },
    )
      .toString()
      .trim();
    bad.git('update-ref', 'refs/heads/main', id);
    await assert.rejects(cloneForReading(`file://${bad.dir}`), { code: 'unreachable' });
    bad.remove();
  });
});
