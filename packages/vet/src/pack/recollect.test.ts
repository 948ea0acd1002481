import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { assess } from '../assess.ts';
import { readGiven } from '../given/given.ts';
import { readTrustPolicy } from '../policy/default.ts';
import { packOf, resealed } from '../testing/pack.ts';
import { goodHistory, licenceText, makeRepository, NOW } from '../testing/repository.ts';
import { packText, sealPack } from './pack.ts';
import { collectAgain, type Reach } from './recollect.ts';
import type { EvidencePack } from './schema.ts';
import { verifyPack } from './verify.ts';

const scratch = mkdtempSync(join(tmpdir(), 'toolcrib-recollect-'));
const { commits, tags } = goodHistory(await licenceText('Apache-2.0'));
const { policy } = await readTrustPolicy(undefined);
let fixture: ReturnType<typeof makeRepository>;
before(() => {
  fixture = makeRepository(commits, tags);
});
after(() => {
  fixture.remove();
  rmSync(scratch, { recursive: true });
});
const vet = (spec: string, files: string[]) =>
  assess({ spec, files }, (subject) => policy.resolve(subject), { now: () => NOW });
const factOf = (copy: EvidencePack, type: string) => {
  const found = copy.evidence.find((fact) => fact.type === type);
  assert.ok(found !== undefined);
  return found;
};
/** What was read again, and why the rest was not. */
async function again(pack: EvidencePack, reach: Partial<Reach> = {}) {
  const found = await collectAgain(pack, { network: false, ...reach });
  assert.ok('facts' in found, JSON.stringify(found));
  return { ...found, gap: (source: string) => found.gaps.find((gap) => gap.source === source) };
}

test('the clone is read at the commit and for the version that the pack names, as of its moment', async () => {
  const pack = await vet(`git:${fixture.dir}@v1.2.0`, []);
  const { facts, gaps } = await again(pack);
  assert.deepEqual([facts, gaps], [pack.evidence, pack.gaps]);
  const ofMain = await vet(fixture.dir, []);
  assert.deepEqual((await again(ofMain)).facts, ofMain.evidence);
});

test('a clone that is not here is named as missing, and another may be given', async () => {
  const pack = resealed(await vet(fixture.dir, []), (copy) => {
    for (const fact of copy.evidence) fact.source.location = '/nowhere';
  });
  const { facts, gap } = await again(pack);
  assert.deepEqual(facts, []);
  assert.deepEqual(gap('git'), {
    source: 'git',
    types: pack.evidence.map(({ type }) => type),
    reason: '/nowhere is not here (name a clone with --git)',
  });
  const given = await again(pack, { git: fixture.dir });
  assert.deepEqual([given.facts.length, given.gaps], [pack.evidence.length, []]);
});

test('a clone has nothing to say of a pack that was made without one', async () => {
  const pack = resealed(packOf(), (copy) => {
    copy.evidence = copy.evidence.filter(({ type }) => type === 'npm.version');
    copy.gaps = [];
  });
  const { facts, gap } = await again(pack, { git: fixture.dir });
  assert.deepEqual([facts, gap('git')], [[], undefined]);
  const holed = resealed(pack, (copy) => {
    copy.gaps = [{ source: 'git', types: ['git.history'], reason: 'x' }];
  });
  const another = await again(holed, { git: fixture.dir });
  assert.notDeepEqual(another.facts, [], 'one that was asked and said nothing');
});

test('the registry is asked only where the network is allowed, and only for what is of npm', async () => {
  const { gap } = await again(packOf());
  assert.deepEqual(gap('npm'), {
    source: 'npm',
    types: ['npm.package', 'npm.version'],
    reason: 'the registry was not asked (--offline)',
  });
  assert.equal((await again(await vet(fixture.dir, []))).gap('npm'), undefined);
});

test('each file that was not read is named, with how to have it read', async () => {
  const pack = resealed(packOf(), (copy) => {
    copy.asked.files = ['/nowhere/a.json', '/nowhere/b.json'];
  });
  const { gap } = await again(pack);
  assert.equal(
    gap('file')?.reason,
    '/nowhere/a.json, /nowhere/b.json: not read, as a pack does not choose what is opened here (name it with --file)',
  );
  for (const type of ['osv.records', 'scorecard.result', 'depsdev.version', 'release.signature'])
    assert.ok(gap('file')?.types.includes(type), type);
  assert.ok(!gap('file')?.types.some((type) => /^(git|npm)\./.test(type)));
});

test('of two files of one name the one at the pack’s own path is read, in whatever order they are named', async () => {
  const [one, other] = ['one', 'other'].map((name) => {
    mkdirSync(join(scratch, name));
    const path = join(scratch, name, 'osv.json');
    writeFileSync(path, JSON.stringify({ vulns: [] }));
    return path;
  }) as [string, string];
  const pack = resealed(packOf(), (copy) => {
    copy.asked.files = [other];
  });
  for (const files of [
    [one, other],
    [other, one],
  ]) {
    const { facts } = await again(pack, { files });
    assert.deepEqual(
      facts.map(({ source }) => source.location),
      [other],
    );
  }
});

test('what the person got wrong is out of reach, in its own words', async () => {
  const broken = join(scratch, 'broken.json');
  writeFileSync(broken, '{"vulns": [');
  const pack = resealed(packOf(), (copy) => {
    copy.asked.files = [broken];
  });
  const found = await collectAgain(pack, { network: false, files: [broken] });
  assert.ok('outOfReach' in found);
  assert.match(found.outOfReach, /broken\.json/);
});

