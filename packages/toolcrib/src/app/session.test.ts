import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { inAnEnvironment, type Session, sessionOf } from './session.ts';

const program = `import(${JSON.stringify(new URL('./session.ts', import.meta.url).href)}).then((m) => console.log(JSON.stringify(m.sessionOf())))`;
const NODE = ['--conditions=toolcrib-source', '--no-warnings', '-e', program];

/** What the command line would find, started by a shell in this way. */
function startedBy(program: string, ...args: string[]): Session {
  return JSON.parse(execFileSync(program, [...args, process.execPath, ...NODE], { encoding: 'utf8' }));
}

test('programs of one terminal are in one session, with their shell above them; another terminal is another', (t) => {
  if (process.platform !== 'linux') return t.skip('by /proc');
  const here = sessionOf();
  const shell = ['-c', '"$@"; exit $?', 'sh'];
  const [one, two] = [startedBy('sh', ...shell), startedBy('sh', ...shell)];
  assert.ok(here.key);
  assert.equal(one.key, here.key);
  assert.equal(two.key, one.key);
  assert.ok(
    one.above.some(({ pid }) => pid === process.pid),
    'this process started the shell',
  );
  assert.notEqual(one.above[0]?.pid, two.above[0]?.pid);
  const other = startedBy('setsid', '--wait', 'sh', ...shell);
  assert.ok(other.key && other.key !== one.key);
  assert.ok(!other.above.some(({ pid }) => pid === process.pid), 'what is above it is in another terminal');
});

test('a program that still has something in its environment is found; where there is none, that is told', async (t) => {
  if (process.platform !== 'linux') return t.skip('by /proc');
  const { spawn } = await import('node:child_process');
  const mark = `toolcrib-test-${process.pid}-${Date.now()}`;
  assert.equal(inAnEnvironment(mark), false);
  const child = spawn('sleep', ['60'], { env: { ...process.env, MARK: mark } });
  try {
    const until = Date.now() + 10_000;
    while (!inAnEnvironment(mark) && Date.now() < until) await new Promise((done) => setTimeout(done, 20));
    assert.equal(inAnEnvironment(mark), true);
  } finally {
    child.kill();
  }
});
