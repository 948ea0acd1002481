// What an interactive shell does, on a terminal of its own: needs script(1), and zsh and fish as well as bash.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { promptOff, promptOn } from './prompt.ts';
import { assignments, type Shell } from './shell.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-prompt-'));
after(() => rmSync(root, { recursive: true }));
const there = (program: string) => !spawnSync(program, ['--version']).error;

/** What an interactive shell prints, line by line typed at its prompts. */
function typed(shell: Shell, lines: readonly string[], env: Record<string, string> = {}): string {
  const start = { bash: 'bash --norc -i', zsh: 'zsh -f -i', fish: 'fish --no-config -i', sh: 'sh -i' }[shell];
  const run = spawnSync('script', ['-qec', start, '/dev/null'], {
    input: `${lines.join('\n')}\nexit\n`,
    env: { PATH: process.env.PATH, HOME: root, TERM: 'dumb', ...env },
    encoding: 'utf8',
    timeout: 60_000,
  });
  return run.stdout;
}

const ON = { KUBECONFIG: '/ours', TOOLCRIB_KUBECONFIG: '/ours' };
const on = (shell: Shell) => [assignments(shell, ON).replaceAll('\n', ' '), promptOn(shell)];
const set = (shell: Shell, value: string) => assignments(shell, { KUBECONFIG: value });
const told = (output: string) =>
  output.match(/^\S*toolcrib: KUBECONFIG names another file now/gm)?.length ?? 0;

for (const shell of ['bash', 'zsh', 'fish'] as const) {
  test(`${shell}: a terminal that comes outside says so at its next prompt, once each time`, (t) => {
    if (!there(shell) || !there('script')) return t.skip(`${shell} is not installed here`);
    const lines = [
      ...on(shell),
      ...on(shell),
      'echo still',
      set(shell, '/project'),
      'echo one',
      'echo two',
      set(shell, '/ours'),
      'echo three',
      set(shell, '/project'),
      'echo four',
    ];
    assert.equal(told(typed(shell, lines)), 2);
    assert.equal(told(typed(shell, lines.slice(0, 3))), 0);
    assert.equal(
      told(typed(shell, [...on(shell), promptOff(shell), set(shell, '/project'), 'echo five'])),
      0,
    );
  });
}

test('bash: what others do at the prompt goes on, and stands as before after off', (t) => {
  if (!there('bash') || !there('script')) return t.skip('bash is not installed here');
  for (const before of ['', "PROMPT_COMMAND='echo theirs'", "PROMPT_COMMAND=('echo theirs' 'echo more')"]) {
    const show = `echo "<\${PROMPT_COMMAND[*]-none}>"`;
    const output = typed('bash', [before, show, ...on('bash'), show, promptOff('bash'), show]);
    const shown = [...output.matchAll(/^<(.*)>\r?$/gm)].map(([, text]) => text);
    assert.equal(shown.length, 3, output);
    assert.equal(shown[2], shown[0], before);
    assert.match(shown[1] ?? '', /__toolcrib_outside/);
    if (before) assert.match(shown[1] ?? '', /echo theirs/);
  }
});

for (const shell of ['bash', 'zsh', 'fish'] as const) {
  test(`${shell}: a cluster that another program wrote into our file is told, and that the guard is stopped`, (t) => {
    if (!there(shell) || !there('script')) return t.skip(`${shell} is not installed here`);
    const state = mkdtempSync(join(root, 'state-'));
    const ours = join(state, 'terminals', '0123456789ab', 'kubeconfig');
    mkdirSync(dirname(ours), { recursive: true });
    const DOOR = 'https://127.0.0.1:20001/ctx/0123456789ab';
    const said = (text: string, more: string[] = []) => {
      writeFileSync(ours, text);
      // Out of a file: what is typed is shown, and broken where the terminal ends, the words that are looked for as well.
      const on = join(state, 'on');
      writeFileSync(on, `${promptOn(shell)}\n`);
      const lines = [
        ...assignments(shell, { KUBECONFIG: ours, TOOLCRIB_KUBECONFIG: ours }).split('\n'),
        `source ${on}`,
      ];
      const output = typed(shell, [...lines, 'echo one', 'echo two', ...more]);
      return output.match(/^\S*toolcrib: another program has written.*$/gm) ?? [];
    };
    const guarded = `clusters:\n- cluster:\n    server: ${DOOR}\n    tls-server-name: x\n`;
    const pid = join(state, 'guard.pid');
    for (const running of [false, true]) {
      if (running) writeFileSync(pid, JSON.stringify({ pid: process.pid, start: 'boot 1, day 2' }));
      const why = running ? /should have moved it/ : /not running: toolcrib guard start/;
      assert.deepEqual(said(guarded), []);
      assert.deepEqual(said(`{"clusters":[{"cluster":{"server":"${DOOR}"}}]}`), []);
      assert.deepEqual(said(`${guarded}- cluster: {server: "${DOOR}", name: x}\n`), []);
      for (const foreign of [
        `${guarded}- cluster:\n    server: https://cloud.example\n`,
        // A cluster on this machine is not the door.
        `${guarded}- cluster:\n    server: https://127.0.0.1:6443`,
        `{"clusters":[{"cluster":{"server":"${DOOR}"}},{"cluster":{"server":"https://cloud.example"}}]}`,
        `{"clusters":[{"cluster":{"server":"https://127.0.0.1:6443"}},{"cluster":{"server":"${DOOR}"}}]}`,
      ]) {
        const [first = '', ...rest] = said(foreign);
        assert.match(first, why, foreign);
        assert.deepEqual(rest, [], 'once');
      }
    }
    // Moved within the wait: nothing to tell.
    const moved = join(state, 'moved');
    writeFileSync(moved, guarded);
    const later = `sh -c '(sleep 0.5; cp ${moved} ${ours}) &'`;
    writeFileSync(join(state, 'foreign'), 'clusters:\n- cluster:\n    server: https://cloud.example\n');
    assert.deepEqual(said(guarded, [`cp ${join(state, 'foreign')} ${ours}; ${later}`, 'echo three']), []);
  });
}
