import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pagesIn } from '../printed/read.ts';
import { buildSite } from './build.ts';
import { idsOf, linkFaults, markdownFaults } from './links.ts';
import { serveSite } from './serve.ts';

const root = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'toolcrib-site-'));
const site = join(scratch, 'site');
const page = (path: string) => readFileSync(join(site, path), 'utf8');
before(() => {
  buildSite(root, site);
});
after(() => rmSync(scratch, { recursive: true }));

test('all pages of Markdown are pages of the site, each with its text', () => {
  const built = globSync('**/*.html', { cwd: site });
  const sources = [
    'README.md',
    'README.ja.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    ...globSync('docs/**/*.md', { cwd: root }),
  ];
  assert.equal(built.length, sources.length);
  for (const [path, text] of [
    ['index.html', 'npm ci &amp;&amp; npm start'],
    ['ja.html', 'インストール'],
    ['jobs/deleted.html', 'toolcrib undo ACT'],
    ['guard.html', 'workloadsLeftWithoutPods'],
    ['deep/paths.html', 'npm run deep'],
    ['openapi.json', '"openapi"'],
  ] as const)
    assert.ok(page(path).includes(text), path);
});

test('each page has one title, its language, and a heading that says what it is', () => {
  for (const path of globSync('**/*.html', { cwd: site })) {
    const html = page(path);
    assert.equal(html.match(/<h1/g)?.length, 1, path);
    assert.match(
      html,
      path === 'ja.html' ? /^<!doctype html>\n<html lang="ja"/ : /^<!doctype html>\n<html lang="en"/,
      path,
    );
    assert.match(html, /<title>[^<]*toolcrib<\/title>/, path);
    assert.equal(html.match(/aria-current="page"/g)?.length, 1, path);
  }
  assert.match(page('index.html'), /<link rel="alternate" hreflang="ja" href="ja\.html">/);
});

test('every link of every page leads to a page, and to a place in it; nothing is loaded from elsewhere', () => {
  assert.deepEqual(linkFaults(site), []);
});

test('that search finds a page, a place and a picture that are not there, and what would be loaded from elsewhere', () => {
  const folder = join(scratch, 'planted');
  cpSync(site, folder, { recursive: true });
  appendFileSync(
    join(folder, 'jobs/team.html'),
    '<a href="gone.html">x</a> <a href="../guard.html#no-such">x</a> <img alt="" src="no.png"> <script src="https://cdn.example/x.js"></script> <a href="https://example.com/">fine</a>',
  );
  assert.equal(linkFaults(folder).length, 4, linkFaults(folder).join('\n'));
});

test('every link of every page of Markdown leads somewhere in the repository, and to a place in it', () => {
  assert.deepEqual(markdownFaults(root, pagesIn(root)), []);
  const folder = join(scratch, 'markdown');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'a.md'),
    '# A\n[b](b.md#two) [b](b.md#three) [c](c.md) [a](#b) [a](#a) `[x](y.md)`\n',
  );
  writeFileSync(join(folder, 'b.md'), '# B\n## Two\n');
  assert.deepEqual(markdownFaults(folder, ['a.md']), [
    'a.md links to b.md#three, and there is no such place in it',
    'a.md links to c.md, which is not there',
    'a.md links to a.md#b, and there is no such place in it',
  ]);
});

test('a page that links to what the site does not have is not built', () => {
  const folder = join(scratch, 'broken');
  cpSync(join(root, 'docs'), join(folder, 'docs'), { recursive: true });
  for (const name of ['README.md', 'README.ja.md', 'CONTRIBUTING.md', 'CHANGELOG.md'])
    cpSync(join(root, name), join(folder, name));
  appendFileSync(join(folder, 'docs/vet.md'), '\n[gone](gone.md)\n');
  assert.throws(() => buildSite(folder, join(scratch, 'out')), /docs\/vet\.md links to docs\/gone\.md/);
});

test('anchors are those of GitHub: a link from outside leads to the same place here and there', () => {
  const ids = idsOf(page('guard.html'));
  for (const id of [
    'undo',
    'not-guarded-yet',
    'with-on-what-else-writes-kubeconfigs',
    'when-it-cant-be-kept',
  ])
    assert.ok(ids.has(id), id);
});

test('what is searched is the text of the pages, in sections, and no HTML', () => {
  const script = page('assets/sections.js');
  const sections = JSON.parse(script.slice(script.indexOf('['), script.lastIndexOf(']') + 1)) as {
    page: string;
    anchor: string;
    text: string;
  }[];
  assert.ok(sections.length > 100, `${sections.length}`);
  const undo = sections.find((one) => one.page === 'guard.html' && one.anchor === 'undo');
  assert.match(
    undo?.text ?? '',
    /^toolcrib undo ACT brings back what the act took, owners first, and never overwrites/,
  );
  assert.ok(sections.every(({ text }) => !/<\/(?:p|code|td|a)>/.test(text)));
  for (const { page: path, anchor } of sections)
    if (anchor !== '') assert.ok(idsOf(page(path)).has(anchor), `${path}#${anchor}`);
});

/** @returns the status and the body of a path, sent as it is written */
async function got(url: string, path: string): Promise<{ status?: number; type?: string; body: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: new URL(url).port, path, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part) => {
        body += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode, type: response.headers['content-type'], body }),
      );
    })
      .on('error', reject)
      .end();
  });
}

test('served on loopback: pages as what they are, and nothing outside the folder', async () => {
  writeFileSync(join(scratch, 'secret.html'), 'secret');
  mkdirSync(join(scratch, 'site-other'));
  writeFileSync(join(scratch, 'site-other/index.html'), 'secret');
  const served = await serveSite(site, 0);
  try {
    assert.match(served.url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    const start = await got(served.url, '/');
    assert.deepEqual(
      [start.status, start.type, start.body],
      [200, 'text/html; charset=utf-8', page('index.html')],
    );
    assert.equal((await got(served.url, '/assets/style.css?x=1')).type, 'text/css; charset=utf-8');
    for (const path of [
      '/gone.html',
      '/jobs',
      '/../secret.html',
      '/%2e%2e/secret.html',
      '/..%2fsecret.html',
      '/..%2fsite-other/index.html',
      '/%',
      '//x/y',
    ]) {
      const answer = await got(served.url, path);
      assert.deepEqual([answer.status, /secret/.test(answer.body)], [404, false], path);
    }
  } finally {
    await served.close();
  }
});
