import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { until } from '../testing/target.ts';
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

describe('the terminal of a client that waits', () => {
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
  const told = () => (existsSync(out) ? readFileSync(out, 'utf8') : '');
  assert.equal(
    await until('all of it is told', async () => {
      const text = told();
      return text.includes('approve') && text;
    }),
    '--app-name=toolcrib\n--\n--help $(touch x)\nwould delete 3 Pods\ntoolcrib approve BCDFG\n',
  );
});
