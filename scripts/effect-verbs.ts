// What an effect is asked, its kind answers (packages/guard/src/effects): whoever compares verbs himself has to be found and
// changed for each kind that comes, and the compiler finds few of them. So nobody else does.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const WHERE = ['packages/model/src', 'packages/guard/src', 'packages/toolcrib/src'];
const KINDS = 'packages/guard/src/effects/';
/** Tests may name the verb that they expect. */
const TEST = /\.(test|contract)\.ts$|\/testing\/|\/end-to-end\//;

/** Files that compare verbs, with how often. The list only shrinks: more fails the check, and so does less. */
export const known: Record<string, number> = {};

/** Compared with a word, or switched by. */
const ASKS =
  /\bverb\b\s*[!=]==?\s*['"`]|['"`]\s*[!=]==?\s*[\w.?]*\bverb\b|\bswitch \([\w.?]*\bverb\)|\.test\([\w.?]*\bverb\)/g;

/** Lines that the search must find, and some that ask nothing. */
const FOUND = [
  "if (effect.verb === 'delete') return true;",
  "const many = verb !== 'evict';",
  "return 'scale' === effect.verb;",
  'switch (request.effect.verb) {',
  'return /^(delete|evict)$/.test(effect.verb);',
];
const PASSED = [
  "return { verb: 'not-understood', target };",
  'envelope.verb === request.verb &&',
  'rules: \'effect.verb == "delete"\'',
  'const verb = VERBS[request.method];',
];

/** How often a text compares verbs. A rule's own text, which is one quoted word further in, is none. */
function countIn(text: string): number {
  return text
    .split('\n')
    .filter((line) => (line.match(ASKS) ?? []).length > 0 && !/(when|rules): ['"`]/.test(line)).length;
}

/** What is wrong, as text; undefined: verbs are compared where it is known, and nowhere else. */
export function verbFaults(): string | undefined {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', ...WHERE], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file.endsWith('.ts') && !file.startsWith(KINDS) && !TEST.test(file));
  const faults = [...new Set([...files, ...Object.keys(known)])].flatMap((file) => {
    const found = files.includes(file) ? countIn(textOf(file)) : 0;
    const expected = known[file] ?? 0;
    if (found > expected)
      return `${file}: compares an effect's verb (${found}, known: ${expected}); ask its kind (packages/guard/src/effects)`;
    return found < expected
      ? `${file}: ${found} now, so say that in \`known\` of scripts/effect-verbs.ts`
      : [];
  });
  return faults.length === 0 ? undefined : faults.join('\n');
}

/** A file that was deleted and is still in git's index has none. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The same of planted lines. */
export function plantedVerbFaults(): string | undefined {
  const faults = [
    ...FOUND.filter((line) => countIn(line) === 0).map((line) => `not found: ${line}`),
    ...PASSED.filter((line) => countIn(line) > 0).map((line) => `found, and asks nothing: ${line}`),
  ];
  return faults.length === 0 ? undefined : faults.join('\n');
}
