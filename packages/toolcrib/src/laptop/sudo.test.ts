import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { refuseSudo } from './sudo.ts';

// The operating system tells it: programs of these names, which wait for what is written to them.

const folder = mkdtempSync(join(tmpdir(), 'tc-sudo-'));
after(() => rmSync(folder, { recursive: true }));

async function named(name: string, look: (pid: number) => void): Promise<void> {
  const file = join(folder, name);
  copyFileSync(realpathSync('/bin/cat'), file);
  const child = spawn(file, [], { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    child.stdin.write('here\n');
    for await (const _ of child.stdout) break;
    look(child.pid ?? 0);
  } finally {
    child.kill();
  }
}

test('what sudo or doas started is refused, with the line to type', async () => {
  for (const name of ['sudo', 'doas'])
    await named(name, (pid) =>
      assert.throws(() => refuseSudo(pid), {
        code: 'usage',
        message: new RegExp(`^${name} makes it another user's`),
        next: `Without ${name}: eval "$(toolcrib on)"`,
      }),
    );
});

test('what a shell or anything else started is not, nor what nobody can look at', async () => {
  for (const name of ['bash', 'zsh', 'env']) await named(name, (pid) => refuseSudo(pid));
  refuseSudo(2 ** 30);
  refuseSudo(1);
});