test('a pack does not choose which files of the reader are opened', async () => {
  const folder = join(scratch, 'packs');
  mkdirSync(join(folder, 'data'), { recursive: true });
  const inFolder = (name: string) => join(folder, 'data', name);
  const elsewhere = join(scratch, 'elsewhere.json');
  for (const path of [inFolder('a.json'), elsewhere]) writeFileSync(path, JSON.stringify({ vulns: [] }));
  symlinkSync(elsewhere, inFolder('link.json'));
  execFileSync('mkfifo', [inFolder('pipe.json')]);
  const packPath = join(folder, 'x.pack.json');
  const base = await vet(fixture.dir, []);
  const { value } = factOf(await vet(fixture.dir, [elsewhere]), 'osv.records');
  for (const [asked, reach, states] of [
    [[inFolder('a.json')], {}, ['same']],
    [[elsewhere], {}, ['out of reach']],
    [[elsewhere], { files: [elsewhere] }, ['same']],
    [['/somewhere/else/elsewhere.json'], { files: [elsewhere] }, ['same']],
    [[elsewhere, inFolder('a.json')], {}, ['out of reach', 'same']],
    [[join(folder, 'data')], {}, ['out of reach']],
    [[inFolder('link.json')], {}, ['out of reach']],
    [[inFolder('pipe.json')], {}, ['out of reach']],
    [['/usr'], {}, ['out of reach']],
  ] as const) {
    const { sha256: _, ...copy } = structuredClone(base);
    copy.asked.files = [...asked];
    const read = await readGiven(elsewhere, {});
    for (const [index, location] of asked.entries())
      copy.evidence.push({
        id: index === 0 ? 'osv.records' : `osv.records-${index + 1}`,
        type: 'osv.records',
        subject: copy.evidence[0]?.subject ?? '',
        source: { kind: 'osv-file', location },
        collectedAt: copy.assessedAt,
        sha256: read.sha256,
        value,
      });
    const { reread } = await verifyPack(packText(sealPack(copy as never)), packPath, (old) =>
      collectAgain(old, { packPath, network: false, ...reach }),
    );
    const files = reread.filter(({ id }) => id.startsWith('osv.'));
    assert.deepEqual(
      files.map(({ state }) => state),
      states,
      `${asked} ${JSON.stringify(files)}`,
    );
    for (const { state, why } of files) if (state === 'out of reach') assert.match(why ?? '', /--file/);
  }
});

test('a release file beside a pack opens nothing elsewhere, unless the reader names it', async () => {
  const [made, elsewhere] = [join(scratch, 'released'), join(scratch, 'copied')];
  for (const folder of [made, elsewhere]) {
    mkdirSync(folder);
    for (const name of ['one', 'other']) {
      writeFileSync(join(folder, name), name);
      writeFileSync(
        join(folder, `${name}.sums`),
        `${createHash('sha256').update(name).digest('hex')}  ${name}\n`,
      );
    }
  }
  const write = (folder: string, name: string, spec: string) =>
    writeFileSync(
      join(folder, `${name}.yaml`),
      `apiVersion: toolcrib.dev/v1alpha1\nkind: Release\nspec: ${spec}\n`,
    );
  for (const folder of [made, elsewhere])
    for (const name of ['one', 'other'])
      write(folder, name, `{artefact: ${name}, proofs: [{checksums: ${name}.sums}]}`);
  const files = ['one', 'other'].map((name) => join(made, `${name}.yaml`));
  const released = packText(await vet(`git:${fixture.dir}@v1.2.0`, files));
  const states = async (reach: { packPath?: string; files?: string[] }) => {
    const { reread, holds } = await verifyPack(released, 'x', (old) =>
      collectAgain(old, { network: false, ...reach }),
    );
    assert.equal(holds, !reread.some(({ state }) => ['changed', 'forged', 'left out'].includes(state)));
    const found = reread.filter(({ id }) => id.startsWith('release.'));
    for (const { state, why } of found) if (state === 'out of reach') assert.match(why ?? '', /--file/);
    return Object.fromEntries(found.map(({ id, state }) => [id, state]));
  };
  const ofTwo = (first: string, second: string) => ({
    'release.artefact': first,
    'release.signature': first,
    'release.artefact-2': second,
    'release.signature-2': second,
  });
  const packPath = join(made, 'x.pack.json');
  assert.deepEqual(await states({ packPath }), ofTwo('same', 'same'));
  assert.deepEqual(await states({}), ofTwo('out of reach', 'out of reach'));
  assert.deepEqual(await states({ files: [join(elsewhere, 'other.yaml')] }), ofTwo('out of reach', 'same'));
  write(made, 'one', `{artefact: ${join(elsewhere, 'one')}, proofs: [{checksums: one.sums}]}`);
  assert.deepEqual(await states({ packPath }), ofTwo('out of reach', 'same'));
  assert.deepEqual(await states({ packPath, files: [join(made, 'one.yaml')] }), ofTwo('same', 'same'));
  write(made, 'one', '{artefact: one, proofs: [{checksums: ../copied/one.sums}]}');
  assert.deepEqual(await states({ packPath }), {
    ...ofTwo('same', 'same'),
    'release.signature': 'out of reach',
  });
});
