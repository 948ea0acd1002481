import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SetupPlan } from '../../laptop/first-use/plan.ts';
import { fileText, keptText, modesText, planText } from './setup-text.ts';

const plan = (more: Partial<SetupPlan> = {}, shell: Partial<SetupPlan['shell']> = {}): SetupPlan => ({
  contexts: [{ name: 'prod', mode: 'enforce', why: 'its name says “prod”' }],
  policy: { path: '/c/guard.yaml', state: 'offered', text: 'spec: {}\n' },
  shell: {
    name: 'bash',
    file: '/h/.bashrc',
    hook: { state: 'offered', lines: ['hook line'] },
    completion: { state: 'offered', lines: ['completion line'] },
    ...shell,
  },
  ...more,
});
const part = (state: SetupPlan['shell']['hook']['state'], lines = ['a line']) => ({ state, lines });

test('where nobody can be asked: all that would be written, word for word, and where', () => {
  const text = planText(plan());
  for (const said of [
    /prod +enforce/,
    /\/c\/guard\.yaml:\nspec: \{\}/,
    /\/h\/\.bashrc:\nhook line\ncompletion line/,
  ])
    assert.match(text, said);
  const less = planText(
    plan({ policy: { path: '/c/guard.yaml', state: 'kept', text: 'spec: {}\n' } }, { hook: part('there') }),
  );
  assert.doesNotMatch(less, /Would write/);
  assert.match(less, /\.bashrc:\ncompletion line\n/);
});

test('what is there, or can not be done, is said with what it is instead', () => {
  const kept = plan({
    contexts: [
      { name: 'prod', mode: 'enforce', why: 'its name', now: 'observe' },
      { name: 'dev', mode: 'observe', why: 'so', now: 'observe' },
    ],
    policy: { path: '/c/guard.yaml', state: 'kept', text: '' },
  });
  assert.deepEqual(keptText(kept), [
    '/c/guard.yaml is there, and is kept as it is.',
    '  prod: observe by it; proposed would be enforce (its name).',
  ]);
  const broken = plan({ policy: { path: '/c/guard.yaml', state: 'kept', text: '', why: 'line 1' } });
  assert.match(keptText(broken).join('\n'), /can't be used, though: line 1/);
  const cannot = plan(
    { policy: { path: '/c/guard.yaml', state: 'cannot', text: '', why: 'no room' } },
    { why: 'it is read-only', hook: part('cannot'), completion: part('by-hand') },
  );
  assert.deepEqual(keptText(cannot), [
    "/c/guard.yaml can't be written: no room.",
    'The guard in each new terminal: not added, it is read-only.',
    '  By hand:',
    '    a line',
    'Completion at TAB: a line of your own in /h/.bashrc does it.',
  ]);
  assert.match(keptText(plan({}, { hook: part('there') })).join(), /there already, in \/h\/\.bashrc/);
});

test('a link is told as one; no context is told, and no terminal obeys a name', () => {
  assert.equal(fileText(plan().shell), '/h/.bashrc');
  assert.equal(
    fileText(plan({}, { leadsTo: '/d/bashrc' }).shell),
    '/h/.bashrc (a link: /d/bashrc is changed)',
  );
  assert.match(modesText(plan({ contexts: [] })), /no context/);
  assert.match(modesText(plan({ unread: 'broken \u001b[2J' })), /not known: broken [^\u001b]*$/);
  assert.doesNotMatch(
    modesText(plan({ contexts: [{ name: '\u001b[2J', mode: 'warn', why: '' }] })),
    /\u001b\[2J/,
  );
});
