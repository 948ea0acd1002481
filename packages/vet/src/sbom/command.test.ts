import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import { tar } from '../archive/testing/archives.ts';
import { openArtefact } from '../verify/artefact.ts';
import { runSbom, runSbomDiff } from './command.ts';
import { cyclonedx } from './testing/documents.ts';
import { sbomText } from './text.ts';

const ELF = Buffer.from('\x7fELF the tool');
const SHA256 = createHash('sha256').update(ELF).digest('hex');
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sbom-'));
});
after(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array | object): Promise<string> {
  const path = join(folder, name);
  const isBytes = typeof content === 'string' || content instanceof Uint8Array;
  await writeFile(path, isBytes ? content : JSON.stringify(content));
  return path;
}

type Document = ReturnType<typeof cyclonedx>;
const ofTool = (bend: (document: Document) => void = () => {}) => {
  const document = cyclonedx();
  document.metadata.component.hashes = [{ alg: 'SHA-256', content: SHA256 }];
  bend(document);
  return document;
};

const record = (id: string, ecosystem: string, name: string, events: object[], more = {}) => ({
  id,
  modified: '2026-01-01T00:00:00Z',
  affected: [{ package: { ecosystem, name }, ranges: [{ type: 'SEMVER', events }] }],
  ...more,
});
const harmless = [
  record('GO-1', 'Go', 'github.com/acme/tool', [{ introduced: '0' }, { fixed: '1.0.0' }]),
  record('GHSA-1', 'npm', 'other', [{ introduced: '0' }]),
];

describe('an SBOM held against OSV data', () => {
  const judge = async (osv: object[] | object, document: object = ofTool()) => {
    const path = join(folder, 'osv');
    await rm(path, { recursive: true, force: true });
    if (Array.isArray(osv)) {
      await mkdir(path);
      for (const [at, one] of osv.entries()) await file(`osv/${at}.json`, one);
    } else await file('osv', osv);
    return runSbom(await file('bom.json', document), { artefact: await file('tool', ELF), osv: path });
  };

  it('passes only where every component was looked for and is free of them', async () => {
    const a = (events: object[], more = {}) => record('GHSA-2', 'npm', 'a', events, more);
    const git = {
      ...a([]),
      affected: [
        {
          package: { ecosystem: 'npm', name: 'a' },
          ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }],
        },
      ],
    };
    const range = { type: 'GIT', repo: 'https://github.com/acme/tool.git', events: [{ introduced: '0' }] };
    const byRepository = { id: 'GIT-1', modified: '2026-01-01T00:00:00Z', affected: [{ ranges: [range] }] };
    const withoutPurl = ofTool(({ components: [one] }) => {
      Reflect.deleteProperty(one ?? {}, 'purl');
      Object.assign(one ?? {}, { cpe: 'cpe:2.3:a:a:a:1.0.0:*:*:*:*:*:*:*' });
    });
    const odd = ofTool(({ components: [one] }) => Reflect.set(one ?? {}, 'purl', 'pkg:bitnami/a@1.0.0'));
    const table: [string, object | object[], object, string, RegExp][] = [
      ['free', harmless, ofTool(), 'pass', /2 of 2 components/],
      ['affected', [...harmless, a([{ introduced: '0' }])], ofTool(), 'fail', /vulnerable .*GHSA-2/],
      [
        'withdrawn',
        [...harmless, a([{ introduced: '0' }], { withdrawn: '2026-01-02T00:00:00Z' })],
        ofTool(),
        'pass',
        /2 of 2/,
      ],
      ['not to be compared', [...harmless, git], ofTool(), 'unknown', /could not be compared/],
      ['no purl', harmless, withoutPurl, 'unknown', /not asked +1 \(a\): no purl/],
      ['an ecosystem nobody knows', harmless, odd, 'unknown', /pkg:bitnami is not known/],
      ['nothing of an ecosystem', harmless.slice(0, 1), ofTool(), 'unknown', /has nothing of npm/],
      ['nothing at all', {}, ofTool(), 'unknown', /0 of 2/],
      [
        'one record alone',
        a([{ introduced: '0' }, { fixed: '0.5.0' }]),
        ofTool(),
        'unknown',
        /single record/,
      ],
      [
        'the answer for one package',
        { vulns: [a([{ introduced: '0' }, { fixed: '0.5.0' }])] },
        ofTool(),
        'unknown',
        /does not say what was asked/,
      ],
      [
        'the subject itself',
        [...harmless, record('GO-2', 'Go', 'github.com/Acme/tool', [{ introduced: '1.0.0' }])],
        ofTool(),
        'fail',
        /vulnerable +pkg:github\/acme\/tool@1.2.3: GO-2/,
      ],
      [
        'the subject as the second of its Go modules',
        [...harmless, record('GO-3', 'Go', 'github.com/acme/tool/v2', [{ introduced: '1.0.0' }])],
        ofTool(),
        'fail',
        /GO-3/,
      ],
      [
        'the subject by its repository alone',
        [...harmless, byRepository],
        ofTool(),
        'unknown',
        /GIT-1 \(version could not be compared\)/,
      ],
    ];
    for (const [name, osv, document, expected, told] of table) {
      const report = await judge(osv, document);
      assert.deepEqual([report.verdict, name], [expected, name], sbomText(report));
      assert.match(sbomText(report), told, name);
    }
  });
});

