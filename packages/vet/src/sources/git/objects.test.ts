import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { makeRepository } from '../../testing/repository.ts';
import { eachObject, readObjects } from './objects.ts';
import { GitFailure, openRepository, type Repository } from './repository.ts';

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
/** The repository, with what git is asked for counted, or answered otherwise. */
const asked = (more: Partial<Repository> = {}) => {
  const calls: string[] = [];
  const spy: Repository = {
    ...repository,
    text: (args, options) => {
      calls.push(args.join(' '));
      return repository.text(args, options);
    },
    stream: (args, input) => {
      calls.push(args.join(' '));
      return repository.stream(args, input);
    },
    ...more,
  };
  return { spy, calls };
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
    assert.deepEqual(calls, ['cat-file --batch-check']);
  });

  it('that git breaks off in the middle are a failure, and never half a file', async () => {
    const { spy } = asked({
      stream: async function* () {
        yield Buffer.from('x blob 10\nfirst\nline\n');
      },
    });
    await assert.rejects(
      readObjects(spy, ['main:a.txt', 'main:b.bin']),
      (error) => error instanceof GitFailure && error.message === 'git cat-file: its answer ended early',
    );
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
    assert.equal(calls.filter((call) => call === 'cat-file --batch').length, 3);
    const small: (Buffer | null)[] = [];
    const { spy: again, calls: once } = asked();
    for await (const { bytes } of eachObject(again, names, 10)) small.push(bytes);
    assert.deepEqual(
      small.map((bytes) => bytes?.length ?? null),
      [null, 10, null, null, 0],
    );
    assert.equal(once.filter((call) => call === 'cat-file --batch').length, 1);
  });
});
