import { KubeError } from './errors.ts';

export type Requirement =
  | { key: string; operator: 'In' | 'NotIn'; values: string[] }
  | { key: string; operator: 'Exists' | 'DoesNotExist' }
  | { key: string; operator: 'Gt' | 'Lt'; values: [string] };

/** The `selector` of a workload: matchLabels and matchExpressions, both must hold. */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/**
 * Reads a label selector as it stands in a query (`app=web,tier in (a,b),!old`).
 * @throws KubeError `bad-selector`
 */
export function parseLabelSelector(text: string): Requirement[] {
  if (text.trim() === '') return [];
  return splitOutsideParentheses(text).map(parseRequirement);
}

function splitOutsideParentheses(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim());
}

const NAME = '[A-Za-z0-9]([A-Za-z0-9_./-]*[A-Za-z0-9])?';
const SET = new RegExp(`^(${NAME})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const EQUALITY = new RegExp(`^(${NAME})\\s*(==|=|!=|>|<)\\s*([A-Za-z0-9_.-]*)$`);
const EXISTS = new RegExp(`^(!?)\\s*(${NAME})$`);

function parseRequirement(part: string): Requirement {
  const set = SET.exec(part);
  if (set) {
    const values = (set[4] ?? '').split(',').map((value) => value.trim());
    return { key: set[1] ?? '', operator: set[3] === 'in' ? 'In' : 'NotIn', values };
  }
  const equality = EQUALITY.exec(part);
  if (equality) {
    const [, key = '', , operator, value = ''] = equality;
    if (operator === '>' || operator === '<') {
      return { key, operator: operator === '>' ? 'Gt' : 'Lt', values: [value] };
    }
    return { key, operator: operator === '!=' ? 'NotIn' : 'In', values: [value] };
  }
  const exists = EXISTS.exec(part);
  if (exists) return { key: exists[2] ?? '', operator: exists[1] === '!' ? 'DoesNotExist' : 'Exists' };
  throw new KubeError(
    'bad-selector',
    `The label selector has a part that can't be read: ${JSON.stringify(part)}.`,
  );
}

/** A workload's selector as requirements. An empty selector matches everything, an absent one nothing. */
export function requirementsOf(selector: LabelSelector): Requirement[] {
  const equal = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]) => ({ key, operator: 'In', values: [value] }) satisfies Requirement,
  );
  const expressions = (selector.matchExpressions ?? []).map((expression): Requirement => {
    const { key, operator, values = [] } = expression;
    if (operator === 'Exists' || operator === 'DoesNotExist') return { key, operator };
    if (operator === 'In' || operator === 'NotIn') return { key, operator, values };
    throw new KubeError(
      'bad-selector',
      `The selector of ${key} has an unknown operator ${JSON.stringify(operator)}.`,
    );
  });
  return [...equal, ...expressions];
}

export function matchesLabels(requirements: Requirement[], labels: Record<string, string> = {}): boolean {
  return requirements.every((requirement) => meets(requirement, labels));
}

function meets(requirement: Requirement, labels: Record<string, string>): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && requirement.values.includes(value);
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(requirement.values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(requirement.values[0]);
  }
}

/** True where a workload's selector matches the labels; an absent selector matches nothing. */
export function selectorMatches(
  selector: LabelSelector | undefined,
  labels?: Record<string, string>,
): boolean {
  return selector !== undefined && matchesLabels(requirementsOf(selector), labels);
}

export interface FieldRequirement {
  path: string;
  operator: '=' | '!=';
  value: string;
}

/** Reads a field selector (`spec.nodeName=a,status.phase!=Running`). @throws KubeError `bad-selector` */
export function parseFieldSelector(text: string): FieldRequirement[] {
  if (text.trim() === '') return [];
  return text.split(/(?<!\\),/).map((part) => {
    const match = /^\s*([A-Za-z0-9_.[\]/-]+?)\s*(!=|==|=)\s*(.*?)\s*$/.exec(part);
    if (!match) {
      throw new KubeError(
        'bad-selector',
        `The field selector has a part that can't be read: ${JSON.stringify(part)}.`,
      );
    }
    const [, path = '', operator, value = ''] = match;
    return { path, operator: operator === '!=' ? '!=' : '=', value: value.replace(/\\([,=\\])/g, '$1') };
  });
}
