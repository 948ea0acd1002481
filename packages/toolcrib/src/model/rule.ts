import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { ToolcribError } from './errors.ts';

/** The names a rule may use: variable → its fields, or `null` for a plain value. */
export type RuleVocabulary = Record<string, readonly string[] | null>;

export type RuleInput = Record<string, unknown>;

/** A compiled CEL expression that gives true, false, or an error as text. */
export type Rule = (input: RuleInput) => { value: boolean } | { error: string };

/**
 * Compiles a CEL expression and checks it while loading: it must parse, use only names of the vocabulary, and
 * nest no macro in another (each level multiplies the time). What is left is linear in the input's size.
 *
 * @throws ToolcribError `bad-file` with the expression and the fault
 */
export function compileRule(expression: string, vocabulary: RuleVocabulary): Rule {
  const fault = (why: string, cause?: unknown) =>
    new ToolcribError('bad-file', `The rule ${JSON.stringify(expression)} can't be used: ${why}`, { cause });
  const env = celEnv();
  let evaluate: (bindings: Record<string, never>) => unknown;
  try {
    const parsed = parse(expression);
    const wrong = findFault(parsed.expr as unknown as Node, vocabulary, new Set(), 0);
    if (wrong) throw fault(wrong);
    evaluate = plan(env, parsed) as typeof evaluate;
  } catch (cause) {
    if (cause instanceof ToolcribError) throw cause;
    throw fault(cause instanceof Error ? cause.message : String(cause), cause);
  }
  return (input) => {
    const bindings = Object.fromEntries(Object.entries(input).map(([name, value]) => [name, toCel(value)]));
    const result = evaluate(bindings as Record<string, never>);
    if (isCelError(result)) return { error: result.message };
    return typeof result === 'boolean' ? { value: result } : { error: 'it gives no true or false' };
  };
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

function findFault(
  node: Node | undefined,
  vocabulary: RuleVocabulary,
  local: ReadonlySet<string>,
  depth: number,
): string | undefined {
  if (!node) return undefined;
  const { case: kind, value } = node.exprKind;
  const visit = (child: Node | undefined) => findFault(child, vocabulary, local, depth);
  const all = (children: (Node | undefined)[]) => children.map(visit).find(Boolean);
  switch (kind) {
    case 'identExpr':
      if (local.has(value.name) || Object.hasOwn(vocabulary, value.name)) return undefined;
      return `there is no ${value.name}; there are ${Object.keys(vocabulary).join(', ')}`;
    case 'selectExpr': {
      const root = value.operand?.exprKind;
      const fields =
        root?.case === 'identExpr' && !local.has(root.value.name) ? vocabulary[root.value.name] : undefined;
      if (fields && !fields.includes(value.field)) {
        return `${root.value.name} has no ${value.field}; it has ${fields.join(', ')}`;
      }
      return visit(value.operand);
    }
    case 'callExpr':
      return all([value.target, ...value.args]);
    case 'listExpr':
      return all(value.elements);
    case 'structExpr':
      return all(value.entries.flatMap((entry: Body) => [entry.keyKind?.value as Node, entry.value]));
    case 'comprehensionExpr': {
      if (depth >= MACRO_DEPTH) return 'a macro (all, exists, map, filter …) stands inside another';
      const inner = new Set([...local, value.iterVar, value.iterVar2, value.accuVar]);
      const deeper = (child: Node | undefined) => findFault(child, vocabulary, inner, depth + 1);
      return (
        visit(value.iterRange) ??
        [value.accuInit, value.loopCondition, value.loopStep, value.result].map(deeper).find(Boolean)
      );
    }
    default:
      return undefined;
  }
}
