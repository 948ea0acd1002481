import type { Random } from '../../packages/guard/src/testing/random.ts';
import type { Tree } from './tree.ts';

/** Scalars in the spellings of YAML 1.1, of 1.2, and of both; tags, anchors and merges as well. */
const SCALARS = [
  ...[
    '0',
    '00',
    '0o0',
    '0x0',
    '0b0',
    '-0',
    '+0',
    '0_0',
    '_0',
    '0.',
    '0.0',
    '.0',
    '0e0',
    '0e+0',
    '0:0',
    '0:00',
    '00:00',
    '-0.0',
  ],
  ...[
    '1',
    '01',
    '0o1',
    '0x1',
    '0b1',
    '+1',
    '1_',
    '1_0',
    '1.0',
    '1e0',
    '1e3',
    '1:0',
    '1:1',
    '010',
    '0o10',
    '0x10',
    '08',
    '09',
    '0o8',
  ],
  ...[
    '2',
    '3',
    '4',
    '7',
    '0b100',
    '0o3',
    '0x3',
    '03',
    '+3',
    '3.0',
    '3.9',
    '.3e1',
    '30e-1',
    '3_',
    '-1',
    '2147483648',
    '4294967297',
  ],
  ...[
    '9223372036854775808',
    '1e400',
    '.inf',
    '-.INF',
    '.nan',
    '.NaN',
    '~',
    'null',
    'Null',
    'NULL',
    'nULL',
    '',
    '"0"',
    "'0'",
    "'3'",
  ],
  ...[
    'yes',
    'Yes',
    'y',
    'Y',
    'no',
    'n',
    'N',
    'on',
    'off',
    'On',
    'true',
    'True',
    'TRUE',
    'tRUE',
    'false',
    'False',
  ],
  ...[
    '!!int 0',
    '!!int "0"',
    '!!int "0o0"',
    '!!str 0',
    '!!float 0',
    '!!float "3"',
    '!!bool "true"',
    '!!null ""',
    '!!null 0',
    '!local 0',
    '! 0',
  ],
  ...[
    '!!binary MA==',
    '!!binary "QWxs"',
    '!!timestamp 2026-01-01',
    '2026-01-01',
    '2026-01-01T00:00:00Z',
    '!<tag:yaml.org,2002:int> 0',
  ],
  ...[
    '&a 0',
    '*a',
    '&r 1',
    '*r',
    '|\n  0',
    '>-\n  0',
    '|-\n 0',
    '"\\x30"',
    '"\\u0030"',
    "'All'",
    'All',
    '[All]',
    '[ All ,]',
    '- All',
    'Orphan',
    'Background',
    'Foreground',
  ],
  ...[
    '{}',
    '[]',
    '[0]',
    '{a: 0}',
    '{<<: {replicas: 0}}',
    '"\\',
    '@',
    '`0`',
    '%0',
    '? 0',
    '0 # 5',
    '0#5',
    '"0" # x',
    '5 # 0',
  ],
];

/** A scalar that stands in the place of another. */
export function scalar(random: Random): Tree {
  return { is: 'scalar', text: random.chance(0.6) ? spelled(random) : random.pick(SCALARS), value: null };
}

/** A small number by the grammars of YAML 1.1, 1.2 and Go: bases, signs, digits set apart, exponents, tags. */
function spelled(random: Random): string {
  const number = random.pick([0, 0, 1, 2, 4, 8, 64]);
  const base = random.pick([2, 8, 8, 10, 10, 16]);
  const prefix = { 2: ['0b', '0B'], 8: ['0', '0o', '0O'], 10: ['', '', '0'], 16: ['0x', '0X'] }[
    base
  ] as string[];
  let digits = number.toString(base);
  if (random.chance(0.3)) digits = digits.padStart(1 + random.below(4), '0');
  if (random.chance(0.25)) {
    const at = random.below(digits.length + 1);
    digits = `${digits.slice(0, at)}_${digits.slice(at)}`;
  }
  const sign = random.pick(['', '', '', '+', '-', '--', '+ ']);
  const after = random.chance(0.7)
    ? ''
    : random.pick(['.', '.0', 'e0', 'E+0', 'e-0', '.5', ':0', ':00', '_', 'o', ' ', '%']);
  const tag = random.chance(0.85) ? '' : random.pick(['!!int ', '!!str ', '!!float ', '! ', '&n ']);
  const text = `${sign}${random.pick(prefix)}${digits}${after}`;
  const quote = random.chance(0.9) ? '' : random.pick(['"', "'"]);
  return `${tag}${quote}${text}${quote}`;
}
