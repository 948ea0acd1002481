import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { makeRepository } from '../../testing/repository.ts';
import { GitFailure, gitStream, startGit, textOf } from './run-git.ts';

const fixture = makeRepository([{ author: 'A <a@x>', at: 1_700_000_000, files: { a: 'x' } }]);
after(() => fixture.remove());
const text = (...args: string[]) => textOf(gitStream(fixture.dir, args));

/** What a child would inherit, for as long as `run` takes. */
async function having(variables: Record<string, string>, run: () => Promise<void>): Promise<void> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    await run();
  } finally {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  }
}

describe('what git prints', () => {
  it('is what it prints of that directory', async () => {
    assert.equal(await text('rev-parse', 'main'), fixture.git('rev-parse', 'main'));
    assert.equal(await text('rev-parse', '--git-dir'), `${fixture.dir}\n`);
    assert.equal(await text('cat-file', '--batch'), '', 'it is told nothing more, and waits for nothing');
  });

  it('is a failure in its own words, after the last byte, where it does not end well', async () => {
    const seen: string[] = [];
    const reading = async () => {
      for await (const bytes of gitStream(fixture.dir, ['rev-parse', 'main', 'nowhere']))
        seen.push(bytes.toString());
    };
    await assert.rejects(
      reading,
      (error) =>
        error instanceof GitFailure &&
        /^git rev-parse: fatal: ambiguous argument 'nowhere'[^\n]*$/.test(error.message),
    );
    assert.match(seen.join(''), /^[0-9a-f]{40}\n/);
    await assert.rejects(text('cat-file', '-e', '0'.repeat(40)), { message: 'git cat-file: 1' });
  });

  it('is read up to a limit', async () => {
    const printed = async function* (...sizes: number[]) {
      for (const size of sizes) yield Buffer.alloc(size, 'x');
    };
    assert.equal(await textOf(printed(4, 6), 10), 'x'.repeat(10));
    await assert.rejects(textOf(printed(4, 7), 10), (error) => error instanceof GitFailure);
    const mib = 1024 * 1024;
    assert.equal((await textOf(printed(16 * mib))).length, 16 * mib);
    await assert.rejects(textOf(printed(16 * mib, 1)), { message: 'git printed more than 16777216 bytes' });
  });

  it('depends on nothing that is inherited', async () => {
    const inherited = {
      GIT_DIR: '/nonexistent',
      GIT_CONFIG_PARAMETERS: "'user.name=evil'",
      GIT_TRACE: '1',
      GIT_NO_LAZY_FETCH: '0',
      LC_ALL: 'C',
      TZ: 'Asia/Tokyo',
      HOME: '/nonexistent',
    };
    await having(inherited, async () => {
      assert.equal(
        await text('log', '-1', '--date=local', '--format=%ad', 'main'),
        'Tue Nov 14 22:13:20 2023\n',
      );
      await assert.rejects(text('config', 'user.name'), GitFailure);
      const shown = '-c alias.shown=!env shown'.split(/ (?=alias|shown$)/);
      const child = Object.fromEntries(
        (await text(...shown)).split('\n').map((line) => [line.split('=')[0], line.split('=')[1]]),
      );
      const { GIT_NO_LAZY_FETCH, GIT_TERMINAL_PROMPT, GIT_NO_REPLACE_OBJECTS, GIT_OPTIONAL_LOCKS } = child;
      assert.deepEqual(
        [GIT_NO_LAZY_FETCH, GIT_TERMINAL_PROMPT, GIT_NO_REPLACE_OBJECTS, GIT_OPTIONAL_LOCKS, child.GIT_TRACE],
        ['1', '0', '1', '0', undefined],
      );
      assert.deepEqual(
        [child.GIT_CONFIG_NOSYSTEM, child.GIT_CONFIG_GLOBAL, child.GIT_ATTR_NOSYSTEM, child.GIT_PAGER],
        ['1', '/dev/null', '1', 'cat'],
      );
    });
  });

  it('is asked for in vain where there is no git, and that is said', async () => {
    await having({ PATH: '/nonexistent' }, async () => {
      await assert.rejects(text('version'), {
        code: 'missing-part',
        message: 'git is not installed',
        next: 'install git 2.37 or later',
      });
    });
  });
});

describe('a git that runs', () => {
  it('is ended by who no longer reads', async () => {
    // It waits for its input until then.
    const { child, ended } = startGit(fixture.dir, ['cat-file', '--batch']);
    child.kill();
    assert.match(String(await ended), /ended by SIGTERM/);
    const stream = gitStream(fixture.dir, ['rev-list', 'main']);
    assert.equal((await stream.next()).done, false);
    await stream.return(undefined);
  });

  it('is ended by the signal, whose reason is told', async () => {
    const aborting = new AbortController();
    const { succeeded } = startGit(fixture.dir, ['cat-file', '--batch'], aborting.signal);
    aborting.abort(new Error('enough'));
    await assert.rejects(succeeded(), /^Error: enough$/);
  });

  it('whose input is closed at its other end is told of by its own words', async () => {
    const { child, succeeded } = startGit(fixture.dir, ['cat-file', 'nothing', 'wrong']);
    child.stdin.write('x'.repeat(1024 * 1024));
    await assert.rejects(succeeded(), /git cat-file: fatal: /);
  });
});
