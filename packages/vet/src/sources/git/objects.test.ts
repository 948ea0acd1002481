import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { makeRepository } from '../../testing/repository.ts';
import { commitOf, eachObject, readObjects } from './objects.ts';
import { openRepository, type Repository } from './repository.ts';
import { GitFailure } from './run-git.ts';

const MIB = 1024 * 1024;
const large = (letter: string) => Buffer.alloc(9 * MIB, letter);
const fixture = makeRepository([
  {
    author: 'A <a@x>',
    at: 1_700_000_000,
    files: {
      'a.txt': 'first\nline',
      empty: '',
      'b.bin': Buffer.from([0, 10, 255]),
      l1: large('1'),
      l2: large('2'),
      l3: large('3'),
    },
  },
]);
const blob = (path: string) => fixture.git('rev-parse', `main:${path}`).trim();
let repository: Repository;
before(async () => {
  repository = await openRepository(fixture.dir);
});
after(async () => {
  await repository.close();
  fixture.remove();
});
/** The repository, with what git is asked for noted. */
const asked = () => {
  const calls: string[] = [];
  const { info, contents } = repository.objects;
  const objects: Repository['objects'] = {
    info(names) {
      calls.push(`info of ${names.length}`);
      return info(names);
    },
    contents(found) {
      calls.push(`contents of ${found.length}`);
      return contents(found);
    },
  };
  return { spy: { objects }, calls };
};

describe('objects', () => {
  it('are read by name, with their id, type, size and bytes, whatever these are', async () => {
    const names = ['main:a.txt', blob('b.bin'), 'main:empty', 'main^{tree}', 'main'];
    const found = await readObjects(repository, names);
    assert.deepEqual([...found.keys()], names);
    assert.deepEqual(found.get('main:a.txt'), {
      id: blob('a.txt'),
      type: 'blob',
      size: 10,
      bytes: Buffer.from('first\nline'),
    });
    assert.deepEqual(found.get(blob('b.bin'))?.bytes, Buffer.from([0, 10, 255]));
    assert.deepEqual(found.get('main:empty')?.bytes, Buffer.alloc(0));
    assert.deepEqual([found.get('main^{tree}')?.type, found.get('main')?.type], ['tree', 'commit']);
    assert.match(found.get('main')?.bytes?.toString() ?? '', /^tree [0-9a-f]{40}\n/);
  });

  it('that are missing, or whose name is none, are left out and shift nothing', async () => {
    const found = await readObjects(repository, [
      'main:nowhere',
      'main:a\nb',
      'main:a\0',
      'x'.repeat(40),
      '0'.repeat(40),
      'main:a.txt',
    ]);
    assert.deepEqual([...found.keys()], ['main:a.txt']);
    assert.equal(found.get('main:a.txt')?.bytes?.toString(), 'first\nline');
  });

  it('over the limit are named and not read, and those at it are', async () => {
    const found = await readObjects(repository, ['main:l1', 'main:a.txt'], 10);
    assert.deepEqual([found.get('main:l1')?.size, found.get('main:l1')?.bytes], [9 * MIB, null]);
    assert.equal(found.get('main:a.txt')?.bytes?.length, 10);
    assert.equal((await readObjects(repository, ['main:a.txt'], 9)).get('main:a.txt')?.bytes, null);
    assert.equal(
      (await readObjects(repository, ['main:l1'])).get('main:l1')?.bytes,
      null,
      'a MiB is the limit',
    );
  });

  it('that are none, or all too large, are not even asked for', async () => {
    const { spy, calls } = asked();
    assert.equal((await readObjects(spy, [])).size, 0);
    assert.deepEqual(calls, []);
    await readObjects(spy, ['main:l1'], 1);
    assert.deepEqual(calls, ['info of 1']);
  });

  it('one by one come in the order of their names, a part of them at a time', async () => {
    const { spy, calls } = asked();
    const names = ['main:l1', 'main:a.txt', 'main:l2', 'main:l3', 'main:nowhere', 'main:empty'];
    const found: [string, string | undefined][] = [];
    for await (const { name, bytes } of eachObject(spy, names, 10 * MIB))
      found.push([name, bytes === null ? undefined : `${bytes.subarray(0, 1)}${bytes.length}`]);
    assert.deepEqual(found, [
      ['main:l1', `1${9 * MIB}`],
      ['main:a.txt', 'f10'],
      ['main:l2', `2${9 * MIB}`],
      ['main:l3', `3${9 * MIB}`],
      ['main:empty', '0'],
    ]);
    assert.deepEqual(calls, ['info of 6', 'contents of 2', 'contents of 1', 'contents of 2']);
    const small: (Buffer | null)[] = [];
    const { spy: again, calls: once } = asked();
    for await (const { bytes } of eachObject(again, names, 10)) small.push(bytes);
    assert.deepEqual(
      small.map((bytes) => bytes?.length ?? null),
      [null, 10, null, null, 0],
    );
    assert.deepEqual(once, ['info of 6', 'contents of 2']);
  });
});

describe('a commit', () => {
  it('is what a ref, a tag or its id leads to; what leads to none is none, whatever it is called', async () => {
    const commit = fixture.git('rev-parse', 'main').trim();
    fixture.git('-c', 'user.name=A', '-c', 'user.email=a@x', 'tag', '-a', '-m', 'x', 'v1', 'main');
    for (const name of ['refs/heads/main', 'main', 'v1', 'refs/tags/v1', commit, commit.slice(0, 12)])
      assert.equal(await commitOf(repository, name), commit, name);
    for (const name of ['nowhere', '', blob('a.txt'), '-x', '--all', 'main\ninfo main', '0'.repeat(40)])
      assert.equal(await commitOf(repository, name), undefined, name);
  });

  it('of a git that fails is none, and of one that was ended is not known', async () => {
    const failing = (error: Error) => ({
      objects: { ...repository.objects, info: () => Promise.reject(error) },
    });
    assert.equal(await commitOf(failing(new GitFailure('bad object')), 'main'), undefined);
    const ended = new Error('aborted');
    await assert.rejects(commitOf(failing(ended), 'main'), ended);
  });
});
