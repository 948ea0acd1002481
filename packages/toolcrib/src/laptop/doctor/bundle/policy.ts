import { builtInRules, matchesGlob, ruleWords } from '@toolcrib/guard/policy/policy';
import { contextNameOf } from '@toolcrib/model';
import { isMap, isScalar, isSeq, type Node, parseDocument, visit } from 'yaml';
import { OUT } from './words.ts';

/** Figures of guard.yaml that say nothing of anybody. */
const FIGURES = [
  ['hold', 'waitSeconds'],
  ['hold', 'passSeconds'],
  ['soften', 'windowMinutes'],
  ['journal', 'keepDays'],
] as const;

/** What guard.yaml says, without a name in it. @param contexts by their labels, to tell how many each entry names */
export function policyWithoutNames(text: string | undefined, contexts: readonly string[]): string[] {
  if (text === undefined) return ['There is none: every cluster is observed, the built-in rules count.'];
  const document = parseDocument(text);
  const spec = document.errors.length === 0 ? document.get('spec', true) : undefined;
  if (!isMap(spec)) return ['It can’t be read.'];
  const list = (field: string) => {
    const found = spec.get(field, true);
    return isSeq(found) ? found.items : [];
  };
  const lines: string[] = [];
  for (const entry of list('clusters')) {
    if (!isMap(entry)) continue;
    const glob = String(entry.get('context') ?? '');
    const matching = contexts.filter((one) =>
      [one, contextNameOf(one)].some((name) => matchesGlob(glob, name)),
    );
    const except = entry.get('exceptNamespaces', true);
    const seconds = entry.get('requestTimeoutSeconds');
    lines.push(
      `cluster: ${glob === '*' ? '*' : glob.includes('*') ? 'a pattern' : 'a name'} (${matching.length} of ${contexts.length} contexts), mode ${oneOf(entry.get('mode'), ['observe', 'warn', 'enforce'])}` +
        (isSeq(except) ? `, except ${except.items.length} namespaces` : '') +
        (typeof seconds === 'number' ? `, requestTimeoutSeconds ${seconds}` : ''),
    );
  }
  for (const [at, rule] of list('rules').entries()) {
    if (!isMap(rule)) continue;
    const then = oneOf(rule.get('then'), ['allow', 'warn', 'hold', 'deny']);
    lines.push(`rule own-${at + 1}: ${then} when ${withoutTexts(String(rule.get('when') ?? ''))}`);
  }
  const names = builtInRules.map(({ name }) => name);
  for (const item of list('disable'))
    lines.push(`disable: ${oneOf(isScalar(item) ? item.value : item, names)}`);
  for (const path of FIGURES) {
    const value = spec.getIn(path);
    if (typeof value === 'number') lines.push(`${path.join('.')}: ${value}`);
  }
  return lines.length > 0 ? lines : ['It says nothing: every cluster is observed.'];
}

const oneOf = (value: unknown, known: readonly string[]) =>
  typeof value === 'string' && known.includes(value) ? value : OUT;

/** The words of our own rule language, which say nothing of anybody. */
const VOCABULARY = new Set([
  ...Object.keys(ruleWords),
  ...Object.values(ruleWords).flatMap((group: string | object) =>
    typeof group === 'string' ? [] : Object.keys(group),
  ),
  ...['true', 'false', 'in', 'size', 'startsWith', 'endsWith', 'contains', 'matches', 'exists', 'all'],
]);

/** A rule in CEL without its texts: those are names. */
function withoutTexts(rule: string): string {
  return rule
    .replace(QUOTED, `"${OUT}"`)
    .replace(/[\p{L}_][\p{L}\p{N}_]*/gu, (word) => (VOCABULARY.has(word) ? word : OUT))
    .replace(/\s+/g, ' ');
}

const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gs;
/** Texts of rules that are Kubernetes' words, or ours. */
const COMMON = new Set([
  'delete',
  'evict',
  'scale',
  'complete',
  'incomplete',
  'opaque',
  'pods',
  'nodes',
  'namespaces',
]);

/** Every name that it has: of clusters, namespaces and rules, and what its rules compare with. */
export function namesIn(text: string | undefined): string[] {
  const document = text === undefined ? undefined : parseDocument(text);
  const found: string[] = [];
  const collect = (node: unknown) =>
    visit(node as Node, {
      Scalar(key, { value }) {
        if (key !== 'key' && typeof value === 'string') found.push(...value.split('*'));
      },
    });
  const items = (field: string) => {
    const list = document?.getIn(['spec', field], true);
    return isSeq(list) ? list.items.filter(isMap) : [];
  };
  for (const entry of items('clusters'))
    for (const field of ['context', 'exceptNamespaces']) {
      const node = entry.get(field, true);
      if (node !== undefined) collect(node);
    }
  for (const rule of items('rules')) {
    found.push(String(rule.get('name') ?? ''));
    const literals = String(rule.get('when') ?? '').match(QUOTED) ?? [];
    found.push(...literals.map((literal) => literal.slice(1, -1)));
  }
  const known = new Set([...COMMON, ...builtInRules.map(({ name }) => name)]);
  return [...new Set(found)].filter((name) => name.length >= 2 && !known.has(name));
}
