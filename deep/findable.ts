// Whether a fault is found where one looks for it: a source drawn by seed gets a fault of one line, drawn as well, and the
// tests of its own name must turn red.
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { testsOf, wantTests } from '../scripts/named-tests.ts';
import { type OneLineFault, oneLineFaults } from '../scripts/one-line-faults.ts';
import { draw, drawn, noticed, passes } from '../scripts/plant-fault.ts';
import { copyTree } from '../scripts/tree-copy.ts';
import type { Proof, ProofResult, ProofRun } from './proof.ts';

const ROOT = join(import.meta.dirname, '..');
const SIDE_BY_SIDE = 2;

interface Planted {
  file: string;
  tests: string[];
  fault: OneLineFault;
}

const proof: Proof = {
  claim: "A planted fault of one line turns the tests of that source's own name red.",
  unit: 'sources with a planted fault',
  full: 30,
  sample: 4,
  sampleMinutes: 1,
  run,
};

export default proof;

async function run({ seed, count, progress }: ProofRun): Promise<ProofResult> {
  // By its own name, and not by its place among the others: one more file in the tree leaves the rest of the draw as it was.
  const lot = (file: string) => createHash('sha256').update(`${seed} ${file}`).digest();
  const byLot = wantTests(ROOT).sort((a, b) => lot(a).compare(lot(b)));
  const queue = byLot.slice(0, count).map((file): Planted => {
    const next = drawn(lot(file).readUInt32BE());
    const [fault] = draw(oneLineFaults(readFileSync(join(ROOT, file), 'utf8')), 1, next);
    if (fault === undefined)
      throw new Error(`${file} is long, has functions, and no fault can be planted in it`);
    return { file, tests: testsOf(ROOT, file), fault };
  });
  const failures: ProofResult['failures'] = [];
  let checked = 0;
  const copies = Array.from({ length: Math.min(SIDE_BY_SIDE, queue.length) }, copyTree);
  try {
    await Promise.all(
      copies.map(async (copy) => {
        for (let one = queue.shift(); one; one = queue.shift()) {
          const why = await whyNot(copy, one);
          checked++;
          progress(`${why === undefined ? 'red' : `NOT NOTICED (${why})`}: ${one.file} ${one.fault.told}`);
          if (why !== undefined) failures.push({ name: `${one.file} ${one.fault.told}`, why });
        }
      }),
    );
  } finally {
    for (const copy of copies) rmSync(copy, { recursive: true, force: true });
  }
  return { checked, failures };
}

/** Why the fault proves nothing, or undefined where the source's own tests notice it. */
async function whyNot(copy: string, { file, tests, fault }: Planted): Promise<string | undefined> {
  if (tests.length === 0) return 'no test has its name';
  if (!(await passes(copy, tests))) return 'its tests are red without the fault';
  return (await noticed(copy, file, fault, tests)) ? undefined : `${tests.join(', ')} stayed green`;
}
