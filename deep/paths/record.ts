// Writes what the API server's own readers make of the recorded mutants, for the test that has no Go.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, mutants, RECORDED } from '../../packages/guard/src/testing/path-reading.ts';
import { startReferee } from '../fuzz/referee.ts';
import { readPaths } from './read.ts';

const referee = await startReferee((line) => console.error(line));
const readings = await readPaths(referee, mutants(RECORDED));
referee.close();
const bytes = Buffer.alloc(RECORDED * 2);
for (const [at, reading] of readings.entries()) bytes.writeUInt16BE(codeOf(reading), at * 2);
const folder = join(import.meta.dirname, '..', '..', 'packages', 'guard', 'src', 'testing');
writeFileSync(join(folder, 'paths.bin'), bytes);
