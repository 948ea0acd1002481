import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { framed } from './frame.ts';
import { render } from './markdown.ts';
import { groupsOf, nameOf, relativeTo } from './pages.ts';

const require = createRequire(import.meta.url);

/**
 * Writes the site anew.
 * @param root of the repository
 * @param folder what is there goes
 * @returns how many pages it has
 * @throws Error where a page links to what the site does not have
 */
export function buildSite(root: string, folder: string): number {
  const groups = groupsOf(root);
  const pages = groups.flatMap((group) => group.pages);
  const bySource = new Map(pages.map((page) => [page.source, page.out]));
  rmSync(folder, { recursive: true, force: true });
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const sections: {
    page: string;
    title: string;
    language: string;
    anchor: string;
    heading: string;
    text: string;
  }[] = [];
  for (const page of pages) {
    const rendered = render(page.source, page.text, (path) => {
      const out = bySource.get(path) ?? copied(root, folder, path);
      if (out === undefined) throw new Error(`${page.source} links to ${path}, which the site does not have`);
      return relativeTo(page.out, out);
    });
    write(page.out, framed(page, rendered, groups));
    const of = { page: page.out, title: nameOf(page), language: page.language };
    sections.push(...rendered.sections.map((section) => ({ ...of, ...section })));
  }
  cpSync(join(import.meta.dirname, 'assets'), join(folder, 'assets'), { recursive: true });
  // A script and no JSON, so that the search works where the site is opened as files, too.
  write('assets/sections.js', `globalThis.toolcribSections = ${JSON.stringify(sections)};\n`);
  copyFileSync(
    join(dirname(require.resolve('minisearch')), '../umd/index.js'),
    join(folder, 'assets/minisearch.js'),
  );
  return pages.length;
}

/** What a page shows or links to besides pages: a file of `docs/`, copied. */
function copied(root: string, folder: string, path: string): string | undefined {
  if (!path.startsWith('docs/') || !posix.extname(path) || !existsSync(join(root, path))) return undefined;
  const out = path.replace(/^docs\//, '');
  mkdirSync(dirname(join(folder, out)), { recursive: true });
  copyFileSync(join(root, path), join(folder, out));
  return out;
}
