// A copy of the tree in which a fault can be planted: never in the working tree, not for a moment.
import { cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
/** Linked, or of no use to a test. */
const LEFT_OUT = new Set(['node_modules', '.git']);

/**
 * The tree as it stands, without what git ignores. Our packages are the copy's own; all others are the tree's.
 * @returns its folder, for the caller to remove
 */
export function copyTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'toolcrib-copy-'));
  for (const name of readdirSync(ROOT).filter((entry) => !LEFT_OUT.has(entry)))
    cpSync(join(ROOT, name), join(copy, name), { recursive: true, filter: isSource });
  link(join(ROOT, 'node_modules'), join(copy, 'node_modules'), copy);
  return copy;
}

function isSource(path: string): boolean {
  return !/[/\\](node_modules|dist|toolcrib[/\\]bundle-[^/\\]*|\.tsbuildinfo)([/\\]|$)/.test(
    relative(ROOT, path).replace(/^/, '/'),
  );
}

/** Links each installed package by itself, so that `@toolcrib/kube` is the copy's and not the tree's. */
function link(from: string, to: string, copy: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (name.startsWith('@') && !lstatSync(source).isSymbolicLink()) {
      link(source, target, copy);
      continue;
    }
    const real = realpathSync(source);
    const own = relative(join(realpathSync(ROOT), 'packages'), real);
    symlinkSync(own.startsWith('..') ? real : join(copy, 'packages', own), target);
  }
}
