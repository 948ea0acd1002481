import { SAY_QUALIFIED } from '../store/meta-rules.ts';

const TOKEN = /\s*(!=|==|[=!<>(),]|[^\s=!<>(),]+)/gy;
const QUALIFIED = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const SYMBOL = /^(!=|==|[=!<>(),])$/;

/**
 * What the API server's label parser says of a selector that it can't read (source: apimachinery labels/selector.go).
 * @returns undefined where this reading finds nothing wrong
 */
export function selectorError(text: string): string | undefined {
  const tokens = [...text.matchAll(TOKEN)].map((match) => match[1] ?? '');
  let at = 0;
  const next = () => tokens[at++] ?? '';
  while (at < tokens.length) {
    let key = next();
    const negated = key === '!';
    if (negated) key = next();
    if (key === '' || SYMBOL.test(key)) return `found '${key}', expected: !, identifier, or 'end of string'`;
    if (!QUALIFIED.test(key)) {
      return `unable to parse requirement: <nil>: Invalid value: ${JSON.stringify(key)}: ${SAY_QUALIFIED}`;
    }
    const operator = next();
    if (operator === '') return undefined;
    if (operator !== ',') {
      const wrong = negated
        ? `found '${operator}', expected: ',' or 'end of string'`
        : afterKey(operator, next);
      if (wrong !== undefined) return wrong;
      const end = next();
      if (end !== '' && end !== ',') return `found '${end}', expected: ',' or 'end of string'`;
    }
  }
  return undefined;
}

function afterKey(operator: string, next: () => string): string | undefined {
  switch (operator) {
    case 'in':
    case 'notin': {
      const open = next();
      if (open !== '(') return `unable to parse requirement: found '${open}' expected: '('`;
      for (let token = next(); token !== ')'; token = next()) {
        if (token === '') return "unable to parse requirement: found '', expected: ',', or ')'";
      }
      return undefined;
    }
    case '=':
    case '==':
    case '!=':
    case '<':
    case '>':
    case 'gt':
    case 'lt':
      next();
      return undefined;
    default:
      return `unable to parse requirement: found '${operator}', expected: in, notin, =, ==, !=, gt, lt`;
  }
}
