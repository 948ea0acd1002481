import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { FACTS } from '../facts/index.ts';
import { goodHistory, licenceText, makeRepository, NOW } from '../testing/repository.ts';
import { SOURCES } from './index.ts';
import type { SourceContext, Target } from './source.ts';

const dir = mkdtempSync(join(tmpdir(), 'toolcrib-contract-'));
const { commits, tags } = goodHistory(await licenceText('MIT'));
const repository = makeRepository(commits, tags);
const server = createServer((_, response) =>
  response.end(JSON.stringify({ name: 'tool', 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': {} } })),
);
after(() => {
  repository.remove();
  rmSync(dir, { recursive: true });
  server.close();
});

const files = {
  'osv.json': { id: 'X-1', modified: '2026-01-01T00:00:00Z', affected: [] },
  'scorecard.json': {
    date: '2026-11-01',
    repo: { name: 'github.com/a/tool', commit: 'c' },
    scorecard: {},
    score: 1,
    checks: [],
  },
  'depsdev.json': { versionKey: { system: 'NPM', name: 'tool', version: '1.0.0' } },
  'sbom.json': { bomFormat: 'CycloneDX', specVersion: '1.6' },
  'release.yaml':
    'apiVersion: toolcrib.dev/v1alpha1\nkind: Release\nspec:\n  artefact: tool.bin\n  proofs: [{checksums: SHA256SUMS}]\n  sbom: sbom.json\n',
};
let context: SourceContext;
let target: Target;
before(async () => {
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(dir, name), typeof content === 'string' ? content : JSON.stringify(content));
  writeFileSync(join(dir, 'tool.bin'), 'a tool');
  const digest = createHash('sha256').update('a tool').digest('hex');
  writeFileSync(join(dir, 'SHA256SUMS'), `${digest}  tool.bin\n`);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  context = { now: () => NOW, registry: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  target = {
    spec: 'x',
    subject: { purl: 'pkg:npm/tool', name: 'tool', version: '1.0.0' },
    git: { dir: repository.dir, revision: 'v1.0.0' },
    npm: { name: 'tool', version: '1.0.0' },
    files: Object.keys(files).map((name) => join(dir, name)),
  };
});

test('source kinds are unique, and every type of fact is made by one', () => {
  assert.equal(new Set(SOURCES.map(({ kind }) => kind)).size, SOURCES.length);
  const made = new Set(SOURCES.flatMap(({ makes }) => makes));
  for (const type of Object.keys(FACTS)) assert.ok(made.has(type as never), `nothing makes ${type}`);
});

for (const source of SOURCES) {
  test(`${source.kind}: looks only where there is something to look at`, () => {
    assert.equal(
      source.appliesTo({ spec: 'x', subject: { purl: 'pkg:generic/x', name: 'x' }, files: [] }),
      false,
    );
    assert.equal(source.appliesTo(target), true);
  });

  test(`${source.kind}: facts have the declared types and their schemas, and say where they come from`, async () => {
    const { facts, gaps } = await source.collect(target, context);
    assert.ok(facts.length > 0);
    for (const fact of facts) {
      assert.ok(source.makes.includes(fact.type), fact.type);
      assert.deepEqual(FACTS[fact.type].parse(fact.value), fact.value);
      assert.equal(fact.source.kind, source.kind);
      assert.ok(fact.source.location.length > 0);
      assert.match(fact.sha256, /^[0-9a-f]{64}$/);
      assert.equal(fact.collectedAt, new Date(NOW).toISOString());
      assert.ok(fact.subject === target.subject.purl || fact.subject === 'pkg:npm/tool@1.0.0');
      if (source.kind.endsWith('-file'))
        assert.equal(
          fact.sha256,
          createHash('sha256').update(readFileSync(fact.source.location)).digest('hex'),
        );
    }
    for (const gap of gaps)
      for (const type of gap.types) assert.ok((source.makes as readonly string[]).includes(type));
  });

  test(`${source.kind}: the same place gives the same facts again`, async () => {
    const once = await source.collect(target, { ...context });
    assert.deepEqual(await source.collect(target, { ...context }), once);
  });
}
