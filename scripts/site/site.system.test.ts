// The documentation's site as readers have it: in a real browser, from files and served. Needs Debian's chromium.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { buildSite } from './build.ts';
import { serveSite } from './serve.ts';

const scratch = mkdtempSync(join(tmpdir(), 'toolcrib-browser-'));
const site = join(scratch, 'site');
const PAGES = [
  'index.html',
  'ja.html',
  'jobs/deleted.html',
  'guard.html',
  'commands.html',
  'deep/paths.html',
];
/** Those that run in the browser are text here: there is no `document` for this program. */
const CONTRAST = readFileSync(join(import.meta.dirname, 'contrast.js'), 'utf8');
let browser: Browser;
before(async () => {
  buildSite(join(import.meta.dirname, '../..'), site);
  // As root there is no sandbox of the browser's own, and these pages are ours.
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
after(async () => {
  await browser?.close();
  rmSync(scratch, { recursive: true });
});

/** Opens a page of the site as a file; what the browser complains of, or would load from elsewhere, is a fault. */
async function opened(
  path: string,
  look: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
) {
  const context = await browser.newContext(options);
  const faults: string[] = [];
  try {
    const page = await context.newPage();
    page.on('console', (message) => faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) faults.push(`it asks for ${request.url()}`);
    });
    await page.goto(pathToFileURL(join(site, path)).href);
    await look(page);
    assert.deepEqual(faults, [], path);
  } finally {
    await context.close();
  }
}

const DESKTOP = { viewport: { width: 1280, height: 900 } };
const NARROW = { viewport: { width: 400, height: 800 } };

for (const [name, options] of [
  ['on a desktop', DESKTOP],
  ['400 px wide', NARROW],
] as const)
  for (const colorScheme of ['light', 'dark'] as const)
    test(`${name}, ${colorScheme}: nothing is wider than the window, and every text can be told from its ground`, async () => {
      for (const path of PAGES)
        await opened(
          path,
          async (page) => {
            const [scroll, width] = await page.evaluate<[number, number]>(
              '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
            );
            assert.ok(scroll <= width, `${path} is ${scroll} px wide, in a window of ${width}`);
            assert.deepEqual(await page.evaluate<string[]>(CONTRAST), [], path);
          },
          { ...options, colorScheme },
        );
    });

test('found by the keys alone: / asks, the arrows choose, Enter goes there, Escape leaves', async () => {
  await opened(
    'jobs/agent.html',
    async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('undo');
      await page.waitForSelector('#found a');
      const options = page.locator('#found [role=option]');
      const input = page.locator('.search input');
      const chosen = () => page.locator('#found [aria-selected=true]').getAttribute('id');
      assert.equal(await options.nth(0).locator('b').textContent(), 'Undo');
      assert.equal(await input.getAttribute('aria-activedescendant'), 'found-0');
      await page.keyboard.press('ArrowDown');
      assert.equal(await chosen(), 'found-1');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      await page.waitForURL(/guard\.html#undo$/);
      assert.ok(await page.locator('#undo').isVisible());
      await page.keyboard.press('/');
      await page.keyboard.type('qqqqxx');
      assert.equal(await page.locator('#found').textContent(), 'Nothing found');
      await page.keyboard.press('Escape');
      assert.equal(await input.getAttribute('aria-expanded'), 'false');
      assert.equal(await page.locator('#found').isVisible(), false);
    },
    DESKTOP,
  );
});

test('Japanese is found, in words that stand nowhere by themselves', async () => {
  await opened(
    'ja.html',
    async (page) => {
      await page.locator('.search input').fill('再起動');
      await page.waitForSelector('#found a');
      const pages = await Promise.all(
        (await page.locator('#found a').all()).map((option) => option.getAttribute('href')),
      );
      assert.ok(pages.length > 0 && pages.every((href) => href?.startsWith('ja.html')), pages.join(' '));
    },
    DESKTOP,
  );
});

test('the first Tab leads to the text, and what has the focus can be seen to have it', async () => {
  await opened(
    'guard.html',
    async (page) => {
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate('document.activeElement.className'), 'skip');
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate('document.activeElement.id'), 'text');
      await page.keyboard.press('Tab');
      const style = 'getComputedStyle(document.activeElement)';
      const outline = await page.evaluate(`\`\${${style}.outlineStyle} \${${style}.outlineWidth}\``);
      assert.equal(outline, 'solid 3px');
    },
    DESKTOP,
  );
});

test('light and dark can be chosen against the system, and the choice is kept', async () => {
  await opened(
    'index.html',
    async (page) => {
      const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
      const [light, button] = [await ground(), page.locator('.theme')];
      assert.equal(await button.getAttribute('aria-pressed'), 'false');
      await button.click();
      const dark = await ground();
      assert.notEqual(dark, light);
      assert.equal(await button.getAttribute('aria-pressed'), 'true');
      await page.reload();
      assert.equal(await ground(), dark);
      await page.locator('.theme').click();
      assert.equal(await ground(), light);
    },
    { ...DESKTOP, colorScheme: 'light' },
  );
});

test('on paper there is the text and nothing else, in dark letters', async () => {
  await opened(
    'jobs/deleted.html',
    async (page) => {
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      for (const part of ['header', '.pages', '.skip'])
        assert.equal(await page.locator(part).isVisible(), false, part);
      const body = 'getComputedStyle(document.body)';
      const colours = await page.evaluate(`[${body}.color, ${body}.backgroundColor]`);
      assert.deepEqual(colours, ['rgb(28, 33, 37)', 'rgb(255, 255, 255)']);
      assert.ok(await page.locator('pre').first().isVisible());
    },
    DESKTOP,
  );
});

test('without scripts the text, the list of pages and the links are there', async () => {
  await opened(
    'guard.html',
    async (page) => {
      assert.equal(await page.locator('.search').isVisible(), false);
      assert.equal(await page.locator('.theme').isVisible(), false);
      await page.locator('nav.pages').getByText('I deleted the wrong thing').click();
      await page.waitForURL(/jobs\/deleted\.html$/);
      assert.equal(await page.locator('h1').innerText(), 'I deleted the wrong thing #');
    },
    { ...DESKTOP, javaScriptEnabled: false },
  );
});

test('served on loopback the same pages load without a complaint', async () => {
  const served = await serveSite(site, 0);
  const page = await browser.newPage();
  try {
    const faults: string[] = [];
    page.on('console', (message) => faults.push(message.text()));
    page.on('response', (response) => {
      if (!response.ok() || !response.url().startsWith(served.url))
        faults.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(served.url);
    await page.locator('.search input').fill('doctor');
    await page.waitForSelector('#found a');
    assert.equal(await page.evaluate("document.querySelector('main img').naturalWidth > 300"), true);
    assert.deepEqual(faults, []);
  } finally {
    await page.close();
    await served.close();
  }
});
