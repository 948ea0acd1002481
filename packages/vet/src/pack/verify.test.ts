import assert from 'node:assert/strict';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assess } from '../assess.ts';
import { loadTrustPolicy } from '../policy/policy.ts';
import { FORGERIES } from '../testing/forgeries.ts';
import { makeRepository, NOW, SSH_SIGNATURE } from '../testing/repository.ts';
import {
  again,
  commits,
  context,
  factOf,
  fixture,
  forge,
  osv,
  pack,
  scratch,
  tags,
  vet,
  wellForged,
} from '../testing/vetted.ts';
import { packText } from './pack.ts';
import { collectAgain } from './recollect.ts';
import type { EvidencePack } from './schema.ts';
import { underOwnPolicy, verifyPack } from './verify.ts';

test('vetting twice at one moment gives the same bytes', async () => {
  assert.equal(packText(await vet(fixture.dir)), packText(pack));
});

test('an untouched pack holds: every verdict computed again, every source read again', async () => {
  const verification = await verifyPack(packText(pack), 'x', again);
  assert.equal(verification.holds, true);
  assert.deepEqual(new Set(verification.reread.map(({ state }) => state)), new Set(['same']));
  assert.equal(verification.reread.length, pack.evidence.length);
});

test('a forged verdict with a fresh hash does not hold: it is not what the facts give', async () => {
  const failing = pack.results.find(({ verdict }) => verdict === 'unknown')?.criterion ?? '';
  const text = forge((copy) => {
    for (const result of copy.results) result.verdict = 'pass';
    copy.verdict = 'pass';
  });
  const { holds, recomputed, differences } = await verifyPack(text, 'x');
  assert.deepEqual([holds, recomputed], [false, false]);
  assert.ok(
    differences.some(
      ({ criterion, inPack, computed }) =>
        criterion === failing && inPack === 'pass' && computed === 'unknown',
    ),
  );
});

test('a result left out does not hold', async () => {
  const { holds } = await verifyPack(
    forge((copy) => void copy.results.pop()),
    'x',
  );
  assert.equal(holds, false);
});

test('forged facts hold together, and fall when the source is read again', async () => {
  const forgedFacts = forge((copy) => {
    const files = copy.evidence.find(({ type }) => type === 'git.files');
    assert.ok(files !== undefined);
    (files.value as { ci: string[] }).ci.push('.github/workflows/forged.yml');
  });
  assert.equal((await verifyPack(forgedFacts, 'x')).holds, true);
  const { holds, reread } = await verifyPack(forgedFacts, 'x', again);
  assert.equal(holds, false);
  assert.equal(reread.find(({ id }) => id === 'git.files')?.state, 'forged');
});

for (const [name, change] of Object.entries(FORGERIES))
  test(`a forgery is noticed: ${name}`, async () => {
    const { holds } = await verifyPack(wellForged(change), 'x', again);
    assert.equal(holds, false);
  });

test('a pass that no source could be asked about again is named, and a clone of something else is no source', async () => {
  const elsewhere = wellForged((copy) => {
    for (const fact of copy.evidence) fact.source.location = '/nowhere';
  });
  const { unread } = await verifyPack(elsewhere, 'x', again);
  assert.ok(['licence', 'maintained', 'active-contributors'].every((id) => unread.includes(id)));
  assert.deepEqual((await verifyPack(packText(pack), 'x', again)).unread, []);
  const other = makeRepository(commits.slice(0, 5), []);
  try {
    const asked = (old: EvidencePack) => collectAgain(old, { git: other.dir, network: false });
    const { holds, reread, unread } = await verifyPack(packText(pack), 'x', asked);
    assert.equal(holds, true);
    assert.match(reread.find(({ id }) => id === 'git.releases')?.why ?? '', /does not hold commit/);
    assert.ok(unread.includes('licence'));
  } finally {
    other.remove();
  }
});

const ownPolicy = (require: string) =>
  loadTrustPolicy(
    `apiVersion: toolcrib.dev/v1alpha1\nkind: TrustPolicy\nspec:\n  default: a\n  profiles:\n    a: {require: [${require}]}\n`,
    'own.yaml',
  );

