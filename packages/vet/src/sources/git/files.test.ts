import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { licenceText, makeRepository } from '../../testing/repository.ts';
import { readFiles, readMain } from './files.ts';
import { openRepository } from './repository.ts';

const made: { remove(): void }[] = [];
after(() => {
  for (const { remove } of made) remove();
});
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
const MIT = await licenceText('MIT');
const SBOM = '{"bomFormat":"CycloneDX","specVersion":"1.6"}\n';
const LARGE = 'x'.repeat(1024 * 1024 + 1);
const MANIFEST = '{"name":"x","license":"MIT"}';
const SECURITY = 'Report to security@example.org. You will have an answer within 14 days.\n';
const FRAME = { text: 'ort to security@example.org. You will have an answer within 14 days.', days: 14 };
const ENDED = '# X\n\nThis project is archived and no longer maintained.\n';

async function read(files: Record<string, string | Buffer>, change = (_: string) => 'main') {
  const fixture = makeRepository([{ author: 'A <a@example.org>', at: 1_700_000_000, files }]);
  made.push(fixture);
  const commit = fixture.git('rev-parse', change(fixture.dir)).trim();
  const repository = await openRepository(fixture.dir);
  try {
    const { value, sha256: hash } = await readFiles(repository, commit, 'v1');
    const main = await readMain(repository, commit);
    return { fixture, commit, value, hash, main };
  } finally {
    await repository.close();
  }
}

test('the files of a commit are told by their names, with what small texts say', async () => {
  const { fixture, commit, value, hash } = await read({
    LICENSE: MIT,
    'SECURITY.md': SECURITY,
    'docs/security.md': 'Nothing of it.\n',
    'README.md': ENDED,
    'package.json': MANIFEST,
    'pyproject.toml': '[project]\nname = "x"\n',
    'CONTRIBUTING.md': 'x',
    '.github/CODEOWNERS': '* @team',
    'sbom.json': SBOM,
    'go.sum': '',
    '.github/workflows/ci.yml': 'on: push',
    'src/main.go': 'package main',
  });
  assert.deepEqual(value, {
    commit,
    revision: 'v1',
    files: 12,
    submodules: 0,
    licences: [{ path: 'LICENSE', sha256: sha256(MIT), spdx: 'MIT', likeness: 1 }],
    declaredLicences: [{ path: 'package.json', sha256: sha256(MANIFEST), expression: 'MIT' }],
    // A chapter among the documentation is no policy by its name alone.
    security: [{ path: 'SECURITY.md', sha256: sha256(SECURITY), contact: true, timeframes: [FRAME] }],
    readme: {
      path: 'README.md',
      sha256: sha256(ENDED),
      endOfLife: 'This project is archived and no longer maintained.',
    },
    contributing: ['CONTRIBUTING.md'],
    codeowners: ['.github/CODEOWNERS'],
    sboms: [{ path: 'sbom.json', sha256: sha256(SBOM), format: 'cyclonedx' }],
    lockFiles: ['go.sum'],
    ci: ['.github/workflows/ci.yml'],
  });
  const listed = execFileSync('git', ['-C', fixture.dir, 'ls-tree', '-r', '-z', '--full-tree', commit]);
  assert.equal(hash, sha256(listed), 'the hash is over what git prints');
});

test('a text too large to be read is there all the same, and nothing is known of it', async () => {
  const { value, main } = await read({
    LICENSE: LARGE,
    'SECURITY.md': LARGE,
    'README.md': LARGE,
    'package.json': LARGE,
  });
  assert.deepEqual(
    value.licences.map(({ path, sha256, spdx }) => [path, sha256, spdx]),
    [['LICENSE', null, null]],
  );
  assert.deepEqual(value.security, [{ path: 'SECURITY.md', sha256: null, contact: false, timeframes: [] }]);
  assert.deepEqual(value.readme, { path: 'README.md', sha256: null, endOfLife: null });
  assert.deepEqual(value.declaredLicences, []);
  assert.deepEqual(main.value.readmes, [{ path: 'README.md', sha256: null, endOfLife: null }]);
});

