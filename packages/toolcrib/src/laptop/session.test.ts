import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { inAnEnvironment, type Session } from './session.ts';

const found = `import(${JSON.stringify(new URL('./session.ts', import.meta.url).href)}).then((m) => console.log(JSON.stringify(m.sessionOf())))`;
const NODE = ['--conditions=toolcrib-source', '--no-warnings', '-e'];
const FOUND = [process.execPath, ...NODE, found];
const SHELL = ['sh', '-c', '"$@"; exit $?', 'sh'];

/**
 * What a terminal's first process prints: it leads a session of its own. (Of the session that the tests run in nothing
 * is known: where they are started in a container, its leader may be outside or gone.)
 */
async function inATerminal(program: string): Promise<string> {
  const leader = spawn(process.execPath, [...NODE, program], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = await Promise.all([text(leader.stdout), once(leader, 'exit')]);
  return printed;
}

test('programs of one terminal are in one session, with their shell above them; another terminal is another', async (t) => {
  if (process.platform !== 'linux') return t.skip('by /proc');
  const command = JSON.stringify([...SHELL, ...FOUND]);
  const [pid, here, one, two, other] = JSON.parse(
    await inATerminal(`
      const { execFileSync } = require('node:child_process');
      const started = ([program, ...args]) => JSON.parse(execFileSync(program, args, { encoding: 'utf8' }));
      const command = ${command};
      const all = [started(command.slice(${SHELL.length})), started(command), started(command)];
      console.log(JSON.stringify([process.pid, ...all, started(['setsid', '--wait', ...command])]));
    `),
  ) as [number, Session, Session, Session, Session];
  assert.ok(here.key);
  assert.equal(one.key, here.key);
  assert.equal(two.key, one.key);
  assert.ok(
    one.above.some((above) => above.pid === pid),
    'this process started the shell',
  );
  assert.notEqual(one.above[0]?.pid, two.above[0]?.pid);
  assert.ok(other.key && other.key !== one.key);
  assert.ok(!other.above.some((above) => above.pid === pid), 'what is above it is in another terminal');
  const elsewhere = JSON.parse(execFileSync('setsid', ['--wait', ...FOUND], { encoding: 'utf8' })) as Session;
  assert.ok(elsewhere.key && elsewhere.key !== here.key);
});

test('where the process that leads the session is gone, no number stands for the terminal: it may be given anew', async (t) => {
  if (process.platform !== 'linux') return t.skip('by /proc');
  const orphan = `
    const leader = Number(process.argv[1]);
    const there = setInterval(() => {
      if (process.ppid === leader) return;
      clearInterval(there);
      ${found};
    }, 10);
  `;
  const printed = await inATerminal(`
    const orphan = [...${JSON.stringify([...NODE, orphan])}, String(process.pid)];
    require('node:child_process').spawn(process.execPath, orphan, { stdio: ['ignore', 'inherit', 'inherit'] }).unref();
  `);
  assert.equal((JSON.parse(printed) as Session).key, undefined);
});

test('a program that still has something in its environment is found; where there is none, that is told', async (t) => {
  if (process.platform !== 'linux') return t.skip('by /proc');
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
