import type { Difference } from './result.ts';
import type { Observation } from './types.ts';

/** All places where two lists of normalised observations differ. */
export function compare(testbed: readonly Observation[], sandbox: readonly Observation[]): Difference[] {
  const differences: Difference[] = [];
  let index = 0;
  const visit = (path: string, a: unknown, b: unknown): void => {
    if (Object.is(a, b)) return;
    if (isObject(a) && isObject(b) && Array.isArray(a) === Array.isArray(b)) {
      const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
      for (const name of names) visit(path === '' ? name : `${path}.${name}`, a[name], b[name]);
      return;
    }
    differences.push({ path, at: index, testbed: a, sandbox: b });
  };
  for (; index < Math.max(testbed.length, sandbox.length); index++) {
    const [a, b] = [testbed[index], sandbox[index]];
    const before = differences.length;
    if (!a || !b) {
      differences.push({ path: '', at: index, testbed: a, sandbox: b });
    } else {
      visit('', a, b);
    }
    for (const difference of differences.slice(before)) {
      difference.path = `${index + 1}: ${a?.what ?? b?.what}: ${difference.path}`;
    }
  }
  return differences;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

/** For people: each difference with both sides, long texts line by line. */
export function describeDifferences(differences: readonly Difference[], limit = 40): string {
  const shown = differences.slice(0, limit).map(({ path, testbed, sandbox }) => {
    const lines =
      typeof testbed === 'string' && typeof sandbox === 'string' && /\n/.test(testbed + sandbox)
        ? lineDifferences(testbed, sandbox)
        : [paint(32, `real    ${show(testbed)}`), paint(31, `sandbox ${show(sandbox)}`)];
    return [`    ${path}`, ...lines.map((line) => `      ${line}`)].join('\n');
  });
  if (differences.length > limit) shown.push(`    … and ${differences.length - limit} more`);
  return shown.join('\n');
}

function show(value: unknown): string {
  const text = value === undefined ? '(nothing)' : JSON.stringify(value);
  return text.length > 1500 ? `${text.slice(0, 1500)}…` : text;
}

/** Lines that only one of the two has, in order, by their longest common subsequence. */
function lineDifferences(a: string, b: string): string[] {
  const [left, right] = [a.split('\n'), b.split('\n')];
  const lengths = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row) row[j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      i++;
      j++;
    } else if (j >= right.length || (i < left.length && at(i + 1, j) >= at(i, j + 1))) {
      lines.push(paint(32, `real    ${left[i++]}`));
    } else {
      lines.push(paint(31, `sandbox ${right[j++]}`));
    }
  }
  return lines;
}