test('what the reader demands and the pack does not is not taken from the pack alone', async () => {
  const affected = { introduced: '0' };
  // An export: of more than one package, and newer than the version. Anything less is no evidence either way.
  const yesterday = new Date(NOW - 86_400_000).toISOString();
  const records = ['0.1.0', '9.0.0', '9.0.0'].map((fixed, index) => ({
    id: `GO-${index}`,
    modified: yesterday,
    affected: [
      {
        package: { ecosystem: 'Go', name: index === 2 ? 'example.com/other' : 'github.com/d/k9s' },
        ranges: [{ type: 'SEMVER', events: [affected, { fixed }] }],
      },
    ],
  }));
  const file = join(scratch, 'export');
  mkdirSync(file);
  for (const record of records) writeFileSync(join(file, `${record.id}.json`), JSON.stringify(record));
  const asked = { spec: 'pkg:github/d/k9s@1.2.0', git: fixture.dir, files: [file] };
  const made = await assess(asked, (subject) => ownPolicy('licence').resolve(subject), context());
  const mine = ownPolicy('licence, known-vulnerabilities').resolve(made.subject);
  const honest = await verifyPack(packText(made), 'x', again);
  assert.equal(underOwnPolicy(honest, mine).verdict, 'fail');
  const text = wellForged((copy) => {
    const { value, source } = factOf(copy, 'osv.records');
    for (const record of value.ofPackage as { affects: string }[]) record.affects = 'no';
    source.location = '/nowhere/gone.json';
    copy.asked.files = ['/nowhere/gone.json'];
  }, made);
  const forged = await verifyPack(text, 'x', again);
  assert.deepEqual([forged.holds, forged.unread], [true, []], 'the pack itself requires nothing of it');
  const own = underOwnPolicy(forged, mine);
  assert.deepEqual([own.verdict, own.same, own.unread], ['pass', false, ['known-vulnerabilities']]);
});

test('a pack of a chosen version holds as well', async () => {
  const chosen = await vet(`git:${fixture.dir}@v1.2.0`);
  const { holds, contradictions, reread } = await verifyPack(packText(chosen), 'x', again);
  assert.equal(holds, true, JSON.stringify([contradictions, reread]));
});

test('a file that was changed since contradicts; one that is gone is out of reach and nothing worse', async () => {
  const mine = await vet(fixture.dir, [osv]);
  writeFileSync(osv, JSON.stringify({ vulns: [{ id: 'X', modified: '2026-11-01T00:00:00Z' }] }));
  const changed = await verifyPack(packText(mine), 'x', again);
  assert.equal(changed.reread.find(({ id }) => id === 'osv.records')?.state, 'changed');
  assert.equal(changed.holds, false);
  writeFileSync(osv, JSON.stringify({ vulns: [] }));
  renameSync(fixture.dir, `${fixture.dir}-moved`);
  const gone = await verifyPack(packText(mine), 'x', again);
  renameSync(`${fixture.dir}-moved`, fixture.dir);
  assert.equal(gone.holds, true);
  assert.ok(
    gone.reread
      .filter(({ id }) => id.startsWith('git.'))
      .every(({ state, why }) => state === 'out of reach' && /--git/.test(why ?? '')),
  );
});

test('a project that went on does not make an old pack untrue; a moved tag does', async () => {
  const later = { author: 'Dora <dora@example.org>', at: NOW / 1000 - 600, files: { x: 'x' } };
  const moved = makeRepository(
    [...commits, later],
    [...tags, { name: 'v2.0.0', at: NOW / 1000 + 300, signature: SSH_SIGNATURE }],
  );
  try {
    const verification = await verifyPack(packText(pack), 'x', (old) =>
      collectAgain(old, { git: moved.dir, network: false }),
    );
    assert.equal(verification.holds, true, JSON.stringify(verification.reread));
    assert.equal(verification.reread.find(({ id }) => id === 'git.releases')?.state, 'same');
    // Read as of the pack's moment; a tag of no version may go wherever it likes.
    moved.git('update-ref', 'refs/tags/nightly', 'main~3');
    const nightly = await verifyPack(packText(pack), 'x', (old) =>
      collectAgain(old, { git: moved.dir, network: false }),
    );
    assert.equal(nightly.holds, true, JSON.stringify(nightly.reread));
    assert.equal(nightly.reread.find(({ id }) => id === 'git.releases')?.state, 'moved on');
    moved.git('update-ref', 'refs/tags/v1.2.0', 'main');
    const contradicted = await verifyPack(packText(pack), 'x', (old) =>
      collectAgain(old, { git: moved.dir, network: false }),
    );
    assert.equal(contradicted.holds, false);
  } finally {
    moved.remove();
  }
});

