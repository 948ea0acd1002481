import type { Random } from '../../packages/guard/src/testing/random.ts';
import { AROUND } from './json.ts';
import { changeTree, type Tree, treeOf } from './tree.ts';
import { scalar } from './yaml-scalars.ts';

interface Style {
  /** Shares of what may be written otherwise. */
  flow: number;
  odd: number;
  indent: number;
}

/** YAML of an object, changed `times` times: structure, spellings, styles, anchors, merges, what stands around it. */
export function yamlOf(random: Random, value: unknown, times: number): Buffer {
  const tree = treeOf(value);
  let around = 0;
  for (let i = 0; i < times; i++) {
    if (random.chance(0.8)) changeTree(random, tree, scalar);
    else around++;
  }
  const style =
    times === 0
      ? { flow: random.pick([0, 0, 0.3, 1]), odd: 0, indent: random.pick([1, 2, 4]) }
      : {
          flow: random.pick([0, 0.3, 1]),
          odd: random.pick([0, 0, 0.1, 0.3]),
          indent: random.pick([1, 2, 4]),
        };
  let bytes: Buffer = Buffer.from(`${block(random, tree, 0, style)}\n`);
  for (; around > 0; around--) bytes = random.pick(random.chance(0.7) ? DOCUMENTS : AROUND)(random, bytes);
  return bytes;
}

function block(random: Random, tree: Tree, depth: number, style: Style): string {
  const pad = ' '.repeat(depth * style.indent);
  if (tree.is === 'scalar') return scalarText(random, tree, style);
  const empty = tree.is === 'map' ? tree.entries.length === 0 : tree.items.length === 0;
  if (empty || (depth > 0 && random.chance(style.flow))) return flow(random, tree, style);
  if (tree.is === 'list') {
    return tree.items.map((item) => `${pad}-${under(random, item, depth + 1, style)}`).join('\n');
  }
  const lines = tree.entries.map(({ key, value }) => {
    const name = keyText(random, key, style);
    if (random.chance(style.odd * 0.3))
      return `${pad}? ${name}\n${pad}:${under(random, value, depth + 1, style)}`;
    return `${pad}${name}:${under(random, value, depth + 1, style)}`;
  });
  if (random.chance(style.odd * 0.5)) merge(random, lines, pad);
  return lines.join('\n');
}

/** A part of a map moved into an anchor that is merged, before or after what it may collide with. */
function merge(random: Random, lines: string[], pad: string): void {
  const value = random.pick([
    '{replicas: 0}',
    '{replicas: 3}',
    '*a',
    '[{replicas: 0}, {replicas: 5}]',
    '{spec: {replicas: 0}}',
    '{dryRun: [All]}',
    '{}',
    'null',
    '0',
  ]);
  const line = `${pad}${random.pick(['<<', '<<', '"<<"', "'<<'", '!!merge <<', '!!str <<'])}: ${value}`;
  lines.splice(random.below(lines.length + 1), 0, line);
}

function under(random: Random, value: Tree, depth: number, style: Style): string {
  const text = block(random, value, depth, style);
  const isBlock =
    (value.is === 'map' && value.entries.length > 0) || (value.is === 'list' && value.items.length > 0);
  const anchor = random.chance(style.odd * 0.3) ? ` ${random.pick(['&a', '&r', '!!map', '&b !!map'])}` : '';
  if (!isBlock) return `${anchor} ${text}`;
  return /^[[{]/.test(text) ? `${anchor} ${text}` : `${anchor}\n${text}`;
}

function flow(random: Random, tree: Tree, style: Style): string {
  if (tree.is === 'scalar') return scalarText(random, tree, style).replaceAll('\n', ' ');
  if (tree.is === 'list') return `[${tree.items.map((item) => flow(random, item, style)).join(', ')}]`;
  return `{${tree.entries
    .map(({ key, value }) => `${keyText(random, key, style)}: ${flow(random, value, style)}`)
    .join(random.chance(style.odd) ? ',' : ', ')}}`;
}

function scalarText(random: Random, tree: Extract<Tree, { is: 'scalar' }>, style: Style): string {
  if (tree.text !== undefined) return tree.text;
  const comment = random.chance(style.odd * 0.1) ? ' # 0' : '';
  return (typeof tree.value === 'string' ? quoted(random, tree.value) : JSON.stringify(tree.value)) + comment;
}

function keyText(random: Random, key: string, style: Style): string {
  if (key === '<<' || random.chance(style.odd * 0.2))
    return random.pick([key, `'${key}'`, JSON.stringify(key), `!!str ${key}`, `&k ${key}`]);
  return quoted(random, key);
}

/** Plain where that is certainly a string. */
function quoted(random: Random, text: string): string {
  const plain = /^[A-Za-z][A-Za-z/-]*$/.test(text) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(text);
  if (plain && random.chance(0.7)) return text;
  return JSON.stringify(text).replaceAll('\u007f', '\\x7f');
}

/** Documents, directives and ends of lines. */
const DOCUMENTS: ((random: Random, bytes: Buffer) => Buffer)[] = [
  (_, bytes) => Buffer.concat([Buffer.from('---\n'), bytes]),
  (_, bytes) => Buffer.concat([Buffer.from('--- '), bytes]),
  (random, bytes) =>
    Buffer.concat([Buffer.from(`%YAML ${random.pick(['1.1', '1.2', '1.3', '2.0'])}\n---\n`), bytes]),
  (_, bytes) => Buffer.concat([Buffer.from('%TAG ! tag:yaml.org,2002:\n---\n'), bytes]),
  (_, bytes) => Buffer.concat([bytes, Buffer.from('...\n')]),
  (_, bytes) => Buffer.concat([bytes, Buffer.from('---\nspec: {replicas: 0}\n')]),
  (_, bytes) => Buffer.concat([Buffer.from('spec: {replicas: 0}\n---\n'), bytes]),
  (_, bytes) => Buffer.concat([Buffer.from('# a comment\n\n'), bytes]),
  (_, bytes) => Buffer.concat([Buffer.from('---\n---\n'), bytes]),
  (_, bytes) => Buffer.concat([Buffer.from('x: &a {replicas: 0}\ny: &r 0\n'), bytes]),
  (_, bytes) => Buffer.from(bytes.toString().replaceAll('\n', '\r\n')),
  (_, bytes) => Buffer.from(bytes.toString().replaceAll('\n', '\r')),
  (random, bytes) =>
    Buffer.from(bytes.toString().replace('\n', random.pick(['\u0085', '\u2028', '\t\n', '\n\t', ' \n']))),
  (_, bytes) => Buffer.from(bytes.toString().replace(/^ +/m, '\t')),
  (_, bytes) => Buffer.from(`\ufeff${bytes}`, 'utf16le'),
  (_, bytes) => Buffer.from(bytes.toString('utf8'), 'utf16le'),
];
