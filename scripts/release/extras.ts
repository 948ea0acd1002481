// What an installation has beside the program: completions and man pages, made by the program itself.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

type Scripts = Readonly<Record<(typeof SHELLS)[number], string>>;
const made = new Map<string, Scripts>();

/** The completion scripts, by shell; from the sources, since an executable may be for another machine. */
export function completions(root: string): Scripts {
  const known = made.get(root);
  if (known !== undefined) return known;
  const main = join(root, 'packages/toolcrib/src/faces/cli/main.ts');
  const script = (shell: string) =>
    execFileSync(process.execPath, ['--conditions=toolcrib-source', main, 'completion', shell], {
      encoding: 'utf8',
    });
  const scripts = { bash: script('bash'), zsh: script('zsh'), fish: script('fish') };
  made.set(root, scripts);
  return scripts;
}

const pages = new Map<string, { name: string; text: string }[]>();

/** Name and text of each man page. @param at when they are said to be made */
export function manPages(root: string, at: Date): { name: string; text: string }[] {
  const key = `${root} ${at.getTime()}`;
  const known = pages.get(key);
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-man-'));
  try {
    execFileSync(process.execPath, ['--conditions=toolcrib-source', join(root, 'scripts/man.ts'), folder], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, SOURCE_DATE_EPOCH: String(Math.floor(at.getTime() / 1000)) },
    });
    const found = readdirSync(folder)
      .sort()
      .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
    pages.set(key, found);
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
