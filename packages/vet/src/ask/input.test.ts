import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checked, packsInput, publishInput, type ToolsInput, toolsInput } from './input.ts';
import { vetTools } from './tools.ts';

test('what is no input is refused in words that know no command line, before anything is looked at', async () => {
  const wrong: [ToolsInput, RegExp][] = [
    [{ specs: [] }, /names nothing/],
    [{ specs: ['a', 'b'], git: '.' }, /one tool’s/],
    [{ specs: ['a', 'b'], since: 'a.pack.json' }, /one tool’s/],
    [{ specs: ['a'], at: Date.now() + 60_000 }, /is not over yet/],
    [{ specs: ['a'], saveTo: 'x' } as ToolsInput, /saveTo/],
  ];
  for (const [input, message] of wrong)
    await assert.rejects(
      vetTools(input, () => assert.fail('it began')),
      (error: { code?: string; message: string }) => {
        assert.equal(error.code, 'usage');
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /--/);
        return true;
      },
    );
});

test('what is not said has its cautious answer', () => {
  assert.deepEqual(checked(packsInput, { packs: ['a'] }), { packs: ['a'], files: [], offline: false });
  assert.deepEqual(checked(publishInput, { spec: '.' }), { spec: '.', files: [] });
  assert.deepEqual(checked(toolsInput, { specs: [], since: 'a' }), { specs: [], since: 'a', files: [] });
  assert.throws(() => checked(packsInput, { packs: [] }), { code: 'usage' });
});
