import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { messageOf, ToolcribError } from './errors.ts';

/**
 * The names a rule may use: variable → its fields, or `null` for a plain value. A map of `keys` may be asked for nothing
 * but one of them, written out (`name["key"]`): what could ask whether a key is there, or walk over those that are,
 * would be answered by what is missing.
 */
export type RuleVocabulary = Record<string, readonly string[] | { keys: readonly string[] } | null>;

export type RuleInput = Record<string, unknown>;

/** A compiled CEL expression that gives true, false, or an error as text. */
export type Rule = (input: RuleInput) => { value: boolean } | { error: string };

export interface CompiledRule extends Rule {
  /** Which keys of which variables it reads: `all` where it uses one in another way than `name["key"]`. */
  reads: ReadonlyMap<string, ReadonlySet<string> | 'all'>;
  /** `effect.name` for each field that it asks for by that, and `effect` where it uses a variable in another way. */
  asksFor: ReadonlySet<string>;
}

/**
 * Compiles a CEL expression and checks it while loading: it must parse, use only names of the vocabulary, and
 * nest no macro in another (each level multiplies the time). What is left is linear in the input's size.
 *
 * @throws ToolcribError `bad-file` with the expression and the fault
 */
export function compileRule(expression: string, vocabulary: RuleVocabulary): CompiledRule {
  const fault = (why: string, cause?: unknown) =>
    new ToolcribError('bad-file', `The rule ${JSON.stringify(expression)} can't be used: ${why}`, { cause });
  const env = celEnv();
  let evaluate: (bindings: Record<string, never>) => unknown;
  const reads = new Map<string, Set<string> | 'all'>();
  const asksFor = new Set<string>();
  try {
    const parsed = parse(expression);
    const wrong = findFault(parsed.expr as unknown as Node, { vocabulary, reads, asksFor }, new Set(), 0);
    if (wrong) throw fault(wrong);
    evaluate = plan(env, parsed) as typeof evaluate;
  } catch (cause) {
    if (cause instanceof ToolcribError) throw cause;
    throw fault(messageOf(cause), cause);
  }
  const rule = (input: RuleInput): ReturnType<Rule> => {
    const result = evaluate(bindingsOf(input));
    if (isCelError(result)) return { error: result.message };
    return typeof result === 'boolean' ? { value: result } : { error: 'it gives no true or false' };
  };
  return Object.assign(rule, { reads, asksFor });
}

/** What CEL reads, by the input that it was made from; undefined as long as nobody has asked. */
const made = new WeakMap<RuleInput, Record<string, never> | undefined>();

/** The same input, to be asked about many times: what CEL reads is made of it once. It must not change meanwhile. */
export function askedOften(input: RuleInput): RuleInput {
  const same = { ...input };
  made.set(same, undefined);
  return same;
}

function bindingsOf(input: RuleInput): Record<string, never> {
  const known = made.get(input);
  if (known) return known;
  const entries = Object.entries(input).map(([name, value]) => [name, toCel(value)]);
  const bindings = Object.fromEntries(entries) as Record<string, never>;
  if (made.has(input)) made.set(input, bindings);
  return bindings;
}

/** Whole numbers are CEL ints, so that `radius.pods > 0` compares like with like. */
function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (value === undefined || value === null) return null;
  if (typeof value === 'object')
    return new Map(Object.entries(value).map(([key, item]) => [key, toCel(item)]));
  return value;
}

// The syntax tree of cel-spec's `cel.expr.Expr`, as far as the check reads it.
interface Node {
  exprKind: { case: string | undefined; value: Body };
}
// biome-ignore lint/suspicious/noExplicitAny: a protobuf oneof; each case is read below with its own shape
type Body = any;

const MACRO_DEPTH = 1;

/** What is known while walking: the names there are, and which were read so far. */
interface Walk {
  vocabulary: RuleVocabulary;
  reads: Map<string, Set<string> | 'all'>;
  asksFor: Set<string>;
}

function findFault(
  node: Node | undefined,
  walk: Walk,
  local: ReadonlySet<string>,
  depth: number,
): string | undefined {
  if (!node) return undefined;
  const { vocabulary, reads, asksFor } = walk;
  const { case: kind, value } = node.exprKind;
  const visit = (child: Node | undefined) => findFault(child, walk, local, depth);
  const all = (children: (Node | undefined)[]) => children.map(visit).find(Boolean);
  switch (kind) {
    case 'identExpr':
      if (local.has(value.name)) return undefined;
      if (Object.hasOwn(vocabulary, value.name)) {
        reads.set(value.name, 'all');
        asksFor.add(value.name);
        const map = keysOf(vocabulary, value.name);
        return map && `${value.name} is asked for by ${value.name}["${map[0]}"] and in no other way`;
      }
      return `there is no ${value.name}; there are ${Object.keys(vocabulary).join(', ')}`;
    case 'selectExpr': {
      const root = value.operand?.exprKind;
      const fields =
        root?.case === 'identExpr' && !local.has(root.value.name) ? vocabulary[root.value.name] : undefined;
      if (isFields(fields) && !fields.includes(value.field)) {
        return `${root.value.name} has no ${value.field}; it has ${fields.join(', ')}`;
      }
      if (!isFields(fields)) return visit(value.operand);
      reads.set(root.value.name, 'all');
      asksFor.add(`${root.value.name}.${value.field}`);
      return undefined;
    }
    case 'callExpr': {
      const asked = keyAsked(value, local);
      if (asked !== undefined && Object.hasOwn(vocabulary, asked.name)) {
        const before = reads.get(asked.name);
        if (before !== 'all') reads.set(asked.name, (before ?? new Set()).add(asked.key));
        asksFor.add(asked.name);
        const known = keysOf(vocabulary, asked.name);
        return known === undefined || known.includes(asked.key)
          ? undefined
          : `${asked.name} has no "${asked.key}"; it has ${known.join(', ')}`;
      }
      return all([value.target, ...value.args]);
    }
    case 'listExpr':
      return all(value.elements);
    case 'structExpr':
      return all(value.entries.flatMap((entry: Body) => [entry.keyKind?.value as Node, entry.value]));
    case 'comprehensionExpr': {
      if (depth >= MACRO_DEPTH) return 'a macro (all, exists, map, filter …) stands inside another';
      const inner = new Set([...local, value.iterVar, value.iterVar2, value.accuVar]);
      const deeper = (child: Node | undefined) => findFault(child, walk, inner, depth + 1);
      return (
        visit(value.iterRange) ??
        [value.accuInit, value.loopCondition, value.loopStep, value.result].map(deeper).find(Boolean)
      );
    }
    default:
      return undefined;
  }
}

function keysOf(vocabulary: RuleVocabulary, name: string): readonly string[] | undefined {
  const entry = vocabulary[name];
  return entry && !isFields(entry) ? entry.keys : undefined;
}

/** `name["key"]`, where both are written out and the name is none of a macro's own. */
function keyAsked(call: Body, local: ReadonlySet<string>): { name: string; key: string } | undefined {
  const [map, index] = call.args as Node[];
  if (call.function !== '_[_]' || map?.exprKind.case !== 'identExpr') return undefined;
  const name = map.exprKind.value.name as string;
  const constant = index?.exprKind.case === 'constExpr' ? index.exprKind.value.constantKind : undefined;
  return local.has(name) || constant?.case !== 'stringValue'
    ? undefined
    : { name, key: constant.value as string };
}

/** `Array.isArray` does not tell a read-only array from the rest. */
const isFields = (entry: RuleVocabulary[string] | undefined): entry is readonly string[] =>
  Array.isArray(entry);
