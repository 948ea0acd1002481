import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { desktop, tellAll, waitingTerminal } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'tc-notify-'));
after(() => rmSync(folder, { recursive: true }));
const news = {
  kind: 'held',
  title: 'Held: delete kafka',
  text: 'would delete 3 Pods',
  code: 'BCDFG',
  waiting: true,
} as const;
const script = spawnSync('script', ['--version']).status === 0;

describe('the terminal of a client that waits', () => {
  it('is found by its port, and nothing in an object’s name can command it', {
    skip: !script && 'there is no script(1)',
  }, async () => {
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
    let local = 0;
    for (let i = 0; i < 500 && !local; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      try {
        local = Number(readFileSync(join(folder, 'port'), 'utf8'));
      } catch {
        // Not there yet.
      }
    }
    assert.ok(local);
    const title = 'Held: \u001b[2Jdelete \u0007kafka\u009b31m';
    const long =
      'would delete 1 StatefulSet, 3 Pods, 1 ControllerRevision; 3 Pods not replaced; 1 workload left without Pods';
    waitingTerminal().tell({ ...news, title, text: long, clientPort: local });
    // Somebody who does not wait has no silent terminal.
    waitingTerminal().tell({ ...news, title: 'NOT WAITING', waiting: false, clientPort: local });
    waitingTerminal('linux', 12345).tell({ ...news, title: 'NOT MINE', clientPort: local });
    waitingTerminal('darwin').tell({ ...news, title: 'NOT LINUX', clientPort: local });
    for (let i = 0; i < 200 && !readFileSync(screen, 'utf8').includes('BCDFG'); i++)
      await new Promise((resolve) => setTimeout(resolve, 20));
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

  it('without a terminal, or without such a port, nothing happens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    waitingTerminal().tell({ ...news, clientPort: 1 });
    waitingTerminal().tell({ ...news });
    socket.destroy();
    server.close();
  });
});

it('one place that fails takes nothing from the others, nor from the request', () => {
  const told: string[] = [];
  const logged: string[] = [];
  const broken = { tell: () => assert.fail('the desktop is gone') };
  const good = { tell: ({ title }: { title: string }) => void told.push(title) };
  tellAll([broken, good], (line) => logged.push(line)).tell(news);
  assert.deepEqual([told, logged], [[news.title], ['a notice could not be given']]);
});

it('the desktop is told where there is one, in arguments and never by a shell', async () => {
  const out = join(folder, 'told');
  const bin = join(folder, 'notify-send');
  writeFileSync(bin, `#!/bin/sh\nfor part in "$@"; do printf '%s\\n' "$part"; done > ${out}\n`, {
    mode: 0o755,
  });
  const before = process.env.PATH;
  process.env.PATH = `${folder}:${before}`;
  try {
    desktop({}, 'linux').tell(news);
    desktop({ DISPLAY: ':0' }, 'linux').tell({ ...news, title: '--help $(touch x)' });
  } finally {
    process.env.PATH = before;
  }
  let text = '';
  for (let i = 0; i < 250 && !text.includes('approve'); i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    try {
      text = readFileSync(out, 'utf8');
    } catch {
      // Not there yet.
    }
  }
  assert.equal(
    text,
    '--app-name=toolcrib\n--\n--help $(touch x)\nwould delete 3 Pods\ntoolcrib approve BCDFG\n',
  );
});
