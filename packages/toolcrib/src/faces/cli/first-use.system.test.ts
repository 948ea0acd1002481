// The questions on a terminal of their own, and what real shells make of the lines: needs tmux, zsh and fish as well as bash.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import type { RcShell } from '../../laptop/first-use/shell-lines.ts';
import { CLI, NODE } from '../../testing/programs.ts';

const root = mkdtempSync(join(tmpdir(), 'tc-fu-'));
after(() => rmSync(root, { recursive: true }));
const FILES = { bash: '.bashrc', zsh: '.zshrc', fish: '.config/fish/config.fish' } as const;
const CONFIG =
  'current-context: prod-eu\nclusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]\ncontexts: [{name: prod-eu, context: {cluster: c}}, {name: kind-dev, context: {cluster: c}}]\n';

/** A home with a `toolcrib` in PATH, and a terminal in which somebody types. */
function aPerson(t: TestContext, shell: RcShell, rc?: string) {
  const home = mkdtempSync(join(root, 'h-'));
  const write = (name: string, text: string) => {
    mkdirSync(join(home, name, '..'), { recursive: true });
    writeFileSync(join(home, name), text);
  };
  write('.kube/config', CONFIG);
  const program = [process.execPath, ...NODE, CLI].map((word) => `'${word}'`).join(' ');
  write('bin/toolcrib', `#!/bin/sh\nexec ${program} "$@"\n`);
  chmodSync(join(home, 'bin/toolcrib'), 0o755);
  if (rc !== undefined) write(FILES[shell], rc);
  const socket = join(home, 'tmux');
  const env = {
    PATH: `${home}/bin:${process.env.PATH}`,
    HOME: home,
    SHELL: execFileSync('sh', ['-c', `command -v ${shell}`], { encoding: 'utf8' }).trim(),
    TERM: 'screen',
    LC_ALL: 'C.UTF-8',
    TOOLCRIB_HOME: join(home, 's'),
  };
  const tmux = (...args: string[]) =>
    execFileSync('tmux', ['-S', socket, ...args], { env, encoding: 'utf8' });
  t.after(() => {
    spawnSync('tmux', ['-S', socket, 'kill-server'], { env });
    spawnSync(join(home, 'bin/toolcrib'), ['guard', 'stop'], { env });
  });
  let sessions = 0;
  const screen = () => tmux('capture-pane', '-t', `s${sessions}:`, '-p', '-J', '-S', '-2000');
  return {
    path: join(home, FILES[shell]),
    policy: join(home, 's/guard.yaml'),
    state: join(home, 's'),
    run: (...args: string[]) => spawnSync(join(home, 'bin/toolcrib'), args, { env, encoding: 'utf8' }),
    start(command: string) {
      sessions++;
      tmux('-f', '/dev/null', 'new-session', '-d', '-s', `s${sessions}`, '-x', '100', '-y', '50', command);
    },
    /** Waits for what stands on the screen: the state, however long it takes. */
    async see(what: RegExp): Promise<string> {
      for (;;) {
        const text = screen();
        if (what.test(text)) return text;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    type: (...keys: string[]) => tmux('send-keys', '-t', `s${sessions}:`, ...keys),
  };
}
const SETUP = "sh -c 'toolcrib setup; echo ended $?; cat'";

const there = (program: string) => !spawnSync(program, ['-V']).error;

/** What the file says before; each end of a line is tried with one shell. */
for (const [shell, rc] of [
  ['bash', undefined],
  ['bash', 'set_by_me=1\r\n'],
  ['zsh', 'set_by_me=1'],
  ['fish', 'set by_me 1'],
] as const) {
  test(`${shell}, ${JSON.stringify(rc)}: asked, said yes, a new terminal is on; uninstalled, every byte is as it was`, {
    timeout: 300_000,
  }, async (t) => {
    if (!there('tmux') || !there(shell)) return t.skip(`tmux or ${shell} is not installed here`);
    const me = aPerson(t, shell, rc);
    const before = existsSync(me.path) ? readFileSync(me.path) : undefined;
    me.start(SETUP);
    await me.see(/Take these modes\? \[Y\/n\]/);
    me.type('what', 'Enter');
    await me.see(/Please answer y or n/);
    me.type('Enter');
    const shown = await me.see(/Write this to .*\? \[Y\/n\]/);
    assert.match(shown, /"prod-eu", +mode: enforce/);
    me.type('y', 'Enter');
    await me.see(/eval "\$\(toolcrib on --shell \w+\)"|on --shell fish \| source/);
    await me.see(/Add it\? \[Y\/n\]/);
    assert.ok(!existsSync(me.policy), 'nothing before the last answer');
    me.type('Enter');
    await me.see(/toolcrib completion [\s\S]*Add it\? \[Y\/n\]/);
    me.type('n', 'Enter');
    await me.see(/ended 1/);
    assert.match(readFileSync(me.policy, 'utf8'), /mode: enforce/);
    // A new terminal of that shell, as it starts by itself.
    me.start(`${shell} -i`);
    await me.see(/toolcrib is on in this terminal, for 2 contexts/);
    me.type('echo "<$KUBECONFIG>"', 'Enter');
    await me.see(/<\S*\/s\/terminals\/\w+\/kubeconfig>/);
    const gone = me.run('uninstall', '--yes', '--purge');
    assert.equal(gone.status, 0, gone.stderr);
    assert.deepEqual(existsSync(me.path) ? readFileSync(me.path) : undefined, before);
    assert.ok(!existsSync(me.policy));
  });
}

test('Ctrl-C and the end of input in the middle leave everything as it was', {
  timeout: 300_000,
}, async (t) => {
  if (!there('tmux')) return t.skip('tmux is not installed here');
  for (const [key, answers] of [
    ['C-c', 0],
    ['C-c', 2],
    ['C-d', 1],
  ] as const) {
    const me = aPerson(t, 'bash', 'mine');
    me.start(SETUP);
    const questions = [/Take these modes\?/, /Write this to/, /Add it\?/];
    for (let at = 0; at < answers; at++) {
      await me.see(questions[at] ?? /./);
      me.type('Enter');
    }
    await me.see(questions[answers] ?? /./);
    me.type(key);
    const text = await me.see(/ended \d+/);
    assert.match(text, /Ended\. Nothing was written\.[\s\S]*ended 130/);
    assert.equal(readFileSync(me.path, 'utf8'), 'mine');
    assert.ok(!existsSync(me.state));
  }
});
