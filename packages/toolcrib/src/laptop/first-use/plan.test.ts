import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesBelow, patient } from '../doctor/testing/patient.ts';
import { planSetup, setupPlanSchema } from './plan.ts';
import { hookLines } from './shell-lines.ts';

/** A home, with a toolcrib in PATH, in which these files lie. */
function aHome(files: Record<string, string> = {}, env: Record<string, string> = {}) {
  const one = patient({ SHELL: '/bin/bash', ...env }, files);
  const bin = join(one.home, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'toolcrib'), '#!/bin/sh\n');
  chmodSync(join(bin, 'toolcrib'), 0o755);
  return { ...one, env: { PATH: bin, ...one.env } };
}
const NONE = { modes: {} };
const states = (one: ReturnType<typeof aHome>, shell?: 'bash' | 'zsh' | 'fish') => {
  const before = filesBelow(one.home);
  const plan = planSetup(one, ['prod', 'dev'], { modes: {}, shell });
  setupPlanSchema.parse(plan);
  assert.deepEqual(filesBelow(one.home), before, 'it only looks');
  return { ...plan.shell, states: [plan.policy.state, plan.shell.hook.state, plan.shell.completion.state] };
};

test('each shell has its file, wherever its variables put it, and lines of its own', () => {
  const one = aHome({}, { ZDOTDIR: '/z', XDG_CONFIG_HOME: '/x' });
  for (const [shell, file] of [
    ['bash', join(one.home, '.bashrc')],
    ['zsh', '/z/.zshrc'],
    ['fish', '/x/fish/config.fish'],
  ] as const) {
    const plan = states(one, shell);
    assert.equal(plan.file, file);
    for (const { lines } of [plan.hook, plan.completion])
      assert.match(lines.join(), new RegExp(`toolcrib .*${shell}`));
  }
  assert.equal(states(aHome({}, { ZDOTDIR: 'relative' }), 'zsh').file?.endsWith('/relative/.zshrc'), false);
});

test('what is there already is not offered: by setup, by hand, not at all', () => {
  const by = (text: string) => states(aHome({ '.bashrc': text })).states.slice(1);
  assert.deepEqual(by(''), ['offered', 'offered']);
  assert.deepEqual(by('eval "$(toolcrib on)"\n'), ['by-hand', 'offered']);
  assert.deepEqual(by('  source <(toolcrib completion bash)\n'), ['offered', 'by-hand']);
  assert.deepEqual(by('# eval "$(toolcrib on)"\n'), ['offered', 'offered']);
  const block = `# >>> toolcrib setup >>>\n${hookLines('bash').join('\n')}\n# <<< toolcrib setup <<<\n`;
  assert.deepEqual(by(block), ['there', 'offered']);
  assert.deepEqual(by(`${block.replace(/^# <<<.*\n/m, '')}`), ['by-hand', 'cannot']);
});

test('what can not be done says why: no such shell, not in PATH, read-only, a link that leads nowhere', () => {
  const why = (one: ReturnType<typeof aHome>) => {
    const { states: all, why: said, hook } = states(one);
    assert.equal(all[1], 'cannot');
    assert.equal(hook.state, 'cannot');
    return said ?? '';
  };
  assert.match(why(aHome({}, { SHELL: '/bin/sh' })), /sh reads no file/);
  assert.match(why(aHome({}, { SHELL: '/bin/nu' })), /nu is not known/);
  assert.match(why(aHome({}, { PATH: '/none' })), /not in PATH/);
  const readOnly = aHome({ '.bashrc': '' });
  chmodSync(join(readOnly.home, '.bashrc'), 0o444);
  assert.match(why(readOnly), /read-only/);
  const nowhere = aHome();
  symlinkSync('none', join(nowhere.home, '.bashrc'));
  assert.match(why(nowhere), /leads nowhere/);
  const link = aHome({ 'dotfiles/bashrc': '' });
  symlinkSync('dotfiles/bashrc', join(link.home, '.bashrc'));
  assert.equal(states(link).leadsTo, join(link.home, 'dotfiles/bashrc'));
});

test('modes are proposed and chosen; a guard.yaml that is there is kept, and what it says is told', () => {
  const chosen = planSetup(aHome(), ['prod', 'dev', 'prod'], {
    modes: { dev: 'warn', __proto__: 'warn' } as never,
  });
  assert.deepEqual(
    chosen.contexts.map(({ name, mode }) => [name, mode]),
    [
      ['prod', 'enforce'],
      ['dev', 'warn'],
    ],
  );
  assert.match(chosen.policy.text, /"prod", mode: enforce[\s\S]*"dev", {2}mode: warn/);
  const text =
    'apiVersion: toolcrib.dev/v1alpha1\nkind: GuardPolicy\nspec: {clusters: [{context: prod, mode: warn}]}\n';
  const kept = planSetup(aHome({ 'state/guard.yaml': text }), ['prod', 'dev'], NONE);
  assert.equal(kept.policy.state, 'kept');
  assert.deepEqual(
    kept.contexts.map(({ mode, now }) => [mode, now]),
    [
      ['enforce', 'warn'],
      ['observe', 'observe'],
    ],
  );
  const broken = planSetup(aHome({ 'state/guard.yaml': '] no file' }), ['prod'], NONE);
  assert.deepEqual([broken.policy.state, broken.contexts[0]?.now], ['kept', undefined]);
  assert.match(broken.policy.why ?? '', /guard\.yaml:1:/);
  const unread = planSetup(aHome(), { unread: 'It is broken.' }, NONE);
  assert.deepEqual([unread.unread, unread.contexts], ['It is broken.', []]);
});
