import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { GivenFor } from './given-for.ts';
import { turnOn } from './on.ts';
import { meaningOf } from './replaced.ts';
import { openList } from './source-list.ts';
import { sourceOf } from './sources.ts';
import { aHome, config, PROD } from './testing/home.ts';
import { holders, refuseAnothersMeaning, refuseStrangersMeaning, refuseTwoMeanings } from './two-meanings.ts';

const OTHER = config({ prod: { server: 'https://other.example' } });
const conflict =
  (...words: string[]) =>
  (error: { code: string; message: string; next: string }) =>
    error.code === 'conflict' &&
    words.every((word) => error.message.includes(word)) &&
    /again in a moment/.test(error.next);

function lists(files: Record<string, string>) {
  const one = aHome(files);
  mkdirSync(one.paths.state);
  const sources = Object.keys(files).map((name) => sourceOf(one.paths, [one.at(name)]));
  const all = () => sources.map((source) => openList(one.paths, source, one.home));
  return { ...one, sources, all };
}

test('a label that means two things in lists that can be read is refused, with both files', () => {
  const { all, at } = lists({ a: PROD, b: OTHER, c: config({ else: {} }) });
  assert.throws(() => refuseTwoMeanings('prod', all()), conflict('prod', at('a'), at('b')));
  refuseTwoMeanings('else', all());
  refuseTwoMeanings('none', all());
  writeFileSync(at('b'), PROD);
  refuseTwoMeanings('prod', all());
});

test('so is one that a list which can not be read now meant otherwise, as long as a terminal holds its token', async () => {
  const { sources, all, at, paths, home, env } = lists({ a: PROD, b: OTHER });
  await turnOn(paths, env('a'), 'sh', home, { key: 'one', above: [] });
  const [a, b] = all();
  assert.ok(a && b);
  const [same, other] = [a.own.context('prod'), b.own.context('prod')];
  const asked = (context: typeof same, readable: typeof sources.length) =>
    refuseAnothersMeaning(paths, 'prod', context, { sources, all: readable === 2 ? [a, b] : [b] });
  assert.throws(() => asked(other, 1), conflict('prod', at('b'), at('a')));
  asked(same, 1);
  asked(other, 2);
  refuseAnothersMeaning(paths, 'none', other, { sources, all: [b] });
});

test('who holds a label is told by the files that say what it means; those that are away say nothing', () => {
  const { sources, all, at, paths } = lists({ a: PROD, b: OTHER, c: PROD });
  const [a, b, c] = sources;
  assert.ok(a && b && c);
  const context = all()[0]?.own.context('prod');
  assert.ok(context);
  assert.deepEqual(holders(all(), 'prod', context), { [a.mark]: [at('a')], [c.mark]: [at('c')] });
  assert.deepEqual(holders(all(), 'none', context), {});
  writeFileSync(paths.added, config({ cloud: {} }));
  const cloud = all()[0]?.whole.context('cloud');
  assert.ok(cloud);
  assert.deepEqual(holders(all(), 'cloud', cloud), { added: [] }, 'added for all terminals');
});

test('a label that has come to another terminal’s files is refused until its token was made anew', () => {
  const { all, at, paths, sources } = lists({ a: PROD, b: OTHER });
  const [a, b] = sources;
  const context = all()[1]?.own.context('prod');
  assert.ok(a && b && context);
  const given = (meaning: string, of: GivenFor['lists']) =>
    writeFileSync(paths.door, JSON.stringify({ givenFor: { prod: { meaning, lists: of } } }));
  const asked = (now: GivenFor['lists']) => refuseStrangersMeaning(paths, 'prod', context, now);
  asked({ [b.mark]: [at('b')] });
  given('what it meant', { [a.mark]: [at('a')] });
  assert.throws(() => asked({ [b.mark]: [at('b')] }), conflict('prod', at('b'), at('a')));
  given('what it meant', { [a.mark]: [] });
  asked({ [b.mark]: [at('b')] });
  given('what it meant', { [b.mark]: [at('b'), '/away'] });
  assert.throws(() => asked({ [b.mark]: [at('b')] }), conflict('a file that is away'));
  given(meaningOf(context), { [a.mark]: [at('a')] });
  asked({ [b.mark]: [at('b')] });
});
