import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { makeRepository } from '../../testing/repository.ts';
import { type CatFile, catFile } from './cat-file.ts';
import { GitFailure } from './run-git.ts';

const big = Buffer.alloc(3 * 1024 * 1024, 'line\n');
const files = { a: 'first\nsecond', none: '', bytes: Buffer.from([10, 0, 255, 10]), big };
const fixture = makeRepository([{ author: 'A <a@x>', at: 1_700_000_000, files }]);
after(() => fixture.remove());
let cat: CatFile;
beforeEach(() => {
  cat = catFile(fixture.dir);
});
afterEach(() => cat.close());

/** As git names a file's contents, reckoned without git. */
function blob(content: string | Buffer) {
  const bytes = Buffer.from(content);
  const id = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  return { id, type: 'blob', size: bytes.length };
}
const said = ({ id, type, size }: ReturnType<typeof blob>) => `${id} ${type} ${size}`;
/** The processes that this one has started and that still run. */
const children = () =>
  process.platform !== 'linux'
    ? 0
    : readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean).length;

const pipes = () => process.getActiveResourcesInfo().filter((name) => name === 'PipeWrap').length;

describe('one git for all objects', () => {
  it('says of each name what it is, or that it is missing, in their order', async () => {
    assert.deepEqual(await cat.info(['main:a', 'nowhere', 'main:none', 'main:big']), [
      said(blob(files.a)),
      'nowhere missing',
      said(blob('')),
      said(blob(big)),
    ]);
    assert.deepEqual(await cat.info([]), []);
  });

  it('gives the bytes of each, whatever these are and however many', async () => {
    const all = Object.values(files);
    const found = await cat.contents([...all, ...all].map(blob));
    for (const [index, bytes] of found.entries())
      assert.ok(bytes.equals(Buffer.from(all[index % all.length] ?? '')), `${index}`);
    assert.deepEqual(await cat.contents([]), []);
  });

  it('is asked by several at once, and answers each its own', async () => {
    const before = children();
    const [bytes, info, more] = await Promise.all([
      cat.contents([blob(big)]),
      cat.info(['main:a']),
      cat.contents([blob(files.a)]),
    ]);
    assert.ok(bytes[0]?.equals(big));
    assert.deepEqual([info, more], [[said(blob(files.a))], [Buffer.from(files.a)]]);
    if (process.platform === 'linux') assert.equal(children(), before + 1, 'all of one git');
    await cat.close();
    assert.equal(children(), before);
  });

  it('starts no git any more once it is closed, also for what waited its turn', async () => {
    const before = children();
    const waiting = [cat.info(['main:a']), cat.contents([blob(big)])].map((one) => one.catch(() => 'failed'));
    await cat.close();
    assert.equal((await Promise.all(waiting))[1], 'failed');
    await assert.rejects(cat.info(['main:a']), /it is closed/);
    assert.equal(children(), before);
  });

  it('is not started before it is asked', async () => {
    const never = catFile('/nowhere');
    await never.close();
    const nowhere = catFile('/nowhere');
    await assert.rejects(nowhere.info(['main']), Error);
  });

  it('fails where an object is no longer what it was, and answers what is asked next', async () => {
    const [running, open] = [children(), pipes()];
    const gone = { ...blob('another'), size: 3 };
    const changed = { ...blob(files.a), size: 3 };
    for (const [object, told] of [
      [gone, `git cat-file: ${gone.id} missing`],
      [changed, `git cat-file: ${said(blob(files.a))}`],
    ] as const) {
      await assert.rejects(
        cat.contents([blob(big), object, blob(big)]),
        (error) => error instanceof GitFailure && error.message === told,
      );
      assert.deepEqual(await cat.info(['main:a']), [said(blob(files.a))]);
    }
    await cat.close();
    assert.equal(children(), running);
    // Those of an earlier test may be closing still.
    assert.ok(pipes() <= open, 'what was not read is not kept open');
  });

  it('fails in git’s own words over a damaged object, and answers what is asked next', async () => {
    const damaged = fixture.copy();
    const own = catFile(damaged.dir);
    try {
      // A loose object of the right name whose bytes are none.
      const { id } = blob('damaged');
      const folder = join(damaged.dir, 'objects', id.slice(0, 2));
      mkdirSync(folder);
      writeFileSync(join(folder, id.slice(2)), 'not zlib');
      await assert.rejects(
        own.contents([blob('damaged')]),
        (error) => error instanceof GitFailure && error.message.startsWith('git cat-file: '),
      );
      assert.deepEqual(await own.info(['main:a']), [said(blob(files.a))]);
    } finally {
      await own.close();
      damaged.remove();
    }
  });

  it('ends with who asked', async () => {
    const aborting = new AbortController();
    const own = catFile(fixture.dir, aborting.signal);
    await own.info(['main']);
    aborting.abort(new Error('enough'));
    await assert.rejects(own.info(['main']), /enough/);
    await own.close();
  });
});
