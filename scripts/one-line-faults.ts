// Faults of one line, as a tired person makes them: a comparison the wrong way round, a check that never happens, a call left out.
import { stripTypeScriptTypes } from 'node:module';
import { type Node, parse } from 'acorn';

/** A place in a source, and what stands there instead. Offsets in characters; both ends in one line. */
export interface OneLineFault {
  start: number;
  end: number;
  put: string;
  /** Line, what was there, what is there now. */
  told: string;
}

const TURNED: Record<string, string> = {
  '===': '!==',
  '!==': '===',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
  '&&': '||',
  '||': '&&',
  '+': '-',
  '-': '+',
};

type Parsed = Node & Record<string, unknown>;

/**
 * Every fault of one line that can be planted in a TypeScript source and leaves it readable for Node. Texts are left alone:
 * how a message is worded is no fault. Imports and types have none.
 */
export function oneLineFaults(source: string): OneLineFault[] {
  const found: OneLineFault[] = [];
  const add = (start: number, end: number, put: string) => {
    const old = source.slice(start, end);
    if (old.includes('\n') || old === put) return;
    const line = source.slice(0, start).split('\n').length;
    found.push({ start, end, put, told: `line ${line}: ${old}  →  ${put || '(nothing)'}` });
  };
  walk(programOf(source), (node) => {
    for (const [start, end, put] of faultsOf(node, source)) add(start, end, put);
  });
  return found.filter((fault) => canBeRead(withFault(source, fault)));
}

/** Whether a source says what is done, and not only what there is: types, tables and schemas without a function of their own. */
export function hasFunctions(source: string): boolean {
  let found = false;
  walk(programOf(source), ({ type }) => {
    found ||=
      type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression';
  });
  return found;
}

/** The source with the fault in it. */
export function withFault(source: string, { start, end, put }: OneLineFault): string {
  return source.slice(0, start) + put + source.slice(end);
}

/** Types are blanked, so that each place in the tree is the same place in the source. */
function programOf(source: string): Parsed {
  const script = stripTypeScriptTypes(source, { mode: 'strip' });
  return parse(script, { ecmaVersion: 'latest', sourceType: 'module' }) as unknown as Parsed;
}

function canBeRead(source: string): boolean {
  try {
    programOf(source);
    return true;
  } catch {
    return false;
  }
}

function walk(node: Parsed, see: (node: Parsed) => void): void {
  see(node);
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, see);
}

function isNode(value: unknown): value is Parsed {
  return typeof value === 'object' && value !== null && typeof (value as Parsed).type === 'string';
}

function* faultsOf(node: Parsed, source: string): Generator<[start: number, end: number, put: string]> {
  const text = (part: unknown) => source.slice((part as Parsed).start, (part as Parsed).end);
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression': {
      const [left, right] = [node.left as Parsed, node.right as Parsed];
      const operator = String(node.operator);
      const turned = TURNED[operator];
      // Of `+` between texts nothing is a fault of logic.
      if (operator === '+' && [left, right].some(isText)) return;
      const at = source.indexOf(operator, left.end);
      if (turned !== undefined && at >= 0 && at < right.start) yield [at, at + operator.length, turned];
      if (operator === '??') yield [left.end, node.end, ''];
      return;
    }
    case 'UnaryExpression':
      if (node.operator === '!') yield [node.start, node.start + 1, ''];
      return;
    case 'ConditionalExpression': {
      const { test } = node;
      yield [(test as Parsed).start, (test as Parsed).end, `!(${text(test)})`];
      return;
    }
    case 'IfStatement':
      yield [(node.test as Parsed).start, (node.test as Parsed).end, 'false'];
      yield [(node.test as Parsed).start, (node.test as Parsed).end, 'true'];
      return;
    case 'Literal':
      if (typeof node.value === 'boolean') yield [node.start, node.end, String(!node.value)];
      if (node.value === 0 || node.value === 1) yield [node.start, node.end, String(1 - node.value)];
      return;
    case 'ReturnStatement':
      if (node.argument && text(node.argument) !== 'undefined')
        yield [node.start, node.end, 'return undefined;'];
      return;
    case 'ArrowFunctionExpression':
      if (node.expression) yield [(node.body as Parsed).start, (node.body as Parsed).end, 'undefined'];
      return;
    case 'ExpressionStatement':
      if ((node.expression as Parsed).type !== 'Literal') yield [node.start, node.end, ';'];
      return;
  }
}

function isText({ type, value }: Parsed): boolean {
  return type === 'TemplateLiteral' || (type === 'Literal' && typeof value === 'string');
}
