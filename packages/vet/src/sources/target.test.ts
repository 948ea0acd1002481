import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { SourceContext } from './source.ts';
import { type Asked, resolveTarget, subjectOf, versionOf, withoutSecrets } from './target.ts';

const folder = mkdtempSync(join(tmpdir(), 'target-'));
let server: Server;
/** What the registry answers for a package; a number is a status. */
const answers = new Map<string, object | number>();
before(async () => {
  server = createServer((request, response) => {
    const answer = answers.get(decodeURIComponent(request.url?.slice(1) ?? '')) ?? 404;
    if (typeof answer === 'number') response.writeHead(answer).end();
    else response.end(JSON.stringify(answer));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});
const packument = (name: string, ...versions: string[]) =>
  answers.set(name, {
    name,
    'dist-tags': { latest: versions.at(-1) },
    versions: Object.fromEntries(versions.map((version) => [version, { name, version, dist: {} }])),
    time: {},
  });
const context = (): SourceContext => ({
  now: () => 0,
  registry: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
});
const resolved = (spec: string, more: Partial<Asked> = {}) =>
  resolveTarget({ spec, files: [], ...more }, context());
const made = (...names: string[]) => {
  const path = join(folder, ...names);
  mkdirSync(path, { recursive: true });
  return path;
};

describe('a folder', () => {
  it('is a clone, named after itself, with or without git: before it', async () => {
    const dir = made('my-tool.git');
    for (const spec of [dir, `git:${dir}`])
      assert.deepEqual(await resolved(spec, { files: ['a'] }), {
        spec,
        subject: { purl: 'pkg:generic/my-tool', name: 'my-tool' },
        git: { dir },
        files: ['a'],
      });
  });

  it('with a tag after it is at that version, also where tag or folder hold an @', async () => {
    const dir = made('tool');
    const at = async (spec: string) => {
      const target = await resolved(spec);
      assert.ok('subject' in target);
      return [target.git?.dir, target.git?.revision, target.subject.version];
    };
    assert.deepEqual(await at(`git:${dir}@v1.2.3`), [dir, 'v1.2.3', '1.2.3']);
    assert.deepEqual(await at(`git:${dir}@@scope/tool@1.2.3`), [dir, '@scope/tool@1.2.3', '1.2.3']);
    const odd = made('a@b');
    assert.deepEqual(await at(odd), [odd, undefined, undefined]);
    assert.deepEqual(await at(`git:${odd}`), [odd, undefined, undefined]);
    assert.deepEqual(await at(`git:${odd}@v1`), [odd, 'v1', 'v1']);
    await assert.rejects(resolved(`${dir}@v1`), { code: 'usage' }, 'only after git:');
  });

  it('that is not there names no tool, and no password is told', async () => {
    await assert.rejects(resolved('./nowhere'), {
      code: 'usage',
      message: '"./nowhere" is no folder and names no tool',
      next: 'say ./path/to/clone, git:URL-or-path@TAG, npm:NAME@VERSION or pkg:TYPE/NAME@VERSION --git DIR',
    });
    await assert.rejects(resolved('x http://me:secret@host/'), { message: /"x http:\/\/host\/"/ });
  });
});

describe('an address', () => {
  it('is to be cloned, at its tag', async () => {
    const clone = async (spec: string) => {
      const target = await resolved(spec);
      assert.ok('clone' in target && target.asked.spec === spec);
      return target.clone;
    };
    const table: [spec: string, url: string, revision?: string][] = [
      ['https://host/a/b', 'https://host/a/b'],
      ['git:https://host/a/b@v1', 'https://host/a/b', 'v1'],
      ['git:https://me@host/a/b', 'https://me@host/a/b'],
      ['git:https://me:secret@host/a/b@v1', 'https://me:secret@host/a/b', 'v1'],
      ['git:ssh://git@host/a/b@v1', 'ssh://git@host/a/b', 'v1'],
      ['git:git@host.example:a/b', 'git@host.example:a/b'],
      ['git:git@host.example:a/b@v1', 'git@host.example:a/b', 'v1'],
      ['git:file:///a/b@v1', 'file:///a/b', 'v1'],
    ];
    for (const [spec, url, revision] of table)
      assert.deepEqual(await clone(spec), { url, ...(revision && { revision }) }, spec);
    for (const spec of ['ftp://host/a', 'git:ext::sh', 'x@y:/etc'])
      await assert.rejects(resolved(spec), { code: 'usage' }, spec);
  });
});

describe('a package of npm', () => {
  it('is of the version that the registry has for what was asked', async () => {
    packument('tool', '1.0.0', '1.2.0');
    packument('@acme/tool', '2.0.0');
    assert.deepEqual(await resolved('npm:tool@1.0.0', { git: '/clone', files: ['f'] }), {
      spec: 'npm:tool@1.0.0',
      subject: { purl: 'pkg:npm/tool', name: 'tool', version: '1.0.0' },
      npm: { name: 'tool', version: '1.0.0' },
      git: { dir: '/clone' },
      files: ['f'],
    });
    for (const spec of [
      'npm:@acme/tool',
      'npm:@acme/tool@^2',
      'pkg:npm/%40acme/tool',
      'pkg:npm/%40acme/tool@2.0.0',
    ])
      assert.deepEqual(await resolved(spec), {
        spec,
        subject: { purl: 'pkg:npm/%40acme/tool', name: '@acme/tool', version: '2.0.0' },
        npm: { name: '@acme/tool', version: '2.0.0' },
        files: [],
      });
  });

  it('stays as it was said where the registry has no answer, and is an error where it has a no', async () => {
    answers.set('down', 500);
    answers.set('odd', { name: 'other' });
    for (const name of ['down', 'odd'])
      assert.deepEqual(await resolved(`npm:${name}@1.0.0`), {
        spec: `npm:${name}@1.0.0`,
        subject: { purl: `pkg:npm/${name}`, name, version: '1.0.0' },
        npm: { name, version: '1.0.0' },
        files: [],
      });
    assert.deepEqual((await resolved('npm:down')) as object, {
      spec: 'npm:down',
      subject: { purl: 'pkg:npm/down', name: 'down' },
      npm: { name: 'down' },
      files: [],
    });
    await assert.rejects(resolved('npm:absent'), { code: 'not-found' });
    await assert.rejects(resolved('npm:tool@9.9.9'), { code: 'not-found' });
    for (const name of ['../x', 'a/b', '@a', 'a b', ''])
      await assert.rejects(resolved(`npm:${name}`), {
        code: 'usage',
        message: `"${name}" is no name of an npm package`,
      });
  });
});

describe('a package URL', () => {
  it('is the subject, without what the registry does not know of it', async () => {
    const spec = 'pkg:github/derailed/k9s@0.51.0?arch=x#sub';
    assert.deepEqual(await resolved(spec, { git: '/clone', files: ['f'] }), {
      spec,
      subject: { purl: 'pkg:github/derailed/k9s', name: 'k9s', version: '0.51.0' },
      git: { dir: '/clone' },
      files: ['f'],
    });
    assert.deepEqual(await resolved('pkg:pypi/tool'), {
      spec: 'pkg:pypi/tool',
      subject: { purl: 'pkg:pypi/tool', name: 'tool' },
      files: [],
    });
    await assert.rejects(resolved('pkg:x'), {
      code: 'usage',
      message: /^"pkg:x" is no package URL: /,
      next: 'it looks like pkg:github/derailed/k9s@0.51.0',
    });
  });
});

describe('a revision', () => {
  it('is a version from its first number with a dot', () => {
    const table = {
      'v1.2.3': '1.2.3',
      'name@1.2.3-rc.1': '1.2.3-rc.1',
      'v10.20': '10.20',
      v1: 'v1',
      main: 'main',
      'x2-1.0': '1.0',
    };
    for (const [revision, version] of Object.entries(table)) assert.equal(versionOf(revision), version);
  });
});

describe('a subject', () => {
  it('is of GitHub where the person gave such an address, and otherwise called after its folder', () => {
    for (const url of [
      'https://github.com/Acme/Tool',
      'https://github.com/Acme/Tool.git/',
      'ssh://git@github.com/Acme/Tool.git',
      'git@github.com:Acme/Tool',
    ])
      assert.deepEqual(
        subjectOf('/x', url, 'v1.0'),
        { purl: 'pkg:github/acme/tool', name: 'Tool', version: '1.0' },
        url,
      );
    for (const url of [
      undefined,
      'https://github.com.evil/acme/tool',
      'https://github.com/acme',
      'https://github.com/a/b/c',
    ])
      assert.deepEqual(
        subjectOf('/x/repo.git', url, undefined),
        { purl: 'pkg:generic/repo', name: 'repo' },
        url,
      );
    assert.equal(subjectOf('/', undefined, undefined).name, 'repository');
  });
});

describe('an address that is told', () => {
  it('has no password, and only for ssh the name that it needs', () => {
    const table = {
      'https://me:secret@host/a': 'https://host/a',
      'https://token@host/a': 'https://host/a',
      'ssh://git@host/a': 'ssh://git@host/a',
      'ssh://git:secret@host/a': 'ssh://host/a',
      'cannot reach https://a:b@c and https://d@e': 'cannot reach https://c and https://e',
      'git@host:a': 'git@host:a',
    };
    for (const [text, shown] of Object.entries(table)) assert.equal(withoutSecrets(text), shown);
  });
});
