import type { Random } from '../../packages/guard/src/testing/random.ts';
import { changeTree, type Tree, treeOf } from './tree.ts';

/** Numbers and other scalars in all the spellings that JSON has, and some that it has not. */
const SCALARS = [
  ...[
    '0',
    '0',
    '1',
    '2',
    '3',
    '4',
    '7',
    '-0',
    '-1',
    '0.0',
    '1.0',
    '2.5',
    '0e0',
    '0E5',
    '1e0',
    '10e-1',
    '1e3',
    '5.0e0',
  ],
  ...[
    '2147483647',
    '2147483648',
    '4294967296',
    '4294967297',
    '9007199254740993',
    '9223372036854775808',
    '1e400',
    '1e-400',
  ],
  ...['00', '01', '+1', '.5', '1.', '0x0', 'NaN', 'Infinity', '-', '0 ', '\t0'],
  ...[
    'null',
    'null',
    'true',
    'false',
    '"0"',
    '"1"',
    '""',
    '"All"',
    '"Orphan"',
    '"Foreground"',
    '"Background"',
    '["All"]',
  ],
  ...['{}', '[]', '"\\u0000"', '"\\ud800"', '"web"', '"shop"', '"other"', 'True', 'nul'],
];

function scalar(random: Random): Tree {
  return { is: 'scalar', text: random.pick(SCALARS), value: null };
}

/** JSON of an object, changed `times` times: in its structure, its scalars, and how it is written down. */
export function jsonOf(random: Random, value: unknown, times: number): Buffer {
  const tree = treeOf(value);
  let around = 0;
  for (let i = 0; i < times; i++) {
    if (random.chance(0.85)) changeTree(random, tree, scalar);
    else around++;
  }
  let bytes: Buffer = Buffer.from(write(random, tree, times > 0 && random.chance(0.3)));
  for (; around > 0; around--) bytes = random.pick(AROUND)(random, bytes);
  return bytes;
}

function write(random: Random, tree: Tree, odd: boolean): string {
  const gap = () => (odd && random.chance(0.2) ? random.pick([' ', '\n', '\t', '\r\n']) : '');
  switch (tree.is) {
    case 'scalar':
      return tree.text ?? JSON.stringify(tree.value);
    case 'list':
      return `[${gap()}${tree.items.map((item) => write(random, item, odd)).join(`${gap()},${gap()}`)}]`;
    case 'map':
      return `{${gap()}${tree.entries
        .map(({ key, value }) => `${keyText(random, key, odd)}${gap()}:${gap()}${write(random, value, odd)}`)
        .join(`,${gap()}`)}${gap()}}`;
  }
}

function keyText(random: Random, key: string, odd: boolean): string {
  if (!odd || key === '' || random.chance(0.9)) return JSON.stringify(key);
  const at = random.below(key.length);
  const escaped = `\\u${key.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return `"${JSON.stringify(key.slice(0, at)).slice(1, -1)}${random.chance(0.5) ? escaped : escaped.toUpperCase().replace('U', 'u')}${JSON.stringify(key.slice(at + 1)).slice(1, -1)}"`;
}

/** What stands around a document, and damage to its bytes. */
export const AROUND: ((random: Random, bytes: Buffer) => Buffer)[] = [
  (_, bytes) => Buffer.concat([Buffer.from('\ufeff'), bytes]),
  (_, bytes) => Buffer.concat([Buffer.from(' \n'), bytes, Buffer.from('\n\n')]),
  (_, bytes) => Buffer.concat([bytes, Buffer.from('x')]),
  (_, bytes) => Buffer.concat([bytes, bytes]),
  (_, bytes) => Buffer.concat([bytes, Buffer.from('\0')]),
  (_, bytes) => Buffer.concat([bytes, Buffer.from('{}')]),
  (random, bytes) => bytes.subarray(0, random.below(bytes.length + 1)),
  (random, bytes) => {
    const at = random.below(bytes.length + 1);
    const inside = random.pick([
      [0xff],
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0],
      [0x7f],
      [0xe2, 0x80, 0xa8],
      [0xc2, 0x85],
    ]);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(inside), bytes.subarray(at)]);
  },
  (random, bytes) =>
    Buffer.from(bytes.toString().replace(',', random.pick([',,', ', // x\n', ';', ',/**/']))),
];
