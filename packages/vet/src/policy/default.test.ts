import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { policyReader, readTrustPolicy } from './default.ts';

const SHIPPED = 'toolcrib/policies/trust.yaml';
const here = process.cwd();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'policy-'));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(here);
  rmSync(folder, { recursive: true });
});
const text = (name: string) =>
  `apiVersion: toolcrib.dev/v1alpha1\nkind: TrustPolicy\nspec:\n  default: ${name}\n  profiles:\n    ${name}:\n      require: [licence]\n`;
const SUBJECT = { purl: 'pkg:npm/tool', name: 'tool' };
const profile = async (...given: Parameters<typeof readTrustPolicy>) => {
  const { policy, ...rest } = await readTrustPolicy(...given);
  return { profile: policy.resolve(SUBJECT).profile, source: policy.resolve(SUBJECT).source?.path, ...rest };
};
const own = (name: string) => {
  mkdirSync('policies');
  writeFileSync(join('policies', 'trust.yaml'), text(name));
};

test('the policy that was named is read, whatever else lies here', async () => {
  own('here');
  writeFileSync('mine.yaml', text('mine'));
  for (const ofVetted of [false, true])
    assert.deepEqual(await profile('mine.yaml', ofVetted), {
      profile: 'mine',
      source: 'mine.yaml',
      path: 'mine.yaml',
    });
  await assert.rejects(readTrustPolicy('nowhere.yaml'), {
    code: 'not-found',
    message: 'there is no policy nowhere.yaml',
    next: 'name one with --policy',
  });
  await assert.rejects(readTrustPolicy('policies'), {
    code: 'bad-file',
    message: /^policies can't be read: /,
  });
});

test('without one it is that of this folder, unless the folder is what is looked at', async () => {
  own('here');
  const path = join('policies', 'trust.yaml');
  assert.deepEqual(await profile(undefined), { profile: 'here', source: path, path });
  const other = await profile(undefined, true);
  assert.deepEqual([other.source, other.path, other.passedOver], [SHIPPED, SHIPPED, path]);
  assert.notEqual(other.profile, 'here');
});

test('without any it is the one that comes with toolcrib, and its path is no place on this disk', async () => {
  for (const ofVetted of [false, true]) {
    const { path, source, ...rest } = await profile(undefined, ofVetted);
    assert.deepEqual([path, source, 'passedOver' in rest], [SHIPPED, SHIPPED, false]);
  }
  const shipped = readFileSync(join(import.meta.dirname, '../../../../policies/trust.yaml'), 'utf8');
  assert.ok(shipped.includes(`default: ${(await profile(undefined)).profile}`));
});

test('each is read once for many tools', async () => {
  own('here');
  const read = policyReader(undefined);
  const first = await read(false);
  rmSync('policies', { recursive: true });
  assert.equal(await read(false), first);
  assert.equal((await read(true)).path, SHIPPED);
});
