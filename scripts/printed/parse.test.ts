import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { refusalOf, wordsOf } from './parse.ts';
import { namedIn, pagesIn } from './read.ts';

test('words are those of a shell', () => {
  assert.deepEqual(wordsOf(`toolcrib run -- sh -c 'a b' --x="c d" [--purl PURL]`), [
    ...['toolcrib', 'run', '--', 'sh', '-c', 'a b', '--x=c d', '--purl', 'PURL'],
  ]);
});

test('the program’s own parser refuses what it would refuse, and nothing is done', async () => {
  for (const good of [
    'toolcrib approve CODE --softened',
    'eval "$(toolcrib on)"',
    'toolcrib on >/dev/null',
    'toolcrib --help',
    'toolcrib guard start --port N',
    'toolcrib vet verify tool --signature s --key k',
    'toolcrib run --as agent -- my-agent --its own',
  ])
    assert.equal(await refusalOf(good), undefined, good);
  for (const [bad, why] of [
    ['toolcrib aprove CODE', /no command/],
    ['toolcrib undo', /missing required argument/],
    ['toolcrib log --kontext x', /unknown option/],
    ['toolcrib log -o jsn', /Allowed choices/],
    ['eval "$(toolcrib no)"', /no command/],
    ['kubectl get pods', /none of toolcrib's/],
  ] as const)
    assert.match((await refusalOf(bad)) ?? 'taken', why, bad);
});

test('a command that is only called by its name may lack what it needs, and nothing else', async () => {
  assert.equal(await refusalOf('toolcrib undo', true), undefined);
  assert.match((await refusalOf('toolcrib vet undo2 --no', true)) ?? '', /unknown option/);
});

const root = join(import.meta.dirname, '../..');
for (const page of pagesIn(root))
  test(`${page}: each \`toolcrib …\` in its text is one that the program takes`, async () => {
    const faults: string[] = [];
    for (const command of namedIn(readFileSync(join(root, page), 'utf8'))) {
      const refusal = await refusalOf(command, /^toolcrib(?: [a-z][a-z-]*)+(?: --[a-z-]+)?$/.test(command));
      if (refusal !== undefined) faults.push(`${command}: ${refusal}`);
    }
    assert.deepEqual(faults, []);
  });