test('a pack that stops at an older commit is not believed, wherever the clone has the rest', async () => {
  const until = commits.filter(({ at }) => Number(at) < NOW / 1000 - 45 * DAY);
  const ended = 'This project is archived and no longer maintained.\n';
  const archived = {
    author: 'Aiko <aiko@example.org>',
    at: NOW / 1000 - 40 * DAY,
    files: { 'README.md': ended },
  };
  const full = makeRepository([...until, archived]);
  const old = makeRepository(until);
  try {
    const resolved = ownPolicy('maintained');
    const made = async (dir: string) =>
      assess({ spec: dir, files: [] }, (subject) => resolved.resolve(subject), context());
    assert.equal((await made(full.dir)).verdict, 'fail');
    const short = await made(old.dir);
    assert.equal(short.verdict, 'pass');
    const against = (dir: string) =>
      verifyPack(packText(short), 'x', (pack) => collectAgain(pack, { git: dir, network: false }));
    assert.deepEqual((await against(old.dir)).unread, []);
    const seen = async () => {
      const { unread, reread } = await against(full.dir);
      return [unread, reread[0]?.why];
    };
    const [unread, why] = await seen();
    assert.deepEqual(unread, ['maintained']);
    assert.match(
      String(why),
      /^1 commit of its main branch was there before 2026-03-23 .* stops at [0-9a-f]{12}/,
    );
    // The clone stands on an old branch, and knows from its remote that there is more.
    const branch = (name: string, at: string) => full.git('update-ref', name, at);
    full.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
    branch('refs/remotes/origin/main', 'main');
    branch('refs/heads/main', 'main~1');
    assert.deepEqual((await seen())[0], ['maintained']);
    // What is not in the main branch at all: a branch that was never merged, a history that was rewritten.
    branch('refs/remotes/origin/main', 'main~3');
    branch('refs/heads/main', 'main~3');
    branch('refs/heads/other', commitOf(short));
    assert.match(String((await seen())[1]), /is not in the history of the main branch/);
  } finally {
    full.remove();
    old.remove();
  }
});
const DAY = 86_400;
const commitOf = (from: EvidencePack) =>
  String((from.evidence.find(({ type }) => type === 'git.history')?.value as { commit?: string })?.commit);

test('a pack made from main holds when branches that are older than it are merged later', async () => {
  const author = 'Aiko <aiko@example.org>';
  const moved = makeRepository([...commits, { author, at: NOW / 1000 - 300, files: { y: 'y' } }]);
  try {
    // A branch that was begun at the pack's commit, ten days before the pack, and came in after it.
    const base = commitOf(pack);
    const commit = (parents: string[], at: number) => {
      const text = `tree ${moved.git('rev-parse', `${base}^{tree}`).trim()}\n${parents.map((id) => `parent ${id}\n`).join('')}author ${author} ${at} +0000\ncommitter ${author} ${at} +0000\n\nWork\n`;
      const file = join(scratch, 'commit');
      writeFileSync(file, text);
      return moved.git('hash-object', '-t', 'commit', '-w', file).trim();
    };
    const side = commit([base], NOW / 1000 - 10 * DAY);
    moved.git('update-ref', 'refs/heads/main', commit([base, side], NOW / 1000 + 600));
    for (const tag of tags) moved.git('update-ref', `refs/tags/${tag.name}`, 'main');
    const { reread } = await verifyPack(packText(pack), 'x', (old) =>
      collectAgain(old, { git: moved.dir, network: false }),
    );
    assert.equal(reread.find(({ id }) => id === 'git.history')?.state, 'same', JSON.stringify(reread));
  } finally {
    moved.remove();
  }
});

test('a pack whose threshold is none is one clear error', async () => {
  const strange = forge((copy) => void (copy.policy.thresholds.licence = { foo: 1 }));
  await assert.rejects(verifyPack(strange, 'x'), { code: 'bad-file', message: /threshold of licence/ });
});
