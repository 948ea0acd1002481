import { appendFileSync, readFileSync } from 'node:fs';

/** Hundredths of a second of CPU so far: of this process, and of its children that have ended (Linux; NaN elsewhere). */
function cpu(): { own: number; children: number } {
  try {
    // proc(5): after the name, which may hold anything, utime stime cutime cstime are the 12th to 15th.
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15).map(Number);
    return { own: Number(user) + Number(system), children: Number(childrenUser) + Number(childrenSystem) };
  } catch {
    return { own: Number.NaN, children: Number.NaN };
  }
}

/**
 * With TEST_COSTS=FILE in the environment, notes what each test file costs: a line of JSON for each, in seconds: its CPU, how much
 * of it in the test's own process, and by the clock. CPU tells the same
 * on a machine that others use as well; what a child costs counts once it has ended and was waited for.
 * @returns what to call when the file is over
 */
export function measured(file: string): () => void {
  const to = process.env.TEST_COSTS;
  if (to === undefined) return () => undefined;
  const [before, began] = [cpu(), performance.now()];
  return () => {
    const now = cpu();
    const own = now.own - before.own;
    const line = {
      file,
      cpu: (own + now.children - before.children) / 100,
      own: own / 100,
      wall: Math.round((performance.now() - began) / 10) / 100,
    };
    appendFileSync(to, `${JSON.stringify(line)}\n`);
  };
}
