// Which Markdown becomes which page, and where it stands in the list of pages.
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

export type Language = 'en' | 'ja';

export interface Page {
  /** From the root of the repository, with `/`. */
  source: string;
  /** From the root of the site, with `/`. */
  out: string;
  language: Language;
  /** What its first heading says, as Markdown. */
  title: string;
  text: string;
}

export interface Group {
  title: string;
  pages: Page[];
}

/** The list of pages, in the order in which a newcomer needs them. */
const GROUPS: [title: string, sources: string[]][] = [
  ['Start', ['README.md', 'README.ja.md']],
  [
    'What you want',
    [
      'docs/first-use.md',
      'docs/jobs/deleted.md',
      'docs/jobs/adopt.md',
      'docs/jobs/agent.md',
      'docs/jobs/team.md',
    ],
  ],
  ['How it works', ['docs/guard.md', 'docs/vet.md', 'docs/verification.md']],
  ['Reference', ['docs/commands.md', 'docs/operations.md', 'docs/api.md']],
  [
    'Working on toolcrib',
    [
      'CONTRIBUTING.md',
      'docs/architecture.md',
      'docs/adding.md',
      'docs/testbed.md',
      'docs/ci-budget.md',
      'docs/dependencies.md',
      'CHANGELOG.md',
    ],
  ],
  ['Proofs', ['docs/conformance.md']],
];

/** What the list calls them where their headings are too long for it. */
const SHORT: Record<string, string> = { 'README.md': 'toolcrib', 'README.ja.md': '日本語' };

/** @throws Error where a page that is named is not there, or has no heading */
export function groupsOf(root: string): Group[] {
  const named = new Set(GROUPS.flatMap(([, sources]) => sources));
  const others = globSync('docs/**/*.md', { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !named.has(path))
    .sort();
  // What nobody has given a place is for those who work here.
  const proofs = others.filter((path) => path.startsWith('docs/deep/'));
  const rest: Record<string, string[]> = {
    'Working on toolcrib': others.filter((path) => !proofs.includes(path)),
    Proofs: proofs,
  };
  return GROUPS.map(([title, sources]) => ({
    title,
    pages: [...sources, ...(rest[title] ?? [])].map((source) => pageOf(root, source)),
  }));
}

function pageOf(root: string, source: string): Page {
  const text = readFileSync(join(root, source), 'utf8');
  const title = /^# (.+)$/m.exec(text)?.[1];
  if (title === undefined) throw new Error(`${source} has no heading`);
  return { source, out: outOf(source), language: source.endsWith('.ja.md') ? 'ja' : 'en', title, text };
}

function outOf(source: string): string {
  if (source === 'README.md') return 'index.html';
  if (source === 'README.ja.md') return 'ja.html';
  return source
    .replace(/^docs\//, '')
    .replace(/\.md$/, '.html')
    .toLowerCase();
}

export const nameOf = ({ source, title }: Page): string => SHORT[source] ?? title.replaceAll('`', '');

/** From the one page of the site to another place in it. */
export function relativeTo(from: string, to: string): string {
  return posix.relative(posix.dirname(from), to);
}
