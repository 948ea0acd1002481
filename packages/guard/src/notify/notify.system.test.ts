import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { until } from '../testing/target.ts';
import { waitingTerminal } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'tc-notify-'));
after(() => rmSync(folder, { recursive: true }));
const news = { kind: 'held', text: 'would delete 3 Pods', code: 'BCDFG', waiting: true } as const;

test('the terminal of a client that waits is found by its port, and nothing in an object’s name can command it', async (t) => {
  if (spawnSync('script', ['--version']).status !== 0) return t.skip('there is no script(1)');
  const server = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  // A client on a terminal of its own, as a person's kubectl is.
  const program = join(folder, 'client.mjs');
  writeFileSync(
    program,
    `import { connect } from 'node:net';
     import { writeFileSync } from 'node:fs';
     const socket = connect(${port}, '127.0.0.1', () => writeFileSync(${JSON.stringify(join(folder, 'port'))}, String(socket.localPort)));
     socket.on('close', () => process.exit(0)).on('error', () => process.exit(0)).resume();`,
  );
  const screen = join(folder, 'screen');
  const child = spawn('script', ['-qfec', `"${process.execPath}" ${program}`, screen], { stdio: 'ignore' });
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const file = join(folder, 'port');
  const local = await until('the client is connected', async () => {
    return existsSync(file) && Number(readFileSync(file, 'utf8'));
  });
  const title = 'Held: \u001b[2Jdelete \u0007kafka\u009b31m';
  const long =
    'would delete 1 StatefulSet, 3 Pods, 1 ControllerRevision; 3 Pods not replaced; 1 workload left without Pods';
  waitingTerminal().tell({ ...news, title, text: long, clientPort: local });
  // Somebody who does not wait has no silent terminal.
  waitingTerminal().tell({ ...news, title: 'NOT WAITING', waiting: false, clientPort: local });
  waitingTerminal('linux', 12345).tell({ ...news, title: 'NOT MINE', clientPort: local });
  waitingTerminal('darwin').tell({ ...news, title: 'NOT LINUX', clientPort: local });
  await until('it is on the screen', async () => readFileSync(screen, 'utf8').includes('BCDFG'));
  server.close();
  child.kill();
  await exit;
  const text = readFileSync(screen, 'utf8');
  assert.match(text, /Held: \?\[2Jdelete \?kafka\?31m/);
  assert.match(text, /without Pods\.\r\r?\n\s+In another terminal: {2}toolcrib held BCDFG/);
  const shown = text.split(/\r*\n/);
  assert.ok(shown.some((line) => line.startsWith('  It would delete 1 StatefulSet')));
  const told = shown.filter((line) => /^ {2}\S/.test(line));
  assert.ok(told.length >= 3 && told.every((line) => line.length <= 80), told.join('\n'));
  assert.doesNotMatch(text, /NOT /);
});
