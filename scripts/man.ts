// Writes the man pages of every command into a folder, for a package that installs them: `npm run man -- FOLDER`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../packages/toolcrib/src/laptop/version.ts';
import { manPages } from './man/pages.ts';
import { optionsOf } from './options.ts';
import { madeAt } from './release/made-at.ts';

const { positionals } = optionsOf({ options: {}, allowPositionals: true }, 'npm run man -- FOLDER');
const [folder] = positionals;
if (folder === undefined) throw new Error('Where to? npm run man -- FOLDER');
const pages = await manPages({ version, date: madeAt().toISOString().slice(0, 10) });
mkdirSync(folder, { recursive: true });
for (const [file, text] of pages) writeFileSync(join(folder, file), text);
console.log(`${pages.size} pages in ${folder}; for example: man -l ${join(folder, 'toolcrib.1')}`);
