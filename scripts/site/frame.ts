import { escaped, type Rendered } from './markdown.ts';
import { type Group, nameOf, type Page, relativeTo } from './pages.ts';
import { WORDS, type Words } from './words.ts';

/** Nothing comes from elsewhere, and nothing in a page is a program. */
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

/** A whole page of the site. */
export function framed(page: Page, { html, headings }: Rendered, groups: readonly Group[]): string {
  const words = WORDS[page.language];
  const to = (out: string) => relativeTo(page.out, out);
  const [english, japanese] = groups[0]?.pages ?? [];
  const isStart = page === english || page === japanese;
  const alternates = isStart
    ? [english, japanese].map(
        (one) => `<link rel="alternate" hreflang="${one?.language}" href="${to(one?.out ?? '')}">`,
      )
    : [];
  const title = nameOf(page);
  return `<!doctype html>
<html lang="${page.language}" data-root="${to('index.html').replace(/index\.html$/, '')}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="color-scheme" content="light dark">
<title>${isStart ? 'toolcrib' : `${escaped(title)} · toolcrib`}</title>
${[...alternates, `<link rel="icon" href="${to('assets/icon.svg')}">`, `<link rel="stylesheet" href="${to('assets/style.css')}">`].join('\n')}
<script src="${to('assets/theme.js')}"></script>
<script src="${to('assets/minisearch.js')}" defer></script>
<script src="${to('assets/sections.js')}" defer></script>
<script src="${to('assets/search.js')}" defer></script>
</head>
<body>
<a class="skip" href="#text">${words.skip}</a>
<header>
<a class="brand" href="${to(page.language === 'ja' ? 'ja.html' : 'index.html')}">toolcrib</a>
<div class="search" role="search" hidden>
<input type="search" role="combobox" aria-label="${words.search}" placeholder="${words.search}" aria-controls="found" aria-expanded="false" aria-autocomplete="list" autocomplete="off" spellcheck="false">
<div id="found" role="listbox" aria-label="${words.search}" data-nothing="${words.nothing}" hidden></div>
</div>
<nav class="languages" aria-label="English, 日本語"><a href="${to('index.html')}" lang="en" hreflang="en">English</a> <a href="${to('ja.html')}" lang="ja" hreflang="ja">日本語</a></nav>
<button type="button" class="theme" aria-label="${words.theme}" title="${words.theme}" hidden>◐</button>
</header>
<div class="columns">
<nav class="pages" aria-label="${words.pages}">
<details open>
<summary>${words.pages}</summary>
${groups.map((group) => list(page, group, words)).join('\n')}
</details>
</nav>
<main id="text" tabindex="-1">
${withContents(html, contents(headings, words))}<footer>${words.madeFrom} <code>${page.source}</code>. Apache-2.0.</footer>
</main>
</div>
</body>
</html>
`;
}

function list(page: Page, { title, pages }: Group, { groups }: Words): string {
  const items = pages.map((one) => {
    const language = one.language === page.language ? '' : ` lang="${one.language}"`;
    const current = one === page ? ' aria-current="page"' : '';
    return `<li><a href="${relativeTo(page.out, one.out)}"${language}${current}>${escaped(nameOf(one))}</a></li>`;
  });
  return `<h2>${escaped(groups[title] ?? title)}</h2>\n<ul>\n${items.join('\n')}\n</ul>`;
}

/** Behind the page's own heading. */
function withContents(html: string, list: string): string {
  const end = html.indexOf('</h1>\n') + '</h1>\n'.length;
  return html.slice(0, end) + list + html.slice(end);
}

/** Where a page is long enough to be looked through. */
function contents(headings: Rendered['headings'], { onThisPage }: Words): string {
  const second = headings.filter(({ level }) => level === 2);
  if (second.length < 4) return '';
  const items = second.map(({ anchor, text }) => `<li><a href="#${anchor}">${escaped(text)}</a></li>`);
  return `<details class="contents">\n<summary>${onThisPage}</summary>\n<ul>\n${items.join('\n')}\n</ul>\n</details>\n`;
}
