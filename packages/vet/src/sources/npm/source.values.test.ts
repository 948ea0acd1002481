import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { SourceContext, Target } from '../source.ts';
import type { Packument } from './schema.ts';
import { npmSource, resolveVersion } from './source.ts';

/** What the registry answers with: a status where it is a number. */
let answer: object | number = 404;
let server: Server;
before(async () => {
  server = createServer((_, response) => {
    if (typeof answer === 'number') response.writeHead(answer).end();
    else response.end(JSON.stringify(answer));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
after(() => server.close());

const NOW = Date.UTC(2026, 0, 1);
const target = (npm?: Target['npm']): Target => ({
  spec: 'npm:tool',
  subject: { purl: 'pkg:npm/tool', name: 'tool', version: '1.1.0' },
  files: [],
  ...(npm && { npm }),
});
const context = (): SourceContext => ({
  now: () => NOW,
  registry: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
});
async function collect(version?: string) {
  const found = await npmSource.collect(
    target({ name: 'tool', ...(version !== undefined && { version }) }),
    context(),
  );
  return { ...found, values: Object.fromEntries(found.facts.map((fact) => [fact.type, fact.value])) };
}

const FULL = {
  name: 'tool',
  'dist-tags': { latest: '1.1.0' },
  maintainers: ['aiko', { name: 'ben' }],
  repository: 'github:acme/tool',
  time: {
    created: '2020-01-01T00:00:00Z',
    modified: '2025-01-01T00:00:00Z',
    '1.1.0': '2023-01-01T00:00:00Z',
    '1.0.0': '2021-01-01T00:00:00Z',
    '1.1.0-rc.1': '2022-01-01T00:00:00Z',
  },
  versions: {
    '1.1.0': {
      license: { type: 'MIT' },
      deprecated: 'use other',
      scripts: { install: 'x', postinstall: 'y', test: 'z' },
      dependencies: { a: '1', b: '2' },
      dist: {
        integrity: 'sha512-x',
        signatures: [{ keyid: 'SHA256:k' }, { keyid: 'SHA256:l' }],
        attestations: { provenance: { predicateType: 'https://slsa.dev/provenance/v1' } },
      },
    },
    '1.0.0': {},
    '1.1.0-rc.1': { deprecated: false },
    '0.9.0': {},
  },
};

test('it is asked only for a package of npm', () => {
  assert.equal(npmSource.appliesTo(target({ name: 'tool' })), true);
  assert.equal(npmSource.appliesTo(target()), false);
});

test('all that the registry says of a package and a version is in the facts', async () => {
  answer = FULL;
  const { facts, gaps, values } = await collect('1.1.0');
  assert.deepEqual(gaps, []);
  assert.deepEqual(
    facts.map(({ type, subject, source }) => [type, subject, source]),
    [
      ['npm.package', 'pkg:npm/tool', { kind: 'npm', location: `${context().registry}/tool` }],
      ['npm.version', 'pkg:npm/tool@1.1.0', { kind: 'npm', location: `${context().registry}/tool` }],
    ],
  );
  const release = (version: string, year: number, prerelease = false) => ({
    version,
    at: `${year}-01-01T00:00:00.000Z`,
    prerelease,
  });
  assert.deepEqual(values['npm.package'], {
    name: 'tool',
    latest: '1.1.0',
    maintainers: ['aiko', 'ben'],
    repository: 'github:acme/tool',
    versions: 4,
    deprecatedVersions: 1,
    timesDoubt: null,
    signaturesDoubt: null,
    releases: [release('1.0.0', 2021), release('1.1.0-rc.1', 2022, true), release('1.1.0', 2023)],
    complete: true,
  });
  assert.deepEqual(values['npm.version'], {
    version: '1.1.0',
    publishedAt: '2023-01-01T00:00:00.000Z',
    deprecated: 'use other',
    licence: 'MIT',
    integrity: 'sha512-x',
    signatures: ['SHA256:k', 'SHA256:l'],
    provenance: 'https://slsa.dev/provenance/v1',
    installScripts: ['install', 'postinstall'],
    dependencies: 2,
  });
});

test('what it does not say is said to be nothing', async () => {
  answer = { name: 'tool', versions: { '1.1.0': {} } };
  const { values } = await collect('1.1.0');
  assert.deepEqual(values['npm.version'], {
    version: '1.1.0',
    publishedAt: null,
    deprecated: null,
    licence: null,
    integrity: null,
    signatures: [],
    provenance: null,
    installScripts: [],
    dependencies: 0,
  });
  const { latest, maintainers, repository, releases } = values['npm.package'] as Record<string, unknown>;
  assert.deepEqual([latest, maintainers, repository, releases], [null, [], null, []]);
  answer = { ...FULL, repository: { url: 'https://x' } };
  const other = await collect();
  assert.deepEqual(Object.keys(other.values), ['npm.package'], 'no version was asked for');
  assert.equal((other.values['npm.package'] as { repository: string }).repository, 'https://x');
});

test('of more than two thousand releases the newest are kept, and it is said that there are more', async () => {
  const versions = Array.from({ length: 2001 }, (_, index) => `1.${index}.0`);
  const time = (count: number) =>
    Object.fromEntries(
      versions
        .slice(0, count)
        .map((version, index) => [version, new Date(Date.UTC(2015, 0, 1 + index)).toISOString()]),
    );
  const seen = async (count: number) => {
    answer = {
      name: 'tool',
      versions: Object.fromEntries(versions.map((one) => [one, {}])),
      time: time(count),
    };
    const { complete, releases } = (await collect()).values['npm.package'] as {
      complete: boolean;
      releases: { version: string }[];
    };
    return [complete, releases.length, releases[0]?.version];
  };
  assert.deepEqual(await seen(2000), [true, 2000, '1.0.0']);
  assert.deepEqual(await seen(2001), [false, 2000, '1.1.0']);
});

test('a package or a version that is not there is the person’s slip; a registry that does not answer is a hole', async () => {
  answer = 404;
  await assert.rejects(collect(), { code: 'not-found', message: 'the npm registry has no package tool' });
  answer = FULL;
  await assert.rejects(collect('7.0.0'), { code: 'not-found', message: 'tool has no version 7.0.0' });
  answer = 500;
  assert.deepEqual(await collect(), {
    facts: [],
    values: {},
    gaps: [
      {
        source: 'npm',
        types: ['npm.package', 'npm.version'],
        reason: 'the npm registry answered 500 for tool',
      },
    ],
  });
  const path = process.env.PATH;
  process.env.PATH = '/nonexistent';
  try {
    const lost = npmSource.collect(target({ name: 'tool' }), { now: () => NOW });
    await assert.rejects(lost, { code: 'missing-part' }, 'npm itself is not there to be asked');
  } finally {
    process.env.PATH = path;
  }
});

test('a version is meant by itself, by a tag, by a range, or as the latest', () => {
  const packument = {
    name: 'tool',
    'dist-tags': { latest: '1.0.0', next: '2.0.0-rc.1' },
    versions: Object.fromEntries(
      ['1.0.0', '1.2.0', '2.0.0-rc.1', 'odd', '0.1.0', '0.2.0', '0.3.0', '0.4.0'].map((one) => [one, {}]),
    ),
  } as unknown as Packument;
  for (const [wanted, version] of [
    [undefined, '1.0.0'],
    ['latest', '1.0.0'],
    ['next', '2.0.0-rc.1'],
    ['^1.0.0', '1.2.0'],
    ['1.0.0', '1.0.0'],
    ['odd', 'odd'],
  ] as const)
    assert.equal(resolveVersion(packument, wanted), version, wanted);
  const untagged = { ...packument, 'dist-tags': {} };
  assert.equal(resolveVersion(untagged, undefined), '1.2.0', 'the newest that is no prerelease');
  for (const wanted of ['9.0.0', 'toString'])
    assert.throws(() => resolveVersion(packument, wanted), {
      code: 'not-found',
      message: `tool has no version ${wanted}`,
      next: 'its newest: 2.0.0-rc.1, 1.2.0, 1.0.0, 0.4.0, 0.3.0',
    });
});
