// Which files and folders of this repository the pages name, in backticks or as links, and whether they are there.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PATH = /^[\w@.-]+(?:\/[\w.-]+)*\/?$/;
const FILE = /\.(?:ts|mjs|go|md|json|ya?ml|bin)$/;
/** Of a name without a folder only these are ours for certain: others are a person's own, too. */
const SOURCE = /[\w-]\.(?:ts|go)$/;
/** What stands for any: `NAME.ts`, `x.test.ts`. */
const ANY = /NAME|SITUATION|(?:^|\/)x\./;

/** What a repository has, by all that its files and folders are called: without what stands before, and without `src/`. */
interface Names {
  all: ReadonlySet<string>;
  top: ReadonlySet<string>;
}

function namesOf(files: readonly string[]): Names {
  const all = new Set<string>();
  for (const file of files) {
    const parts = file.split('/');
    for (let end = 1; end <= parts.length; end++) {
      for (const whole of [parts.slice(0, end), parts.slice(0, end).filter((part) => part !== 'src')])
        for (let from = 0; from < whole.length; from++) all.add(whole.slice(from).join('/'));
    }
  }
  return { all, top: new Set([...files.map((file) => file.split('/')[0] ?? ''), 'src']) };
}

/** Whether what stands in backticks is meant to be a file or a folder of this repository. */
function isPath(text: string, { all, top }: Names): boolean {
  if (!PATH.test(text) || ANY.test(text)) return false;
  const [first = '', ...rest] = text.split('/');
  if (rest.length === 0) return SOURCE.test(text);
  if (FILE.test(text) || text.endsWith('/')) return all.has(first) || first === 'src';
  // `apps/v1` and `owner/name` look alike.
  return top.has(first);
}

/** @returns which page names or links to what is not there; undefined where none does */
export function pathFaults(root: string): string | undefined {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file !== '' && existsSync(join(root, file)));
  const names = namesOf(files);
  const faults = files
    .filter((file) => file.endsWith('.md'))
    .flatMap((page) => {
      const text = readFileSync(join(root, page), 'utf8');
      const named = [...text.matchAll(/`(?:\.\/)?([^`\s]+)`/g)]
        .map(([, one = '']) => one)
        .filter((one) => isPath(one, names) && !names.all.has(one.replace(/\/$/, '')));
      const linked = [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^[a-z]+:/.test(link) && !existsSync(join(root, dirname(page), link)));
      return [...new Set([...named, ...linked])].map((path) => `${page} names ${path}, which is not there`);
    });
  return faults.length === 0 ? undefined : faults.join('\n');
}
