import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { readTrustPolicy } from '../policy/default.ts';
import {
  type CommitSpec,
  goodHistory,
  licenceText,
  makeRepository,
  NOW,
  SSH_SIGNATURE,
} from '../testing/repository.ts';
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

test('names of the inside are counted over all texts, the most frequent first, with where each was seen first', async () => {
  const { of } = await list([
    ...good.commits,
    {
      author: 'Ben <ben@example.org>',
      at: NOW / 1000 - 50,
      files: { 'a.txt': 'wiki.corp', 'b.txt': 'git.corp', 'c.txt': 'git.corp again' },
    },
  ]);
  assert.match(of('internal-names')?.reason ?? '', /git\.corp.*wiki\.corp/s);
});

test('what is collected is judged beside what is searched: no item of either is missing', async () => {
  const { items } = await list(good.commits);
  const ids = items.map(({ id }) => id);
  for (const id of ['secrets', 'internal-names', 'licence', 'readme', 'signed-tags'])
    assert.ok(ids.includes(id), id);
});

test('a secret in the message of a tag is found, and a message too long to be read is said', async () => {
  const { of } = await list(good.commits, [{ name: 'v1.0.0', at: NOW / 1000 - 500, signature: TOKEN }]);
  assert.match(of('secrets')?.reason ?? '', /message of tag v1\.0\.0:\d+ \(github\)/);
  const long = { author: 'Ben <ben@example.org>', at: NOW / 1000 - 500, message: 'word '.repeat(20_000) };
  const { of: other } = await list([...good.commits, long]);
  assert.equal(other('secrets')?.verdict, 'unknown');
  assert.match(other('secrets')?.reason ?? '', /1 were too large \(message of [0-9a-f]{12}\)/);
});

test('a secret that was taken out long ago is still found, where it came in, and never printed', async () => {
  const commits: CommitSpec[] = [
    ...good.commits,
    { author: 'Ben <ben@example.org>', at: NOW / 1000 - 5000, files: { 'deploy.env': `TOKEN=${TOKEN}\n` } },
    { author: 'Ben <ben@example.org>', at: NOW / 1000 - 4000, files: { 'deploy.env': 'TOKEN=\n' } },
  ];
  const { fixture, of } = await list(commits);
  const secrets = of('secrets');
  assert.equal(secrets?.verdict, 'fail');
  const commit = fixture.git('rev-parse', '--short', 'main~1').trim();
  assert.match(secrets?.reason ?? '', new RegExp(`deploy\\.env:1 \\(github, in ${commit}\\)`));
  assert.ok(!JSON.stringify(secrets).includes(TOKEN));
  assert.match(secrets?.mend ?? '', /revoke them first.*git filter-repo --replace-text/);
});

test('a secret on another branch, on a tag, or in a message is found too', async () => {
  const message = await list([
    ...good.commits,
    { author: 'Ben <ben@example.org>', at: NOW / 1000 - 5000, message: `Use ${TOKEN}` },
  ]);
  assert.match(message.of('secrets')?.reason ?? '', /commit message/);
  const { fixture } = await list([
    ...good.commits,
    { author: 'B <b@example.org>', at: NOW / 1000 - 50, files: { 'key.txt': TOKEN } },
  ]);
  fixture.git('update-ref', 'refs/heads/other', 'main');
  fixture.git('update-ref', 'refs/heads/main', 'main~1');
  const subject = { purl: 'pkg:generic/own', name: 'own' };
  const items = await publishChecklist(
    { spec: '.', subject, git: { dir: fixture.dir }, files: [] },
    policy.resolve(subject),
    { now: () => NOW },
  );
  assert.equal(items.find(({ id }) => id === 'secrets')?.verdict, 'fail');
});

test('internal names are for a person to look at', async () => {
  const { of } = await list([
    ...good.commits,
    {
      author: 'B <b@build7.corp>',
      at: NOW / 1000 - 50,
      files: { 'config.yaml': 'url: https://vault.eu.corp:8200\nip: 10.20.30.40\n' },
    },
  ]);
  const item = of('internal-names');
  assert.equal(item?.verdict, 'unknown');
  for (const name of ['vault.eu.corp', '10.20.30.40', 'build7.corp'])
    assert.ok(item?.reason.includes(name), name);
});

test('a shallow clone is not searched: the secret may be in the part that is not here', async () => {
  const { fixture } = await list(good.commits, [
    ...good.tags,
    { name: 'v9.0.0', at: NOW / 1000 - 90, signature: SSH_SIGNATURE },
  ]);
  const { writeFileSync } = await import('node:fs');
  writeFileSync(`${fixture.dir}/shallow`, fixture.git('rev-parse', 'main'));
  const subject = { purl: 'pkg:generic/own', name: 'own' };
  const items = await publishChecklist(
    { spec: '.', subject, git: { dir: fixture.dir }, files: [] },
    policy.resolve(subject),
    { now: () => NOW },
  );
  assert.equal(items.find(({ id }) => id === 'secrets')?.verdict, 'unknown');
});
