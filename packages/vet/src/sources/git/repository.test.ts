import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import { goodHistory, licenceText, makeRepository, NOW } from '../../testing/repository.ts';
import { setTrap } from '../../testing/trap.ts';
import type { Target } from '../source.ts';
import { resolveTarget } from '../target.ts';
import { openRepository } from './repository.ts';
import { gitSource } from './source.ts';

const history = goodHistory(await licenceText('MIT'));
const scratch = mkdtempSync(join(tmpdir(), 'toolcrib-test-'));
const good = makeRepository(history.commits, history.tags);
let fixture = good;
beforeEach(() => {
  fixture = good.copy();
});
afterEach(() => fixture.remove());
after(() => {
  good.remove();
  rmSync(scratch, { recursive: true, force: true });
});

const target = (dir: string): Target => ({
  spec: dir,
  subject: { purl: 'pkg:generic/f', name: 'f' },
  git: { dir },
  files: [],
});
const collect = (dir = fixture.dir) => gitSource.collect(target(dir), { now: () => NOW });
const gitIn = (dir: string, ...args: string[]) =>
  execFileSync('git', ['-C', dir, ...args], { stdio: 'pipe' }).toString();

const PGP = '-----BEGIN PGP SIGNATURE-----\n\niQEzBAABCAAdFiEE\n-----END PGP SIGNATURE-----\n';
const signedByPgp = makeRepository(history.commits, [
  ...history.tags,
  { name: 'v9.0.0', at: NOW / 1000 - 86_400, signature: PGP },
]);
after(() => signedByPgp.remove());
const withPgp = () => {
  fixture.remove();
  fixture = signedByPgp.copy();
};

test('nothing that a repository’s configuration, hooks or attributes name is run', async () => {
  withPgp();
  const plain = await collect();
  const mark = setTrap(fixture.dir, scratch);
  const trapped = await collect();
  assert.equal(existsSync(mark), false, 'a program named by the repository was run');
  assert.deepEqual(trapped, plain);
});

test('the trap itself works: a plain git falls into it', () => {
  withPgp();
  const mark = setTrap(fixture.dir, scratch);
  assert.throws(() => gitIn(fixture.dir, 'tag', '-v', 'v9.0.0'));
  assert.equal(existsSync(mark), true);
});

test('a repository is left as it was, and the private folder is removed', async () => {
  const list = () =>
    execFileSync('find', [fixture.dir, '-type', 'f', '-printf', '%p %s %T@\n'])
      .toString()
      .split('\n')
      .sort()
      .join('\n');
  const before = list();
  const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('toolcrib-vet-')).length;
  const were = folders();
  await collect();
  assert.equal(list(), before);
  assert.ok(folders() <= were + 1);
});

test('inherited GIT_ variables point nowhere else', async () => {
  process.env.GIT_DIR = '/nonexistent';
  process.env.GIT_OBJECT_DIRECTORY = '/nonexistent';
  process.env.GIT_CONFIG_PARAMETERS = "'core.fsmonitor=/bin/false'";
  try {
    assert.deepEqual((await collect()).gaps, []);
  } finally {
    delete process.env.GIT_DIR;
    delete process.env.GIT_OBJECT_DIRECTORY;
    delete process.env.GIT_CONFIG_PARAMETERS;
  }
});

test('without a git that is said, and not taken for a repository without a commit', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nonexistent';
  try {
    await assert.rejects(collect(), { code: 'missing-part', message: 'git is not installed' });
  } finally {
    process.env.PATH = path;
  }
});

