import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openRepository } from '../sources/git/repository.ts';
import { type CommitSpec, makeRepository, type TagSpec } from '../testing/repository.ts';
import { type Text, walkTexts } from './blobs.ts';

const made: { remove(): void }[] = [];
after(() => {
  for (const { remove } of made) remove();
});
const AT = 1_700_000_000;
const commit = (files: CommitSpec['files'], message = 'Work'): CommitSpec => ({
  author: 'Ben <ben@example.org>',
  at: AT,
  message,
  ...(files && { files }),
});

/** What is walked of a repository, made with the real git. */
async function walk(
  commits: CommitSpec[],
  tags: TagSpec[] = [],
  more = (_: (...args: string[]) => string) => {},
) {
  const fixture = makeRepository(commits, tags);
  made.push(fixture);
  more(fixture.git);
  const repository = await openRepository(fixture.dir);
  const texts: Text[] = [];
  const told: string[] = [];
  try {
    const walked = await walkTexts(
      repository,
      async (text) => void texts.push(text),
      (text) => told.push(text),
    );
    return { fixture, walked, texts, told, of: (path: string) => texts.filter((text) => text.path === path) };
  } finally {
    await repository.close();
  }
}

test('each version of each file is looked into once, whatever branch or tag it is on', async () => {
  const { fixture, walked, texts, told, of } = await walk(
    [
      commit({ 'a.txt': 'one', 'sub dir/b.txt': 'b' }),
      commit({ 'a.txt': 'two' }),
      commit({ 'a.txt': 'one', 'twin-a.txt': 'twin', 'twin-b.txt': 'twin' }),
      commit({ 'on-tag.txt': 'tagged' }),
      commit({ 'elsewhere.txt': 'branch' }),
    ],
    [{ name: 'v1', commit: 3 }],
    (git) => {
      git('update-ref', 'refs/heads/other', 'main');
      git('update-ref', 'refs/heads/main', 'main~2');
    },
  );
  assert.deepEqual(
    of('a.txt')
      .map(({ text }) => text)
      .sort(),
    ['one', 'two'],
  );
  for (const [path, text] of [
    ['sub dir/b.txt', 'b'],
    ['on-tag.txt', 'tagged'],
    ['elsewhere.txt', 'branch'],
  ] as const) {
    const id = fixture.git('rev-parse', `other:${path}`).trim();
    assert.deepEqual(of(path), [{ path, id, text }]);
  }
  assert.equal(of('twin-a.txt').length + of('twin-b.txt').length, 1, 'the same bytes are one blob');
  // Six blobs and five messages.
  assert.deepEqual(walked, { texts: 11, binary: 0, tooLarge: [], unread: [] });
  assert.equal(texts.length, 7, 'the messages come together');
  assert.deepEqual(told, ['6 texts of the history looked into']);
});

test('messages come with those who wrote them, under the first commit of a group', async () => {
  const { fixture, of } = await walk([
    commit({}, 'First\n\nwith a body'),
    { author: 'Ada <ada@build7.corp>', at: AT + 1, message: 'Second' },
  ]);
  const [messages] = of('commit message');
  assert.equal(messages?.id, fixture.git('rev-parse', 'main').trim());
  assert.deepEqual(messages?.text.trim().split(/\n+/), [
    'Ada <ada@build7.corp>',
    'Ada <ada@build7.corp>',
    'Second',
    'Ben <ben@example.org>',
    'Ben <ben@example.org>',
    'First',
    'with a body',
  ]);
});

test('the message of an annotated tag is a text', async () => {
  const { of, walked } = await walk([commit({})], [{ name: 'v1', at: AT, signature: 'said in a tag' }]);
  assert.match(of('message of tag v1')[0]?.text ?? '', /said in a tag/);
  assert.equal(walked.texts, 2);
});

test('binary files, texts in no known encoding and those that are too large are said apart', async () => {
  const limit = 1024 * 1024;
  const { walked, of } = await walk([
    commit({
      'a.png': Buffer.alloc(9),
      'odd.env': Buffer.from([65, 0, 0, 0, 66, 0, 0, 0]),
      'wide.ps1': Buffer.from('\ufeffname', 'utf16le'),
      'most.sql': 'x'.repeat(limit),
      'more.sql': 'y'.repeat(limit + 1),
    }),
  ]);
  assert.deepEqual(walked, { texts: 3, binary: 1, tooLarge: ['more.sql'], unread: ['odd.env'] });
  assert.equal(of('wide.ps1')[0]?.text, 'name');
  assert.equal(of('most.sql')[0]?.text.length, limit);
  assert.deepEqual([of('more.sql'), of('a.png'), of('odd.env')], [[], [], []]);
});

test('a message too long to be read whole is named by its commit', async () => {
  const { fixture, walked } = await walk([commit({}, 'word '.repeat(20_000))]);
  assert.deepEqual(walked.tooLarge, [`message of ${fixture.git('rev-parse', 'main').slice(0, 12)}`]);
});

test('groups end where they are full, and nothing is lost or doubled between them', async () => {
  const files = Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`f${at}.txt`, `text ${at}`]));
  const commits = Array.from({ length: 200 }, (_, at) => commit({}, `Message ${at}`));
  const { walked, texts, told, of } = await walk([commit(files), ...commits]);
  assert.equal(walked.texts, 501 + 201);
  assert.equal(new Set(texts.map(({ id }) => id)).size, 501 + 2);
  const messages = of('commit message').map(({ text }) => text.match(/Message \d+/g)?.length ?? 0);
  assert.deepEqual(messages, [200, 0], 'the first commit says Work');
  assert.match(of('commit message')[1]?.text ?? '', /Work/);
  assert.deepEqual(told, ['500 texts of the history looked into', '501 texts of the history looked into']);
});
