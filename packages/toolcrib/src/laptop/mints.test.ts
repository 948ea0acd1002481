import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenGrant } from '@toolcrib/guard/door/tokens';
import { mints } from './mints.ts';

const OWN = 'o'.repeat(43);

function keeper(leads: Record<string, string>) {
  const granted = new Map<string, TokenGrant>();
  const minting = mints({
    contexts: { names: () => Object.keys(leads), meaning: (context) => leads[context] ?? '' },
    ownTokens: async () => [OWN],
    grant: (token, grant) => granted.set(token, grant),
  });
  return { ...minting, granted };
}

test('after a restart a run has its tokens again, but of contexts that lead where they led', async () => {
  const run = await keeper({ prod: 'a', test: 'b', odd: '' }).mint({ person: 'aiko' });
  assert.deepEqual(run.meanings, { prod: 'a', test: 'b', odd: '' });
  const next = keeper({ prod: 'another', test: 'b', odd: '', fresh: 'f' });
  const again = await next.mint({ person: 'aiko', agent: true, again: run });
  assert.equal(again.id, run.id);
  assert.deepEqual(Object.keys(again.tokens).sort(), ['fresh', 'test']);
  assert.equal(again.tokens.test, run.tokens.test);
  assert.equal(next.granted.has(run.tokens.prod ?? ''), false);
  // Led nowhere then, and nobody knows where now.
  assert.equal(next.granted.has(run.tokens.odd ?? ''), false);
  const grant = next.granted.get(run.tokens.test ?? '');
  assert.deepEqual([grant?.id, grant?.context, grant?.agent, grant?.meaning], [run.id, 'test', true, 'b']);
});

test('nobody is given another one’s token, nor another one’s run', async () => {
  const { mint, ended, granted } = keeper({ prod: 'a', test: 'a' });
  const run = await mint({ person: 'aiko' });
  const before = new Map(granted);
  const meanings = { prod: 'a', test: 'a' };
  const fresh = 'n'.repeat(43);
  const refused: [string, { id: string; tokens: Record<string, string> }][] = [
    ['a run that lives', run],
    ['a token of a run', { id: 'run-0123456789ab', tokens: { prod: run.tokens.prod ?? '' } }],
    ['the same under another context', { id: 'run-0123456789ab', tokens: { test: run.tokens.prod ?? '' } }],
    ['the person’s own token', { id: 'run-0123456789ab', tokens: { prod: OWN } }],
    ['one token for two contexts', { id: 'run-0123456789ab', tokens: { prod: fresh, test: fresh } }],
  ];
  for (const [what, { id, tokens }] of refused)
    await assert.rejects(
      mint({ person: 'aiko', again: { id, tokens, meanings } }),
      { code: 'conflict' },
      what,
    );
  assert.deepEqual(granted, before);
  ended(run.id);
  assert.deepEqual((await mint({ person: 'aiko', again: run })).tokens, run.tokens);
});
