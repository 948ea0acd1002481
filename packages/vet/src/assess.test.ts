import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { assess } from './assess.ts';
import { packText, readPack } from './pack/pack.ts';
import { readTrustPolicy } from './policy/default.ts';
import type { Target } from './sources/source.ts';
import { makeRepository, NOW } from './testing/repository.ts';

const fixture = makeRepository(
  [{ author: 'A <a@example.org>', at: NOW / 1000 - 600, files: { 'README.md': '# A tool\n' } }],
  [{ name: 'v1.0.0' }],
);
/** Clones lie here, so that what is left of one can be seen. */
const scratch = mkdtempSync(join(tmpdir(), 'assess-'));
const before = process.env.TMPDIR;
process.env.TMPDIR = scratch;
after(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  fixture.remove();
  rmSync(scratch, { recursive: true });
});

const { policy } = await readTrustPolicy(undefined);
const context = { now: () => NOW };

test('a tool is vetted into a pack: what was asked, what was found, what it comes to', async () => {
  const asked = { spec: fixture.dir, files: [] };
  const told: Target['subject'][] = [];
  const pack = await assess(
    asked,
    async (subject, target) => {
      told.push(subject);
      assert.deepEqual(target.git, { dir: fixture.dir });
      return policy.resolve(subject);
    },
    context,
  );
  const subject = { purl: 'pkg:generic/fixture', name: 'fixture' };
  assert.deepEqual(told, [subject]);
  assert.deepEqual(pack.subject, subject);
  assert.deepEqual(pack.asked, asked);
  assert.equal(pack.assessedAt, '2026-03-23T12:00:00.000Z');
  assert.equal(pack.kind, 'EvidencePack');
  assert.deepEqual(pack.policy, JSON.parse(JSON.stringify(policy.resolve(subject))));
  assert.equal(pack.verdict, 'fail', 'no licence');
  assert.equal(pack.results.find(({ criterion }) => criterion === 'licence')?.verdict, 'fail');
  assert.ok(pack.evidence.some(({ type }) => type === 'git.files'));
  assert.deepEqual(readPack(packText(pack), 'x'), pack, 'and is sealed');
});

test('an address is cloned for as long as it is read, and is what the pack names', async () => {
  const url = `file://${fixture.dir}`;
  const cloned: Target[] = [];
  const pack = await assess(
    { spec: `git:${url}@v1.0.0`, files: [] },
    (subject, target) => {
      cloned.push(target);
      return policy.resolve(subject);
    },
    context,
  );
  assert.ok(cloned[0]?.git?.dir.startsWith(scratch));
  assert.equal(cloned[0]?.git?.revision, 'v1.0.0');
  assert.deepEqual(pack.subject, { purl: 'pkg:generic/fixture', name: 'fixture', version: '1.0.0' });
  for (const { source } of pack.evidence) assert.equal(source.location, url);
  assert.deepEqual(readdirSync(scratch), [], 'the clone is gone');
});

test('a password in an address is in no pack', async () => {
  const spec = `git:file://user:secret@${fixture.dir}`;
  const pack = await assess({ spec, files: [] }, (subject) => policy.resolve(subject), context).catch(String);
  assert.doesNotMatch(JSON.stringify(pack), /secret/);
});

test('the clone goes as well where there is no policy to judge by', async () => {
  const failing = () => {
    throw new Error('no policy');
  };
  await assert.rejects(
    assess({ spec: `git:file://${fixture.dir}`, files: [] }, failing, context),
    /no policy/,
  );
  assert.deepEqual(readdirSync(scratch), []);
});