const INCOMPLETE: { name: string; spoil: () => string; reason: RegExp }[] = [
  { name: 'a shallow clone', spoil: () => clone('--depth=5'), reason: /shallow/ },
  { name: 'a partial clone', spoil: () => clone('--filter=blob:none'), reason: /partial/ },
  ...['shallow', 'config', 'info/grafts'].map((file) => ({
    name: `a ${file} too large to be read`,
    spoil: () => {
      const path = join(fixture.dir, file);
      mkdirSync(join(path, '..'), { recursive: true });
      appendFileSync(path, '\n'.repeat(1024 * 1024 + 1));
      return fixture.dir;
    },
    reason: new RegExp(`${file} is too large to be read`),
  })),
  {
    name: 'a grafted history',
    spoil: () => {
      const [tip, , , old] = fixture.git('rev-list', 'main').split('\n');
      writeFileSync(join(fixture.dir, 'info', 'grafts'), `${tip} ${old}\n`);
      return fixture.dir;
    },
    reason: /grafted/,
  },
];

function clone(option: string): string {
  const dir = join(scratch, `clone${Math.random().toString(36).slice(2)}`);
  gitIn(fixture.dir, 'config', 'uploadpack.allowFilter', 'true');
  execFileSync('git', ['clone', '--quiet', '--bare', option, `file://${fixture.dir}`, dir], {
    stdio: 'pipe',
  });
  return dir;
}

for (const { name, spoil, reason } of INCOMPLETE)
  test(`${name} gives no figure, and says why`, async () => {
    const { facts, gaps } = await collect(spoil());
    assert.deepEqual(facts, []);
    assert.deepEqual(new Set(gaps.flatMap(({ types }) => types)), new Set(gitSource.makes));
    assert.match(gaps[0]?.reason ?? '', reason);
  });

test('replaced objects and a lying commit-graph are not believed', async () => {
  const plain = await collect();
  const [tip, before] = fixture.git('rev-list', 'main').split('\n');
  fixture.git('replace', tip ?? '', before ?? '');
  fixture.git('commit-graph', 'write', '--reachable');
  assert.deepEqual(await collect(), plain);
});

test('a work tree, a linked work tree, a sha256 repository and packed refs are all read', async () => {
  const work = join(scratch, 'work');
  execFileSync('git', ['clone', '--quiet', fixture.dir, work], { stdio: 'pipe' });
  gitIn(work, 'worktree', 'add', '--quiet', join(scratch, 'linked'), '-b', 'other');
  gitIn(work, 'pack-refs', '--all');
  for (const dir of [work, join(scratch, 'linked'), join(work, '.git')]) {
    const repository = await openRepository(dir);
    assert.equal(repository.head?.commit, fixture.git('rev-parse', 'main').trim(), dir);
    await repository.close();
  }
  const dir = join(scratch, 'sha256');
  execFileSync('git', ['init', '--quiet', '--object-format=sha256', dir]);
  gitIn(
    dir,
    '-c',
    'user.name=A',
    '-c',
    'user.email=a@example.org',
    'commit',
    '--quiet',
    '--allow-empty',
    '-m',
    'first',
  );
  const { facts, gaps } = await collect(dir);
  assert.deepEqual(gaps, []);
  assert.ok(facts.length >= 5);
});

test('a clone that stands on an old tag is judged by the remote’s main branch', async () => {
  const dir = join(scratch, 'detached');
  execFileSync('git', ['clone', '--quiet', fixture.dir, dir], { stdio: 'pipe' });
  gitIn(dir, 'checkout', '--quiet', 'v1.0.0');
  const repository = await openRepository(dir);
  assert.deepEqual(repository.head, {
    ref: 'refs/remotes/origin/HEAD',
    commit: fixture.git('rev-parse', 'main').trim(),
  });
  await repository.close();
});

test('a folder is called after itself, whatever origin its configuration claims', async () => {
  fixture.git('config', 'remote.origin.url', 'https://github.com/derailed/k9s.git');
  const found = await resolveTarget({ spec: fixture.dir, files: [] }, { now: () => NOW });
  assert.ok('subject' in found);
  assert.deepEqual(found.subject, { purl: 'pkg:generic/fixture', name: 'fixture' });
});
