import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blockIn, isTorn, withBlock } from './rc-block.ts';

const LINES = ['if true; then echo hi; fi', 'other'];

test('whatever a file says: with the block and without it again, every byte is as it was', () => {
  const texts = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', '\n', '\r', ' ', '#', '\u00e9', '\u0000', '\u00ff') }),
    fc.constantFrom('', '\n', 'a', 'a\n', 'a\r\n', 'a\r\nb', '\n\n', '# comment'),
  );
  fc.assert(
    fc.property(fc.option(texts, { nil: undefined }), fc.nat(3), (before, folders) => {
      const text = withBlock(before, LINES, folders);
      assert.ok(text.startsWith(before ?? ''));
      const block = blockIn(text);
      assert.deepEqual(block?.lines, LINES);
      assert.equal(block?.before, before);
      assert.equal(block?.folders, before === undefined ? folders : 0);
      assert.equal(isTorn(text), false);
    }),
    { numRuns: 2_000 },
  );
});

test('what was written above and below since stays, and a line’s end that it needs', () => {
  for (const [before, above, below, after] of [
    ['a\n', '', 'b\n', 'a\nb\n'],
    ['a', '', 'b\n', 'a\nb\n'],
    ['a', 'x', '', 'xa'],
    [undefined, '', 'b', 'b'],
    [undefined, 'x\n', '', 'x\n'],
    ['', '', '', ''],
  ] as const)
    assert.equal(
      blockIn(above + withBlock(before, LINES) + below)?.before,
      after,
      `${before} ${above} ${below}`,
    );
});

test('an editor that gives every line another end takes nothing from it', () => {
  const text = withBlock('a\r\nb', LINES).replace(/\r?\n/g, '\r\n');
  assert.deepEqual(blockIn(text), { lines: LINES, before: 'a\r\nb', folders: 0 });
});

test('a mark whose other one is gone is no block, and told as torn', () => {
  const text = withBlock('a\n', LINES);
  for (const torn of [text.replace(/^# <<<.*\n/m, ''), text.replace(/^# >>>.*\n/m, '')]) {
    assert.equal(blockIn(torn), undefined);
    assert.equal(isTorn(torn), true);
  }
  assert.equal(isTorn('no mark\n'), false);
  assert.equal(blockIn('no mark\n'), undefined);
});

test('what stands between a mark that has lost its end and a block is the person’s', () => {
  const text = `a\n# >>> toolcrib setup >>>\nmine\n${withBlock('', LINES)}b\n`;
  assert.deepEqual(blockIn(text), {
    lines: LINES,
    before: 'a\n# >>> toolcrib setup >>>\nmine\nb\n',
    folders: 0,
  });
  assert.equal(isTorn(text), true);
  assert.equal(isTorn(withBlock(withBlock('a\n', LINES), LINES)), false);
});
