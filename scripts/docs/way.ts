import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STEPS } from '../../packages/guard/src/way/steps.ts';
import { table } from './regions.ts';

const GUARD = 'packages/guard/src';

/** The first line of a file of `way/`: at which step it stands. */
const MARK = /^\/\/ Step: (.+)\n/;

/**
 * The table of the steps.
 * @throws Error for a file of the way that says no step, or one that there is not; for a folder that stands at none
 */
export function wayTable(): string {
  const files = readdirSync(join(GUARD, 'way'))
    .filter((file) => /\.ts$/.test(file) && !/\.(test|contract)\.ts$/.test(file))
    .map((file) => ({ name: file.replace(/\.ts$/, ''), step: stepOf(join(GUARD, 'way', file)) }));
  const beside: string[] = Object.values(STEPS).flatMap((step) => step.beside);
  for (const one of beside)
    if (!existsSync(join(GUARD, one)))
      throw new Error(`there is no ${GUARD}/${one}: ${GUARD}/way/steps.ts names it`);
  const unnamed = readdirSync(GUARD, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['way', 'cluster', 'testing'].includes(entry.name))
    .find(({ name }) => !beside.includes(`${name}/`));
  if (unnamed)
    throw new Error(`${GUARD}/${unnamed.name} stands at no step of the way: ${GUARD}/way/steps.ts`);
  const rows = Object.entries(STEPS).map(([step, { does, beside: others }]) => {
    const own = files.filter((file) => file.step === step).map(({ name }) => `\`${name}\``);
    const where = [
      ...others.map((one) => `\`${one}\``),
      ...(own.length > 0 ? [`in \`way/\`: ${own.join(' ')}`] : []),
    ];
    return [step, does, where.join(', ')];
  });
  return table(['step', 'what', `where (\`${GUARD}/\`)`], rows);
}

/** @throws Error where it says none, or one that there is not */
function stepOf(file: string): string {
  const step = MARK.exec(readFileSync(file, 'utf8'))?.[1];
  if (step !== undefined && step in STEPS) return step;
  throw new Error(
    `${file} does not say at which step of the way it stands. Its first line: \`// Step: ${Object.keys(STEPS).join('` or `')}\``,
  );
}
