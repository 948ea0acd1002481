import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { assess } from '../assess.ts';
import { packText } from '../pack/pack.ts';
import type { EvidencePack } from '../pack/schema.ts';
import { loadTrustPolicy } from '../policy/policy.ts';
import { packOf, resealed } from '../testing/pack.ts';
import { makeRepository } from '../testing/repository.ts';
import { vetPacks } from './packs.ts';

const DAY = 86_400_000;
const scratch = mkdtempSync(join(tmpdir(), 'packs-'));
/** Two policies: the README is not looked at by either, so each has one verdict over this fixture. */
const text = (require: string) =>
  `apiVersion: toolcrib.dev/v1alpha1\nkind: TrustPolicy\nspec:\n  default: a\n  jobs: {strict: b}\n  profiles:\n    a: {require: [${require}]}\n    b: {require: [licence]}\n`;
const at = (name: string) => join(scratch, name);
const now = Date.now();
let fixture: ReturnType<typeof makeRepository>;
let made: EvidencePack;
before(async () => {
  fixture = makeRepository(
    Array.from({ length: 3 }, (_, day) => ({
      author: 'A <a@example.org>',
      at: Math.floor((now - (10 - day) * DAY) / 1000),
      files: { 'README.md': `# A tool of ${day}\n` },
    })),
  );
  writeFileSync(at('mild.yaml'), text('maintained'));
  writeFileSync(at('strict.yaml'), text('licence'));
  const mild = loadTrustPolicy(text('maintained'), 'mild.yaml');
  made = await assess({ spec: fixture.dir, files: [] }, (subject) => mild.resolve(subject), {
    now: () => now - 5 * DAY,
  });
  assert.equal(made.verdict, 'pass');
});
after(() => {
  fixture.remove();
  rmSync(scratch, { recursive: true });
});

const write = (name: string, pack: EvidencePack) => {
  writeFileSync(at(name), packText(pack));
  return at(name);
};
const vet = (packs: string[], more: Partial<Parameters<typeof vetPacks>[0]> = {}) =>
  vetPacks({ packs, policy: at('mild.yaml'), offline: true, ...more });

test('a pack that holds counts as what it says and as what the reader demands', async () => {
  const path = write('good.json', made);
  const good = await vet([path]);
  const [pack] = good.packs;
  assert.deepEqual([good.verdict, pack?.holds, pack?.unread, pack?.path], ['pass', true, [], path]);
  assert.deepEqual(
    [pack?.ownPolicy.verdict, pack?.ownPolicy.same, pack?.ownPolicy.path],
    ['pass', true, at('mild.yaml')],
  );
  const strict = await vet([path], { policy: at('strict.yaml') });
  assert.equal(strict.verdict, 'fail');
  assert.equal(strict.packs[0]?.ownPolicy.same, false);
  assert.equal((await vet([path], { job: 'strict' })).verdict, 'fail', 'as the job demands');
});

test('a pack that says worse than the reader demands stays worse', async () => {
  const strict = loadTrustPolicy(text('licence'), 'strict.yaml');
  const failing = await assess({ spec: fixture.dir, files: [] }, (subject) => strict.resolve(subject), {
    now: () => now - 5 * DAY,
  });
  const found = await vet([write('failing.json', failing)]);
  assert.deepEqual([found.packs[0]?.ownPolicy.verdict, found.verdict], ['pass', 'fail']);
});

test('a pack that does not hold fails, whatever the policies say', async () => {
  const forged = resealed(made, (copy) => void copy.results.pop());
  const found = await vet([write('forged.json', forged)]);
  assert.deepEqual(
    [found.packs[0]?.holds, found.packs[0]?.ownPolicy.verdict, found.verdict],
    [false, 'pass', 'fail'],
  );
});

test('a pass that only the pack speaks for is not known', async () => {
  const elsewhere = resealed(made, (copy) => {
    for (const fact of copy.evidence) fact.source.location = '/nowhere';
  });
  const path = write('elsewhere.json', elsewhere);
  const found = await vet([path]);
  assert.deepEqual(
    [found.packs[0]?.holds, found.packs[0]?.unread, found.verdict],
    [true, ['maintained'], 'unknown'],
  );
  assert.equal((await vet([path], { git: fixture.dir })).verdict, 'pass', 'a clone is named');
});

test('a pack older than the reader wants is not known', async () => {
  const path = write('old.json', made);
  const found = await vet([path], { maxAgeDays: 4 });
  assert.deepEqual([found.packs[0]?.ageDays, found.packs[0]?.maxAgeDays, found.verdict], [5, 4, 'unknown']);
  const young = await vet([path], { maxAgeDays: 5 });
  assert.deepEqual([young.packs[0]?.maxAgeDays, young.verdict], [undefined, 'pass']);
});

test('of several packs the worst decides, in the order in which they were named', async () => {
  const good = write('good.json', made);
  const forged = write(
    'forged.json',
    resealed(made, (copy) => void copy.results.pop()),
  );
  const found = await vet([forged, good]);
  assert.equal(found.verdict, 'fail');
  assert.deepEqual(
    found.packs.map(({ path }) => path),
    [forged, good],
  );
});

test('the registry that is named is asked, unless it is to be left alone', async () => {
  const path = write('npm.json', packOf());
  const asked: string[] = [];
  const registry = createServer(({ url }, answer) => {
    asked.push(url ?? '');
    answer.writeHead(404).end();
  });
  await once(registry.listen(0, '127.0.0.1'), 'listening');
  const { port } = registry.address() as AddressInfo;
  try {
    await vet([path], { registry: `http://127.0.0.1:${port}` });
    assert.deepEqual(asked, []);
    await vet([path], { registry: `http://127.0.0.1:${port}`, offline: false });
    assert.match(asked[0] ?? '', new RegExp(`/${packOf().subject.name}$`));
  } finally {
    registry.closeAllConnections();
    await promisify(registry.close.bind(registry))();
  }
});

test('the policy of the folder one stands in counts, unless the pack is of that very folder', async () => {
  const path = write('good.json', made);
  const here = process.cwd();
  const folder = at('toolbox');
  mkdirSync(join(folder, 'policies'), { recursive: true });
  writeFileSync(join(folder, 'policies', 'trust.yaml'), text('licence'));
  try {
    process.chdir(folder);
    const mine = await vet([path], { policy: undefined });
    assert.deepEqual(
      [mine.verdict, mine.packs[0]?.ownPolicy.path],
      ['fail', join('policies', 'trust.yaml')],
      'it demands more',
    );
    await assert.rejects(vet([path], { policy: undefined, git: folder }), {
      code: 'usage',
      message: `policies/trust.yaml of this folder belongs to ${made.subject.name}, the pack’s own tool`,
      next: 'say by which policy you judge: --policy policies/trust.yaml if this one is yours',
    });
    assert.equal(
      (await vet([path], { policy: join('policies', 'trust.yaml'), git: fixture.dir })).verdict,
      'fail',
      'it may be named',
    );
  } finally {
    process.chdir(here);
  }
});

test('no pack, and a pack that is not there, are the person’s errors', async () => {
  await assert.rejects(vet([]), { code: 'usage' });
  await assert.rejects(vet([at('gone.json')]), { code: 'not-found' });
});
