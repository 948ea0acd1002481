// `npm run sabotage [fault …]`: ten one-line faults in what keeps people's clusters safe, planted one at a time in a
// copy of the tree. Each must turn a named test red; the same tests must be green without it. A fault that no longer
// applies (the line was rewritten) counts as a failure: the list is mended together with the code.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { killAll } from './plant-fault.ts';
import { type Fault, faults } from './sabotage-faults.ts';
import { copyTree } from './tree-copy.ts';

const ROOT = join(import.meta.dirname, '..');
const SIDE_BY_SIDE = 2;
/** A fault may make a test hang: that is red, too. Milliseconds. */
const TEST_TIMEOUT = 20_000;
const LIMIT = 90_000;

interface Run {
  passed: string[];
  failed: string[];
}

interface Row {
  fault: string;
  verdict: 'red' | 'STAYS GREEN' | 'DOES NOT APPLY' | 'RED WITHOUT IT';
  by: string;
  seconds: number;
}

function test(folder: string, { tests, only }: Fault): Promise<Run> {
  const args = [
    '--conditions=toolcrib-source',
    '--no-warnings',
    '--test',
    `--test-timeout=${TEST_TIMEOUT}`,
    '--test-reporter=tap',
    ...(only ? [`--test-name-pattern=${only}`] : []),
    ...tests,
  ];
  return new Promise((resolve) => {
    const env = { ...process.env };
    // Set where this runs below a test runner itself; the inner one would then report to it.
    delete env.NODE_TEST_CONTEXT;
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    const limit = setTimeout(() => killAll(child), LIMIT);
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.once('close', () => {
      clearTimeout(limit);
      const names = (pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '');
      resolve({
        passed: names(/^\s*ok \d+ - (?!.*# SKIP)(.*)$/gm),
        failed: names(/^\s*not ok \d+ - (.*)$/gm),
      });
    });
  });
}

async function attempt(folder: string, fault: Fault, green: (fault: Fault) => Promise<Run>): Promise<Row> {
  const began = performance.now();
  const row = (verdict: Row['verdict'], by: string): Row => ({
    fault: fault.name,
    verdict,
    by,
    seconds: (performance.now() - began) / 1000,
  });
  const file = join(folder, fault.file);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (before.split(fault.find).length !== 2) return row('DOES NOT APPLY', `${fault.file}: ${fault.find}`);
  const control = await green(fault);
  const reddened = (run: Run) => run.failed.find((name) => fault.turnsRed.test(name));
  const passes = control.failed.length === 0 && control.passed.some((name) => fault.turnsRed.test(name));
  if (!passes) return row('RED WITHOUT IT', control.failed[0] ?? `no test is called ${fault.turnsRed}`);
  try {
    writeFileSync(
      file,
      before.replace(fault.find, () => fault.put),
    );
    const red = reddened(await test(folder, fault));
    return red
      ? row('red', red)
      : row('STAYS GREEN', fault.tests.map((path) => path.split('/').pop()).join(', '));
  } finally {
    writeFileSync(file, before);
  }
}

async function main(): Promise<number> {
  const asked = process.argv.slice(2);
  const chosen = faults.filter(({ name }) => asked.length === 0 || asked.some((part) => name.includes(part)));
  if (chosen.length === 0) {
    console.error(
      `No fault matches ${asked.join(', ')}. There are: ${faults.map(({ name }) => name).join('; ')}.`,
    );
    return 2;
  }
  const began = performance.now();
  const folders = Array.from({ length: Math.min(SIDE_BY_SIDE, chosen.length) }, copyTree);
  const queue = [...chosen];
  const rows: Row[] = [];
  // The same tests without a fault, once for all faults that name them.
  const controls = new Map<string, Promise<Run>>();
  try {
    await Promise.all(
      folders.map(async (folder) => {
        const green = (fault: Fault) => {
          const key = JSON.stringify([fault.tests, fault.only]);
          const run = controls.get(key) ?? test(ROOT, fault);
          controls.set(key, run);
          return run;
        };
        for (let fault = queue.shift(); fault; fault = queue.shift()) {
          const row = await attempt(folder, fault, green);
          rows.push(row);
          console.log(
            `${row.verdict.padEnd(14)}  ${row.fault.padEnd(42)}  ${row.seconds.toFixed(1).padStart(5)} s  ${row.by}`,
          );
        }
      }),
    );
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
  const red = rows.filter(({ verdict }) => verdict === 'red').length;
  console.log(
    `\n${red} of ${rows.length} faults turn a test red (${((performance.now() - began) / 1000).toFixed(0)} s).`,
  );
  return red === rows.length ? 0 : 1;
}

process.exitCode = await main();
