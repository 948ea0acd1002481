import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadPolicy } from '@toolcrib/guard/policy/policy';
import { blocksOf, namedIn, pagesIn, printedIn, unread } from './read.ts';

const root = join(import.meta.dirname, '../..');
const fence = '```';

test('a line of a block is read as a shell reads it: comment, quotes, and lines that go on', () => {
  const page = `text\n${fence}sh\none 'a # b' c#d   # why\n\n# only a comment\ntwo \\\n  --more "x # y"\n${fence}\n`;
  assert.deepEqual(printedIn('p.md', page), [
    { page: 'p.md', line: 3, command: "one 'a # b' c#d", comment: 'why' },
    { page: 'p.md', line: 6, command: 'two --more "x # y"', comment: '' },
  ]);
});

test('a block in a list is read, and of a console only what is typed', () => {
  const page = `- a\n\n  ${fence}sh\n  one\n  ${fence}\n\n${fence}console\n$ two  # why\nsaid: $ no\n${fence}\n`;
  assert.deepEqual(
    printedIn('p.md', page).map(({ line, command }) => `${line} ${command}`),
    ['4 one', '8 two'],
  );
});

test('a block that does not end is an error, and no page that says nothing', () => {
  assert.throws(() => blocksOf(`${fence}sh\ntoolcrib log\n`), /line 1 does not end/);
});

test('commands in a block of no language are told', () => {
  assert.deepEqual(unread('p.md', `${fence}\nany tool ─▶ door\n  toolcrib log\n${fence}\n`), [
    'p.md:3: toolcrib log: its block is none of sh',
  ]);
  assert.deepEqual(unread('p.md', `${fence}text\ntoolcrib log\n${fence}\n`), []);
});

test('what stands in backticks is found, also over the end of a line, and nothing within blocks', () => {
  const page = `\`toolcrib undo\nACT\`, \`kubectl get\`, \`eval "$(toolcrib on)"\`, \`toolcrib …\`\n\n${fence}sh\n\`toolcrib no\`\n${fence}\n\n\`toolcrib log\`\n${fence}\n${fence}\n`;
  assert.deepEqual(namedIn(page), ['toolcrib undo ACT', 'eval "$(toolcrib on)"', 'toolcrib log']);
  assert.ok(namedIn(readFileSync(join(root, 'README.md'), 'utf8')).length > 10);
});

test('no page of ours has commands in a block that nobody reads', () => {
  const pages = pagesIn(root);
  for (const page of [
    'README.md',
    'README.ja.md',
    'docs/guard.md',
    'docs/jobs/deleted.md',
    'docs/deep/paths.md',
  ])
    assert.ok(pages.includes(page), page);
  assert.deepEqual(
    pages.flatMap((page) => unread(page, readFileSync(join(root, page), 'utf8'))),
    [],
  );
});

test('each whole GuardPolicy that a page prints is one that the guard reads', () => {
  const policies = pagesIn(root).flatMap((page) =>
    blocksOf(readFileSync(join(root, page), 'utf8'))
      .filter(({ lines }) => lines.includes('kind: GuardPolicy'))
      .map(({ lines }) => ({ page, text: lines.join('\n') })),
  );
  assert.ok(policies.length >= 4, `${policies.length}`);
  for (const { page, text } of policies) assert.ok(loadPolicy(text, page), page);
});