describe('an SBOM held against an archive', () => {
  it('is not taken for what describes all of it because one file in it is the right one', async () => {
    const bom = await file('bom.json', ofTool());
    const judge = async (name: string, bytes: Buffer) =>
      (await runSbom(bom, { artefact: await file(name, bytes), purl: 'pkg:github/acme/tool@1.2.3' })).verdict;
    const executable = { mode: 0o755 };
    const alone = await tar([
      [{ name: 'tool', ...executable }, ELF],
      [{ name: 'LICENSE' }, Buffer.from('text')],
    ]);
    const beside = await tar([
      [{ name: 'tool', ...executable }, Buffer.from('\x7fELF evil')],
      [{ name: 'testdata/x', ...executable }, ELF],
    ]);
    assert.equal(await judge('a.tar', alone), 'pass');
    assert.equal(await judge('b.tar', beside), 'unknown');
    assert.equal(await judge('c.tar.xz', Buffer.from('\xfd7zXZ\0', 'latin1')), 'unknown');
    assert.equal(await judge('d', Buffer.from('\x7fELF evil')), 'fail');
  });
});

describe('an SBOM by itself', () => {
  it('is not known to be of anything; its licences are counted, and what its schema says is told', async () => {
    const bom = ofTool(({ components }) => {
      const [one] = components;
      components.push({
        ...one,
        name: 'b',
        purl: 'pkg:npm/b@1.0.0',
        'bom-ref': 'b',
      } as (typeof components)[0]);
      const none = { ...one, name: 'c', purl: 'pkg:npm/c@1.0.0', 'bom-ref': 'c' } as (typeof components)[0];
      Reflect.deleteProperty(none, 'licenses');
      components.push(none);
    });
    const report = await runSbom(await file('bom.json', bom), {});
    assert.deepEqual(report.match, {
      verdict: 'unknown',
      reason: 'no artefact was given to hold it against',
    });
    assert.deepEqual(report.licences, { MIT: 2, '(none named)': 1 });
    assert.deepEqual(
      [report.file, report.format, report.components, report.schema, report.vulnerabilities],
      ['bom.json', 'cyclonedx 1.6', 3, 'valid', undefined],
    );
    const purl = 'pkg:github/acme/tool@1.2.4';
    assert.equal((await runSbom(await file('bom.json', bom), { purl })).match.verdict, 'fail');
    const invalid = ofTool(({ components: [one] }) => Reflect.set(one ?? {}, 'type', 'nothing'));
    const wrong = await runSbom(await file('bom.json', invalid), { artefact: await file('tool', ELF) });
    assert.deepEqual([wrong.match.verdict, wrong.verdict], ['pass', 'fail']);
    assert.match(wrong.schema, /^invalid: /);
  });

  it('is held against an artefact that can not be looked into by its own bytes alone', async () => {
    // It begins as gzip does, and is none.
    const torn = Buffer.from('\x1f\x8bno more', 'latin1');
    const own = ofTool(({ metadata }) => {
      metadata.component.hashes = [
        { alg: 'SHA-256', content: createHash('sha256').update(torn).digest('hex') },
      ];
    });
    const against = async (document: Document) =>
      (await runSbom(await file('bom.json', document), { artefact: await file('t.gz', torn) })).match.verdict;
    assert.equal(await against(own), 'pass');
    assert.notEqual(await against(ofTool()), 'pass');
  });

  it('differs from another', async () => {
    const [before, after] = [await file('before.json', ofTool()), await file('after.json', ofTool())];
    assert.deepEqual((await runSbomDiff(before, after)).added, []);
    await file(
      'after.json',
      ofTool(({ components: [one] }) => Reflect.set(one ?? {}, 'purl', 'pkg:npm/b@1.0.0')),
    );
    assert.deepEqual((await runSbomDiff(before, after)).added, ['pkg:npm/b@1.0.0']);
  });
});

describe('a named pipe', () => {
  it('is refused wherever a file is wanted, and not waited for', { timeout: 20_000 }, async (t) => {
    const pipe = join(folder, 'pipe');
    if (spawnSync('mkfifo', [pipe]).status !== 0) return t.skip('no mkfifo here');
    const bom = await file('bom.json', ofTool());
    const refused = (error: unknown) => error instanceof ToolcribError && error.code === 'bad-file';
    await assert.rejects(runSbom(pipe, {}), refused);
    await assert.rejects(runSbom(bom, { artefact: pipe }), refused);
    await assert.rejects(runSbom(bom, { osv: pipe }), refused);
    await assert.rejects(openArtefact(pipe), refused);
  });
});
