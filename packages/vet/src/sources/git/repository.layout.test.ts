import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import { makeRepository } from '../../testing/repository.ts';
import { locate, openRepository } from './repository.ts';

const good = makeRepository([{ author: 'A <a@x>', at: 1_700_000_000, files: { a: 'x' } }]);
const commit = good.git('rev-parse', 'main').trim();
/** Private folders are made here, so that what is left of one is seen. */
const scratch = mkdtempSync(join(tmpdir(), 'layout-'));
let fixture = good;
let temporary: string | undefined;
beforeEach(() => {
  fixture = good.copy();
  temporary = process.env.TMPDIR;
  process.env.TMPDIR = scratch;
});
afterEach(() => {
  if (temporary === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = temporary;
  fixture.remove();
});
after(() => {
  good.remove();
  rmSync(scratch, { recursive: true });
});
const write = (file: string, text: string) => writeFileSync(join(fixture.dir, file), text);
/** What is seen of it once it is closed again. */
async function seen(dir = fixture.dir) {
  const { head, incomplete, close } = await openRepository(dir);
  await close();
  await close();
  assert.deepEqual(readdirSync(scratch), [], 'nothing is left of it');
  return { head, incomplete };
}
const LARGE = '#'.repeat(1024 * 1024 + 1);

test('it is opened by its main branch, and leaves nothing behind', async () => {
  const children = () =>
    process.platform !== 'linux'
      ? []
      : readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
  const before = children().length;
  assert.deepEqual(await seen(), { head: { ref: 'refs/heads/main', commit }, incomplete: null });
  assert.equal(children().length, before);
});

test('of a detached one it is the remote’s main branch, else the commit itself; of none it is nothing', async () => {
  write('HEAD', `${commit}\n`);
  assert.deepEqual((await seen()).head, { ref: 'HEAD', commit });
  fixture.git('update-ref', 'refs/remotes/origin/HEAD', commit);
  assert.deepEqual((await seen()).head, { ref: 'refs/remotes/origin/HEAD', commit });
  fixture.git('update-ref', '-d', 'refs/remotes/origin/HEAD');
  // A branch that is called as what is not there is written.
  fixture.git('branch', 'undefined', commit);
  for (const head of ['ref: refs/heads/nowhere\n', 'ref: garbage\n', LARGE]) {
    write('HEAD', head);
    assert.equal((await seen()).head, null);
  }
});

test('with its refs packed it needs no folder of them', async () => {
  fixture.git('pack-refs', '--all');
  rmSync(join(fixture.dir, 'refs'), { recursive: true });
  assert.deepEqual((await seen()).head, { ref: 'refs/heads/main', commit });
});

test('a form that is not read is refused, and so is what git would wait for', async () => {
  appendFileSync(join(fixture.dir, 'config'), '[extensions]\n\trefStorage = RefTable\n');
  await assert.rejects(openRepository(fixture.dir), {
    code: 'not-understood',
    message: `${fixture.dir} keeps its refs as "reftable", which is not read yet`,
    next: 'make a clone of it with --ref-format=files',
  });
  for (const folder of ['objects', 'refs']) {
    const other = good.copy();
    execFileSync('mkfifo', [join(other.dir, folder, 'pipe')]);
    await assert.rejects(openRepository(other.dir), { code: 'bad-file', message: /pipe is a pipe/ });
    other.remove();
  }
});

test('who ends it gets their reason, and nothing is left', async () => {
  const ended = AbortSignal.abort(new Error('enough'));
  await assert.rejects(openRepository(fixture.dir, ended), /^Error: enough$/);
  write('HEAD', LARGE);
  await assert.rejects(openRepository(fixture.dir, ended), /^Error: enough$/, 'also where git is not asked');
  assert.deepEqual(readdirSync(scratch), []);
});

test('a git directory is told by its layout, and may be named by a file', async () => {
  assert.deepEqual(await locate(fixture.dir), { git: fixture.dir, common: fixture.dir });
  const work = join(fixture.dir, '..', 'work');
  mkdirSync(work);
  await assert.rejects(locate(work), { code: 'bad-file', message: `${work} is not a git repository` });
  writeFileSync(join(work, '.git'), 'gitdir: ../fixture.git\n');
  assert.deepEqual(await locate(work), { git: fixture.dir, common: fixture.dir });
  for (const text of ['nothing', LARGE]) {
    writeFileSync(join(work, '.git'), text);
    await assert.rejects(locate(work), { code: 'bad-file' });
  }
  for (const part of ['HEAD', 'objects']) {
    const half = good.copy();
    rmSync(join(half.dir, part), { recursive: true });
    await assert.rejects(locate(half.dir), { code: 'bad-file' }, `without ${part}`);
    half.remove();
  }
  await assert.rejects(locate(join(work, 'nowhere')), {
    code: 'not-found',
    next: 'name a clone, bare or not',
  });
});

test('another work tree has its own HEAD, and the rest in common', async () => {
  const linked = join(fixture.dir, 'worktrees', 'x');
  mkdirSync(join(linked, 'objects'), { recursive: true });
  writeFileSync(join(linked, 'HEAD'), `${commit}\n`);
  writeFileSync(join(linked, 'commondir'), '../..\n');
  assert.deepEqual(await locate(linked), { git: linked, common: fixture.dir });
  assert.deepEqual((await seen(linked)).head, { ref: 'HEAD', commit });
  for (const text of ['\n', LARGE]) {
    writeFileSync(join(linked, 'commondir'), text);
    assert.deepEqual(await locate(linked), { git: linked, common: linked });
  }
});

test('a history that is not whole is told by its configuration and its files', async () => {
  const partial = /^the clone is partial/;
  const table: [config: string, why: RegExp | null][] = [
    ['[remote "o"]\n\tpartialCloneFilter = blob:none\n', partial],
    ['[extensions]\n\tpartialClone = o\n', partial],
    ['[other]\n\tpartialClone = o\n', null],
    ['[remote "o"]\n\tpromisor = true\n', partial],
    ['[remote "o"]\n\tpromisor = yes\n', partial],
    ['[remote "o"]\n\tpromisor\n', partial],
    ['[remote "o"]\n\tpromisor = False\n', null],
    ['[remote "o"]\n\tpromisor = 0\n', null],
    ['', null],
  ];
  const own = readFileSync(join(fixture.dir, 'config'), 'utf8');
  for (const [config, why] of table) {
    write('config', own + config);
    const { incomplete } = await seen();
    if (why === null) assert.equal(incomplete, null, config);
    else assert.match(incomplete ?? '', why, config);
  }
  for (const [text, why] of [
    ['# a comment\n\n', null],
    [`${commit}\n`, 'the history is grafted (info/grafts): its parents are not those that were committed'],
    [LARGE, "its file info/grafts is too large to be read: whether the history is whole can't be told"],
  ] as const) {
    write('info/grafts', text);
    assert.equal((await seen()).incomplete, why);
  }
});
