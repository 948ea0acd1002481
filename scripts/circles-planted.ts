// Circles that the search must find, and what looks like one and is none.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Circle, circlesOf, textOf } from './circles.ts';
import { importsOf } from './import-graph.ts';

const files: Record<string, string> = {
  'files/a.ts': "import type { B } from './b.ts'; export interface A { b?: B }",
  'files/b.ts': "export interface B { a?: import('./a.ts').A }",
  'folders/left/one.ts': "import type { Two } from '../right/two.ts'; export type One = Two;",
  'folders/left/other.ts': 'export type Other = 1;',
  'folders/right/two.ts': 'export type Two = 2;',
  'folders/right/other.ts': "export type { Other } from '../left/other.ts';",
  'faces/shop/index.ts': "export * from './till.ts';",
  'faces/shop/till.ts': 'export const till = 1;',
  'faces/shop/stock.ts': "import { shelf } from '../store/shelf.ts'; export const stock = shelf;",
  'faces/store/shelf.ts': 'export const shelf = 1;',
  'faces/store/door.ts': "import { till } from '../shop/index.ts'; export const door = till;",
  'beside/inner/deep.ts': "import { top } from '../top.ts'; export const deep = top;",
  'beside/inner/flat.ts': 'export const flat = 1;',
  'beside/top.ts': "import { flat } from './inner/flat.ts'; export const top = flat;",
  'plain/above/over.ts': "import { under } from '../below/under.ts'; export const over = under;",
  'plain/below/under.ts': 'export const under = 1;',
  'plain/below/under.test.ts': "import { over } from '../above/over.ts'; console.log(over);",
};

export const planted: Circle[] = [
  { members: ['files/a.ts', 'files/b.ts'] },
  { within: 'beside', members: ['inner', 'top.ts'] },
  { within: 'faces', members: ['shop', 'store'] },
  { within: 'folders', members: ['left', 'right'] },
];

/** Looks for the planted circles in a folder of their own. @returns what was not found, or found wrongly */
export function plantedFaults(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-circles-'));
  try {
    const compilerOptions = { module: 'nodenext', allowImportingTsExtensions: true, noLib: true, types: [] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    for (const [file, line] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, file), `${line}\n`);
    }
    const found = circlesOf(importsOf(folder));
    if (isDeepStrictEqual(found, planted)) return undefined;
    return `planted:\n${planted.map(textOf).join('\n')}\nfound:\n${found.map(textOf).join('\n')}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
