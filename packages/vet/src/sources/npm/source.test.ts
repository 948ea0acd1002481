import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { cpuTime } from '@toolcrib/model/testing/cpu-time.ts';
import { viewOf } from '../../criteria/criterion.ts';
import { CRITERIA } from '../../criteria/index.ts';
import { NOW } from '../../testing/repository.ts';
import type { SourceContext } from '../source.ts';
import { resolveTarget } from '../target.ts';
import { npmSource } from './source.ts';

const DAY = 86_400_000;
const at = (daysAgo: number) => new Date(NOW - daysAgo * DAY).toISOString();

type Document = { versions: Record<string, object>; time?: Record<string, string> } & Record<string, unknown>;

/** As npm's own registry answers: times in order, signatures on every version, provenance on the last. */
function good(): Document {
  const versions = Array.from({ length: 12 }, (_, index) => `1.${Math.floor(index / 4)}.${index % 4}`);
  return {
    name: 'tool',
    'dist-tags': { latest: '1.2.3', next: '1.2.2' },
    maintainers: [{ name: 'aiko' }, { name: 'ben' }],
    repository: { url: 'git+https://github.com/example/tool.git' },
    time: {
      created: at(700),
      modified: at(30),
      ...Object.fromEntries(versions.map((version, index) => [version, at(690 - index * 60)])),
    },
    versions: Object.fromEntries(
      versions.map((version) => [
        version,
        {
          license: 'MIT',
          scripts: { postinstall: 'echo hello' },
          dist: {
            integrity: 'sha512-x',
            signatures: [{ keyid: 'SHA256:k', sig: 's' }],
            ...(version === '1.2.3'
              ? {
                  attestations: { url: 'u', provenance: { predicateType: 'https://slsa.dev/provenance/v1' } },
                }
              : {}),
          },
        },
      ]),
    ),
  };
}

