import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { readTrustPolicy } from '../policy/default.ts';
import { type CommitSpec, goodHistory, licenceText, makeRepository, NOW } from '../testing/repository.ts';
import { internalNames } from './internal.ts';
import { publishChecklist } from './publish.ts';

const { policy } = await readTrustPolicy(undefined);
const made: { remove(): void }[] = [];
after(() => {
  for (const { remove } of made) remove();
});
const good = goodHistory(await licenceText('Apache-2.0'));

async function list(commits: CommitSpec[], tags = good.tags) {
  const fixture = makeRepository(commits, tags);
  made.push(fixture);
  const subject = { purl: 'pkg:generic/own', name: 'own' };
  const items = await publishChecklist(
    { spec: '.', subject, git: { dir: fixture.dir }, files: [] },
    policy.resolve(subject),
    { now: () => NOW },
  );
  return { fixture, items, of: (id: string) => items.find((item) => item.id === id) };
}

/** Put together here, so that this file itself holds nothing that looks like a secret. */
const TOKEN = ['ghp', '_wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('');

test('a tool that is ready lacks nothing', async () => {
  const { items } = await list(good.commits);
  for (const { id, verdict, reason, mend } of items) {
    assert.equal(verdict, 'pass', `${id}: ${reason}`);
    assert.equal(mend, undefined, id);
  }
  assert.ok(items.length >= 12);
});

test('binary files are said not to have been looked into', async () => {
  const image = {
    author: 'Ben <ben@example.org>',
    at: NOW / 1000 - 500,
    files: { 'a.png': Buffer.alloc(9) },
  };
  const { of } = await list([...good.commits, image]);
  assert.match(of('secrets')?.reason ?? '', /none found; .*, 1 binary files were not/);
});

test('a secret in UTF-16 is found, with its mark and without; a text in no known encoding leaves it unknown', async () => {
  const script = `$env:TOKEN = "${TOKEN}"\r\n`;
  const little = Buffer.from(`\ufeff${script}`, 'utf16le');
  const big = Buffer.from(little).swap16();
  for (const [name, bytes] of [
    ['mark.ps1', little],
    ['big.ps1', big],
    ['bare.reg', Buffer.from(script, 'utf16le')],
  ] as const) {
    const { of } = await list([
      ...good.commits,
      { author: 'Ben <ben@example.org>', at: NOW / 1000 - 5000, files: { [name]: bytes } },
    ]);
    assert.equal(of('secrets')?.verdict, 'fail', name);
    assert.ok(of('secrets')?.reason.includes(name), name);
  }
  const odd = Buffer.from([...`TOKEN=${TOKEN}`].flatMap((letter) => [letter.charCodeAt(0), 0, 0, 0]));
  const { of } = await list([
    ...good.commits,
    { author: 'Ben <ben@example.org>', at: NOW / 1000 - 5000, files: { 'odd.env': odd } },
  ]);
  assert.equal(of('secrets')?.verdict, 'unknown');
  assert.match(of('secrets')?.reason ?? '', /1 are texts in no encoding known here \(odd\.env\)/);
});

test('a secret in a test may be made up: a person must look, and it never passes', async () => {
  const { of } = await list([
    ...good.commits,
    {
      author: 'Ben <ben@example.org>',
      at: NOW / 1000 - 50,
      files: { 'src/login_test.go': `token := "${TOKEN}"` },
    },
  ]);
  assert.equal(of('secrets')?.verdict, 'unknown');
  assert.match(of('secrets')?.reason ?? '', /login_test\.go/);
});

test('a text too large to look into leaves it unknown', async () => {
  const { of } = await list([
    ...good.commits,
    { author: 'B <b@example.org>', at: NOW / 1000 - 50, files: { 'dump.sql': 'x'.repeat(2 * 1024 * 1024) } },
  ]);
  assert.equal(of('secrets')?.verdict, 'unknown');
  assert.match(of('secrets')?.reason ?? '', /dump\.sql/);
});

test('internal names: told from versions and from names that everybody has', () => {
  assert.deepEqual(
    internalNames('10.1.2.3 and 192.168.40.7, 172.20.1.1; git.team.internal, http://wiki.lan/x'),
    ['10.1.2.3', '192.168.40.7', '172.20.1.1', 'git.team.internal', 'wiki.lan'],
  );
  assert.deepEqual(
    internalNames(
      'v10.1.2 10.1.2.3.4 300.1.1.1 10.999.1.1 web.shop.svc.cluster.local host.docker.internal this.local() state.internal; docs.corporate.example 8.8.8.8 172.32.0.1',
    ),
    [],
  );
});

test('an empty tool lacks everything, and each lack has its command', async () => {
  const { items } = await list(
    [{ author: 'A <a@example.org>', at: NOW / 1000 - 50, files: { 'main.go': 'package main\n' } }],
    [{ name: 'v0.1.0' }],
  );
  const lacking = items.filter(({ verdict }) => verdict !== 'pass');
  for (const id of [
    'licence',
    'disclosure',
    'signed-tags',
    'sbom',
    'readme',
    'contributing',
    'codeowners',
    'ci',
    'lock-file',
  ])
    assert.ok(lacking.find((item) => item.id === id)?.mend, id);
});
