import { appendFileSync, readFileSync } from 'node:fs';

/** Hundredths of a second of CPU so far, of this process and of its children that have ended (Linux; NaN elsewhere). */
function cpu(): number {
  try {
    // proc(5): after the name, which may hold anything, utime stime cutime cstime are the 12th to 15th.
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
  } catch {
    return Number.NaN;
  }
}

/**
 * With TEST_COSTS=FILE in the environment, notes what each test file costs: a line of JSON for each, in seconds. CPU tells the same
 * on a machine that others use as well; what a child costs counts once it has ended and was waited for.
 * @returns what to call when the file is over
 */
export function measured(file: string): () => void {
  const to = process.env.TEST_COSTS;
  if (to === undefined) return () => undefined;
  const [before, began] = [cpu(), performance.now()];
  return () => {
    const line = {
      file,
      cpu: (cpu() - before) / 100,
      wall: Math.round((performance.now() - began) / 10) / 100,
    };
    appendFileSync(to, `${JSON.stringify(line)}\n`);
  };
}