const pages: Record<string, (document: Document) => string> = {
  good: (document) => JSON.stringify(document),
  stripped: (document) =>
    JSON.stringify({
      ...document,
      versions: Object.fromEntries(
        Object.entries(document.versions).map(([version, rest]) => [
          version,
          { ...rest, dist: { integrity: 'sha512-x' } },
        ]),
      ),
    }),
  rewritten: (document) => {
    // As a pull-through cache does it: the time at which it first saw each version.
    const time = Object.fromEntries(
      Object.keys(document.versions).map((version, index) => [
        version,
        at([200, 5, 90, 300, 10, 400, 3, 50, 80, 20, 500, 1][index] ?? 0),
      ]),
    );
    return JSON.stringify({ ...document, time: { created: at(700), modified: at(1), ...time } });
  },
  'no-created': (document) =>
    JSON.stringify({
      ...document,
      time: Object.fromEntries(Object.entries(document.time ?? {}).filter(([key]) => /\d/.test(key))),
    }),
  timeless: ({ time: _, ...document }) => JSON.stringify(document),
  deprecated: (document) =>
    JSON.stringify({
      ...document,
      versions: {
        ...document.versions,
        '1.2.3': { ...document.versions['1.2.3'], deprecated: 'use \u001b[31mother' },
      },
    }),
  truncated: (document) => JSON.stringify(document).slice(0, 900),
  deep: () => `{"name":"x","versions":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
  html: () => '<html>Sign in</html>',
  'no-packument': () => '{"error":"not here"}',
  another: (document) => JSON.stringify({ ...document, name: 'somebody-elses' }),
  strange: ({ name }) =>
    JSON.stringify({
      name,
      versions: {
        '1.0.0': { license: [1], dist: { signatures: 'x', attestations: 7 }, scripts: 3, deprecated: false },
        __proto__: {},
        'not a version': {},
      },
      time: { '1.0.0': {}, created: 1 },
      maintainers: 'x',
      repository: 9,
    }),
  many: ({ name }) => {
    const versions = Array.from(
      { length: 50_000 },
      (_, index) => `${Math.floor(index / 500)}.${Math.floor(index / 10) % 50}.${index % 10}`,
    );
    const time = Object.fromEntries(
      versions.map((version, index) => [version, new Date(NOW - (50_000 - index) * 3_600_000).toISOString()]),
    );
    const dist = { integrity: 'sha512-x', signatures: [{ keyid: 'k', sig: 's' }] };
    return JSON.stringify({
      name,
      'dist-tags': { latest: '99.49.9' },
      time: { created: at(3000), modified: at(0), ...time },
      versions: Object.fromEntries(
        versions.map((version) => [version, { name: 'tool', version, license: 'MIT', dist }]),
      ),
    });
  },
};

let server: Server;
let registry = '';
before(async () => {
  server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '').slice(1));
    const page = pages[name];
    if (name === 'broken') response.writeHead(500).end();
    else if (page === undefined) response.writeHead(404).end('{"error":"Not found"}');
    else response.writeHead(200, { 'content-type': 'application/json' }).end(page({ ...good(), name }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
after(() => server.close());

async function look(spec: string) {
  const context: SourceContext = { now: () => NOW, registry };
  const target = await resolveTarget({ spec: `npm:${spec}`, files: [] }, context);
  assert.ok(!('clone' in target));
  const { facts, gaps } = await npmSource.collect(target, context);
  const view = viewOf(target.subject, facts, gaps);
  const results = Object.fromEntries(
    CRITERIA.map(({ id, judge, threshold }) => [id, judge(view, threshold.parse({}), NOW)]),
  );
  return { subject: target.subject, facts, gaps, results };
}

test('a registry like npm’s own: decided by what it says', async () => {
  const { subject, facts, gaps, results } = await look('good@1.2');
  assert.deepEqual(gaps, []);
  assert.deepEqual(subject, { purl: 'pkg:npm/good', name: 'good', version: '1.2.3' });
  for (const id of [
    'release-cadence',
    'release-age',
    'cool-down',
    'maintained',
    'licence',
    'declared-provenance',
  ])
    assert.equal(results[id]?.verdict, 'pass', `${id}: ${results[id]?.reason}`);
  const version = facts.find((fact) => fact.type === 'npm.version');
  assert.ok(version?.type === 'npm.version');
  assert.deepEqual(version.value.installScripts, ['postinstall']);
});

test('a range, a tag and no version are resolved; one that is not there names those that are', async () => {
  assert.equal((await look('good')).subject.version, '1.2.3');
  assert.equal((await look('good@next')).subject.version, '1.2.2');
  assert.equal((await look('good@~1.0.0')).subject.version, '1.0.3');
  await assert.rejects(look('good@9'), { code: 'not-found', next: /1\.2\.3/ });
  await assert.rejects(look('nothing'), { code: 'not-found' });
  await assert.rejects(look('../../etc'), { code: 'usage' });
});

test('an older version without provenance fails, as this registry hands provenance on', async () => {
  assert.equal((await look('good@1.0.0')).results['declared-provenance']?.verdict, 'fail');
});

test('a mirror that strips signatures makes them unknown, and says so', async () => {
  const { results } = await look('stripped');
  assert.equal(results['declared-provenance']?.verdict, 'unknown');
  assert.match(results['declared-provenance']?.reason ?? '', /no signature for any of 12 versions/);
  assert.equal(results['cool-down']?.verdict, 'pass');
});

for (const [page, reason] of [
  ['rewritten', /older than the one before/],
  ['no-created', /"created" or "modified"/],
  ['timeless', /no times of publication/],
] as const)
  test(`a mirror whose times are not those of publication makes them unknown: ${page}`, async () => {
    const { results } = await look(page);
    for (const id of ['release-cadence', 'release-age', 'cool-down', 'maintained']) {
      assert.equal(results[id]?.verdict, 'unknown', id);
      assert.match(results[id]?.reason ?? '', reason, id);
    }
    assert.equal(results.licence?.verdict, 'pass');
  });

test('a deprecated version is not maintained', async () => {
  assert.equal((await look('deprecated')).results.maintained?.verdict, 'fail');
  assert.equal((await look('deprecated@1.2.2')).results.maintained?.verdict, 'pass');
});

for (const [page, reason] of [
  ['truncated', /not JSON/],
  ['deep', /nested more than/],
  ['html', /not JSON/],
  ['no-packument', /no packument/],
  ['broken', /answered 500/],
  ['another', /asked for another and answered for somebody-elses/],
] as const)
  test(`an answer that can't be used is a gap with its reason: ${page}`, async () => {
    const { facts, gaps, results } = await look(`${page}@1.0.0`);
    assert.deepEqual(facts, []);
    assert.match(gaps[0]?.reason ?? '', reason);
    for (const [id, { verdict }] of Object.entries(results)) assert.equal(verdict, 'unknown', id);
  });

test('old manifests of strange shapes count as not said', async () => {
  const { facts, results } = await look('strange@1.0.0');
  assert.equal(facts.length, 2);
  assert.equal(results.licence?.verdict, 'unknown');
  assert.equal(results['release-age']?.verdict, 'unknown');
});

test('50,000 versions: bounded time, and a list that was cut is not counted', async () => {
  const started = cpuTime();
  const { results } = await look('many');
  assert.ok(cpuTime() - started < 15_000, `${cpuTime() - started} ms`);
  assert.match(results['release-cadence']?.reason ?? '', /more releases than are kept/);
  assert.equal(results['release-age']?.verdict, 'pass');
});

test('a password in the registry’s address is neither sent nor kept', async () => {
  const password = ['hun', 'ter2'].join('');
  const context: SourceContext = { now: () => NOW, registry: registry.replace('//', `//me:${password}@`) };
  const target = await resolveTarget({ spec: 'npm:good@1.2.3', files: [] }, context);
  assert.ok(!('clone' in target));
  const collected = await npmSource.collect(target, context);
  assert.equal(collected.facts.length, 2);
  assert.ok(!JSON.stringify(collected).includes(password));
});

test('no registry at all is a gap; the version stays as it was asked for', async () => {
  const context: SourceContext = { now: () => NOW, registry: 'http://127.0.0.1:9/' };
  const target = await resolveTarget({ spec: 'npm:tool@1.2.3', files: [] }, context);
  assert.ok(!('clone' in target) && target.subject.version === '1.2.3');
  const { gaps } = await npmSource.collect(target, context);
  assert.match(gaps[0]?.reason ?? '', /did not answer/);
});
