// The published form: JavaScript by tsc, and beside it the data that the sources read at run time; of the toolcrib package the
// programs (scripts/release/program.ts).
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PACKAGES } from './packages.ts';
import { madeAt } from './release/made-at.ts';
import { writeProgram } from './release/program.ts';

for (const name of PACKAGES) rmSync(join('packages', name, 'dist'), { recursive: true, force: true });
const LIBRARIES = PACKAGES.filter((name) => name !== 'toolcrib');
const { status } = spawnSync(join('node_modules', '.bin', 'tsc'), ['--build', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

// tsc emits only what is imported; some data is read by its URL.
for (const name of LIBRARIES) {
  for (const file of globSync(`packages/${name}/src/**/*`, { withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (!file.isFile() || path.endsWith('.ts') || /\/(testing|fixtures)\//.test(path)) continue;
    const target = path.replace(`packages/${name}/src`, `packages/${name}/dist`);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(path, target);
  }
}
cpSync('examples', join('packages', 'toolcrib', 'examples'), { recursive: true });
for (const name of ['vet', 'toolcrib'])
  cpSync('policies', join('packages', name, 'policies'), { recursive: true });
await writeProgram(process.cwd(), madeAt());
