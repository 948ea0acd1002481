// Markdown as HTML: headings that can be linked to as on GitHub, and links that lead to pages of the site.
import { posix } from 'node:path';
import GithubSlugger from 'github-slugger';
import { Marked, type Tokens } from 'marked';

/** A part of a page below one heading, as it is searched. */
interface Section {
  /** '' for the page itself. */
  anchor: string;
  heading: string;
  text: string;
}

export interface Rendered {
  html: string;
  sections: Section[];
  headings: { anchor: string; level: number; text: string }[];
}

/**
 * @param to where a link of this page leads on the site, given its path from the root of the repository
 * @throws Error where a link leads to what the site does not have
 */
export function render(source: string, text: string, to: (path: string) => string): Rendered {
  const slugger = new GithubSlugger();
  const headings: Rendered['headings'] = [];
  const sections: Section[] = [];
  const marked = new Marked({ gfm: true });
  marked.use({
    renderer: {
      heading({ tokens, depth }: Tokens.Heading) {
        const html = this.parser.parseInline(tokens);
        const plain = plainOf(html);
        const anchor = slugger.slug(plain);
        headings.push({ anchor, level: depth, text: plain });
        sections.push({ anchor: depth === 1 ? '' : anchor, heading: plain, text: '' });
        return `<h${depth} id="${anchor}">${html} <a class="anchor" href="#${anchor}" aria-label="${escaped(plain)}">#</a></h${depth}>\n`;
      },
      link({ href, title, tokens }: Tokens.Link) {
        const name = title ? ` title="${escaped(title)}"` : '';
        return `<a href="${escaped(linkOf(source, href, to))}"${name}>${this.parser.parseInline(tokens)}</a>`;
      },
      image({ href, text: alternative }: Tokens.Image) {
        return `<img src="${escaped(linkOf(source, href, to))}" alt="${escaped(alternative)}">`;
      },
      // What is wider than the window is moved by the keys, too.
      code({ text: code, lang }: Tokens.Code) {
        return `<pre tabindex="0"${lang ? ` data-language="${escaped(lang)}"` : ''}><code>${escaped(code)}</code></pre>\n`;
      },
      html({ text: raw }: Tokens.HTML | Tokens.Tag) {
        // Our pages have none but comments: what comes as HTML was written as text.
        return raw.startsWith('<!--') ? '' : escaped(raw);
      },
    },
  });
  const html = marked
    .parse(text, { async: false })
    .replaceAll('<table>', '<div class="table" tabindex="0"><table>')
    .replaceAll('</table>', '</table></div>');
  return { html, sections: filled(sections, html), headings };
}

/** The text below each heading, out of what was rendered. */
function filled(sections: readonly Section[], html: string): Section[] {
  const parts = html.split(/<h[1-6] id="[^"]*">.*<\/h[1-6]>\n/);
  return sections.map((section, index) => ({ ...section, text: plainOf(parts[index + 1] ?? '') }));
}

function linkOf(source: string, href: string, to: (path: string) => string): string {
  if (/^[a-z]+:/.test(href) || href.startsWith('#')) return href;
  const [path = '', anchor] = href.split('#');
  return to(posix.join(posix.dirname(source), path)) + (anchor === undefined ? '' : `#${anchor}`);
}

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The text of HTML that was made here. */
export function plainOf(html: string): string {
  const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };
  return html
    .replaceAll(/<[^>]*>/g, html.includes('\n') ? ' ' : '')
    .replaceAll(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => named[name] ?? '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
