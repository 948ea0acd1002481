import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { render } from './markdown.ts';

/** What is wrong with the links of a built site: what they lead to is not there, or a page loads something from elsewhere. */
export function linkFaults(folder: string): string[] {
  const files = new Set(globSync('**/*.*', { cwd: folder }).map((path) => path.replaceAll('\\', '/')));
  const pages = [...files].filter((file) => file.endsWith('.html')).sort();
  const ids = new Map(pages.map((page) => [page, idsOf(readFileSync(join(folder, page), 'utf8'))]));
  return pages.flatMap((page) => {
    const html = readFileSync(join(folder, page), 'utf8');
    return [...html.matchAll(/<(\w+)[^>]*? (?:href|src)="([^"]*)"/g)].flatMap(
      ([, element = '', link = '']) => {
        if (/^[a-z]+:/.test(link) || link.startsWith('//'))
          return element === 'a' && link.startsWith('https://') ? [] : [`${page} loads ${link}`];
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? page : posix.join(posix.dirname(page), path);
        if (!files.has(target)) return [`${page} links to ${link}, which is not there`];
        return anchor === undefined || ids.get(target)?.has(decodeURIComponent(anchor))
          ? []
          : [`${page} links to ${link}, and there is no such place in it`];
      },
    );
  });
}

/** The places of a page that can be linked to. */
export function idsOf(html: string): ReadonlySet<string> {
  return new Set([...html.matchAll(/ id="([^"]*)"/g)].map(([, id = '']) => id));
}

/** What pages of Markdown link to that is not there, seen as on GitHub: a file of the repository, and a place in a page. */
export function markdownFaults(root: string, pages: readonly string[]): string[] {
  const read = (page: string) => readFileSync(join(root, page), 'utf8');
  const places = new Map<string, ReadonlySet<string>>();
  const placesOf = (page: string) => {
    const known = places.get(page) ?? idsOf(render(page, read(page), (path) => path).html);
    places.set(page, known);
    return known;
  };
  return pages.flatMap((page) => {
    const faults: string[] = [];
    const look = (target: string, anchor?: string) => {
      if (!existsSync(join(root, target))) faults.push(`${page} links to ${target}, which is not there`);
      else if (anchor !== undefined && !placesOf(target).has(decodeURIComponent(anchor)))
        faults.push(`${page} links to ${target}#${anchor}, and there is no such place in it`);
    };
    const html = render(page, read(page), (path) => `file:${path}`).html;
    for (const [, path, anchor] of html.matchAll(/(?:href|src)="(?:file:([^"#]+))?(?:#([^"]*))?"/g))
      if (path !== undefined || anchor !== undefined) look(path ?? page, anchor);
    return faults;
  });
}
