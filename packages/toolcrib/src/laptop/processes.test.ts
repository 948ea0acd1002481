import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { processSeen, RUN_MARK } from './processes.ts';

const linux = { skip: process.platform !== 'linux' && 'only on Linux' };
/** What ps says of a process: another program's reading of the same. */
const ps = (pid: number, ...columns: string[]) =>
  execFileSync('ps', ['-o', columns.map((column) => `${column}=`).join(','), '-p', String(pid)], {
    encoding: 'utf8',
  })
    .trim()
    .split(/\s+/);

function sleeper(t: TestContext, options: { detached?: boolean; env?: NodeJS.ProcessEnv } = {}) {
  const child = spawn('sleep', ['600'], { stdio: 'ignore', ...options });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

test('a process is what ps says of it', linux, async (t) => {
  for (const detached of [false, true]) {
    const child = sleeper(t, { detached });
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    const [parent, session, group, uid, name] = ps(pid, 'ppid', 'sid', 'pgid', 'uid', 'comm');
    const seen = processSeen(pid);
    assert.deepEqual(
      { parent: seen?.parent, session: seen?.session, group: seen?.group, uid: seen?.uid, name: seen?.name },
      { parent: Number(parent), session: Number(session), group: Number(group), uid: Number(uid), name },
    );
    assert.equal(seen?.pid, pid);
    assert.equal(seen?.parent, process.pid);
    assert.equal(seen?.session === pid, detached, 'a session of its own');
    assert.ok((seen?.start ?? 0) > 0);
    assert.ok((seen?.start ?? 0) >= (processSeen(process.pid)?.start ?? 0), 'begun after us');
  }
});

test(
  'the mark of a run is that of its environment, and of no variable whose name only begins so',
  linux,
  async (t) => {
    const marked = sleeper(t, {
      env: { PATH: process.env.PATH, [`${RUN_MARK}S`]: 'other', [RUN_MARK]: 'run-0123456789ab' },
    });
    const unmarked = sleeper(t, { env: { PATH: process.env.PATH, [`${RUN_MARK}S`]: 'other' } });
    await Promise.all([once(marked, 'spawn'), once(unmarked, 'spawn')]);
    assert.equal(processSeen(marked.pid ?? 0)?.mark, 'run-0123456789ab');
    assert.equal(Object.hasOwn(processSeen(unmarked.pid ?? 0) ?? {}, 'mark'), false);
    assert.equal(RUN_MARK, 'TOOLCRIB_RUN');
  },
);

test('a name may hold whatever it likes', linux, async (t) => {
  const program =
    "require('fs').writeFileSync('/proc/self/comm', 'a) S 1 2 (b'); console.log(); setInterval(() => 0, 1e6)";
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const seen = processSeen(child.pid ?? 0);
  assert.equal(seen?.name, 'a) S 1 2 (b');
  assert.equal(seen?.parent, process.pid);
});

test(
  'who sits at a terminal has it, and is in front there as long as its shell waits for it',
  linux,
  async (t) => {
    const probe = `const { processSeen } = await import(${JSON.stringify(import.meta.resolve('./processes.ts'))});
    const { execFileSync } = await import('node:child_process');
    const tty = execFileSync('ps', ['-o', 'tty=', '-p', String(process.pid)], { encoding: 'utf8' }).trim();
    process.stdout.write(JSON.stringify({ ...processSeen(process.pid), tty }) + '\\n');`;
    const options = process.execArgv.filter((option) => !option.startsWith('--test'));
    const node = [process.execPath, ...options, '--input-type=module', '-e', probe];
    // Python's own pseudo-terminal: the program is in a session of its own there, and in front.
    const python = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
    const child = spawn('python3', ['-c', python, ...node], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
    });
    const ended = await Promise.race([once(child, 'exit'), once(child, 'error').then(() => undefined)]);
    if (!ended) return t.skip('python3 is not installed here');
    const seen = JSON.parse(said.trim());
    assert.match(seen.terminal, /^pts\/\d+$/);
    assert.equal(seen.terminal, seen.tty);
    assert.equal(seen.foreground, true);
    assert.equal(seen.session, seen.pid);
  },
);

test('without a terminal there is none, and nobody is in front', linux, async (t) => {
  const child = sleeper(t, { detached: true });
  await once(child, 'spawn');
  const seen = processSeen(child.pid ?? 0);
  assert.equal(Object.hasOwn(seen ?? {}, 'terminal'), false);
  assert.equal(seen?.foreground, false);
});

test('where there is no such process there is nothing', async (t) => {
  const child = sleeper(t);
  await once(child, 'spawn');
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(processSeen(child.pid ?? 0), undefined);
});

test('elsewhere than on Linux it is ps that tells', async (t) => {
  const real = process.platform;
  const child = sleeper(t, { detached: true });
  await once(child, 'spawn');
  Object.defineProperty(process, 'platform', { value: 'darwin' });
  t.after(() => Object.defineProperty(process, 'platform', { value: real }));
  const seen = processSeen(child.pid ?? 0);
  assert.deepEqual(
    [seen?.pid, seen?.parent, seen?.session, seen?.name],
    [child.pid, process.pid, 0, 'sleep'],
  );
  assert.equal(Object.hasOwn(seen ?? {}, 'terminal'), false, 'it has none');
  assert.equal(seen?.mark, undefined, 'of another process its environment is not to be had');
  process.env[RUN_MARK] = 'run-own';
  t.after(() => {
    delete process.env[RUN_MARK];
  });
  assert.equal(processSeen(process.pid)?.mark, 'run-own');
  assert.equal(processSeen(2 ** 22 + 1), undefined);
});