test('a text that git does not have is there all the same, and nothing is known of it', async () => {
  const fixture = makeRepository([
    {
      author: 'A <a@example.org>',
      at: 1_700_000_000,
      files: { LICENSE: MIT, 'README.md': ENDED, 'sbom.json': SBOM },
    },
  ]);
  made.push(fixture);
  const commit = fixture.git('rev-parse', 'main').trim();
  const repository = await openRepository(fixture.dir);
  const info = async (names: readonly string[]) => names.map((name) => `${name} missing`);
  const without = { ...repository, objects: { ...repository.objects, info } };
  try {
    const { value } = await readFiles(without, commit, 'v1');
    assert.deepEqual(
      [value.licences[0]?.sha256, value.readme?.sha256, value.sboms],
      [null, null, [{ path: 'sbom.json', sha256: null, format: null }]],
    );
    const main = await readMain(without, commit);
    assert.deepEqual(main.value.readmes, [{ path: 'README.md', sha256: null, endOfLife: null }]);
  } finally {
    await repository.close();
  }
});

test('SBOMs are looked at until one is what its name says, and no more than five', async () => {
  const files = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`${at}.cdx.json`, `{"no": ${at}}`]));
  const formats = async (more: Record<string, string>) =>
    (await read(more)).value.sboms.map(({ path, format }) => `${path} ${format}`);
  assert.deepEqual(await formats({ ...files(2), '1a.cdx.json': SBOM, '2.cdx.json': SBOM }), [
    '0.cdx.json null',
    '1.cdx.json null',
    '1a.cdx.json cyclonedx',
  ]);
  assert.equal((await formats({ ...files(6), '9.cdx.json': SBOM })).length, 5);
  const padded = SBOM + ' '.repeat(2 * 1024 * 1024);
  assert.deepEqual(
    await formats({ 'sbom.json': padded }),
    ['sbom.json cyclonedx'],
    'larger than other texts',
  );
});

test('of one kind fifty are listed, and all are counted', async () => {
  const { value } = await read(
    Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`.github/workflows/${at}.yml`, ''])),
  );
  assert.deepEqual([value.ci.length, value.files], [50, 60]);
});

test('links and submodules are counted, and no link is a licence', async () => {
  const tree = (dir: string) => {
    const git = (args: string[], input: string) =>
      execFileSync('git', ['-C', dir, ...args], { input, encoding: 'utf8' }).trim();
    const blob = git(['hash-object', '-w', '--stdin'], MIT);
    return git(
      ['mktree', '--missing'],
      `100755 blob ${blob}\tCOPYING\n120000 blob ${blob}\tLICENSE\n120000 blob ${blob}\tREADME\n160000 commit ${'1'.repeat(40)}\tmodule\n`,
    );
  };
  const { value, main } = await read({ x: 'x' }, tree);
  assert.deepEqual([value.files, value.submodules], [3, 1]);
  assert.deepEqual(
    value.licences.map(({ path }) => path),
    ['COPYING'],
  );
  assert.deepEqual([value.readme, main.value.readmes], [null, []]);
});

test('a path of more than 500 characters is of no kind', async () => {
  const path = (length: number) => `${'d/'.repeat(200)}${'x'.repeat(length - 400 - 9)}.cdx.json`;
  const { value } = await read({ [path(500)]: 'x', [path(501)]: 'x' });
  assert.deepEqual(
    value.sboms.map(({ path }) => path.length),
    [500],
  );
  assert.equal(value.files, 2);
});

test('the main branch says what its READMEs at the top say', async () => {
  const { fixture, commit, main } = await read({
    'README.md': ENDED,
    README: 'Fine.\n',
    'sub/README.md': ENDED,
  });
  assert.deepEqual(main.value, {
    commit,
    readmes: [
      { path: 'README', sha256: sha256('Fine.\n'), endOfLife: null },
      {
        path: 'README.md',
        sha256: sha256(ENDED),
        endOfLife: 'This project is archived and no longer maintained.',
      },
    ],
  });
  const listed = execFileSync('git', ['-C', fixture.dir, 'ls-tree', '-z', '--full-tree', commit]);
  assert.equal(main.sha256, sha256(listed));
});
