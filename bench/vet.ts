import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { assess, packText, readTrustPolicy, verifyPack } from '../packages/vet/src/index.ts';
import { gitSource } from '../packages/vet/src/sources/git/source.ts';
import { type CommitSpec, fastImport, NOW, type TagSpec } from '../packages/vet/src/testing/repository.ts';

/** One measured figure; `beside` is what it is held against, measured in the same run. */
interface Figure {
  name: string;
  value: number;
  unit: string;
  beside?: { name: string; value: number };
  ratio?: number;
  goal?: string;
  met?: boolean;
}

const DAY = 86_400;
const PACKS = 100;
const ROUNDS = 5;

/** Commits by sixty people over three years, each changing three files, a release every hundred. */
function* commits(count: number): Generator<CommitSpec> {
  const start = NOW / 1000 - 1090 * DAY;
  for (let index = 0; index < count; index++) {
    const person = (index * index) % 61;
    const files = Object.fromEntries(
      [0, 1, 2].map((file) => [
        `src/d${index % 40}/f${(index + file * 7) % 90}.go`,
        `package p\n\n// ${index}\n${'// a line\n'.repeat(20 + (index % 30))}`,
      ]),
    );
    yield {
      author: `Person ${person} <person${person}@example.org>`,
      at: start + Math.floor((index * 1089 * DAY) / count),
      message:
        index % 9 === 0 ? `fix: number ${index}` : `Work on part ${index}\n\nIt is needed for the next part.`,
      files: index === 0 ? { ...files, 'README.md': '# Bench\n', LICENSE: 'MIT License' } : files,
    };
  }
}
function* tags(count: number): Generator<TagSpec> {
  for (let index = 99; index < count; index += 100)
    yield { name: `v1.${(index - 99) / 100}.0`, commit: index };
}

async function makeHistory(count: number): Promise<{ dir: string; remove(): void }> {
  const dir = mkdtempSync(join(tmpdir(), 'toolcrib-bench-'));
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', dir]);
  const child = spawn('git', ['-C', dir, 'fast-import', '--quiet', '--done'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  await pipeline(Readable.from(fastImport(commits(count), tags(count))), child.stdin);
  await new Promise((done) => child.on('close', done));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

const target = (dir: string) => ({
  spec: dir,
  subject: { purl: 'pkg:generic/bench', name: 'bench' },
  git: { dir },
  files: [],
});
const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const timed = async (work: () => unknown): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

/** Vets a history in a process of its own and gives that process's peak memory, in MiB. */
function peakMemory(dir: string): number {
  const script = `const { gitSource } = await import(${JSON.stringify(import.meta.resolve('../packages/vet/src/sources/git/source.ts'))});
await gitSource.collect(${JSON.stringify(target(dir))}, { now: () => ${NOW} });
console.log(process.resourceUsage().maxRSS);`;
  const args = ['--conditions=toolcrib-source', '--input-type=module', '--eval', script];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' })) / 1024;
}

export default async function bench(): Promise<Figure[]> {
  const [small, middle, large] = await Promise.all([2_000, 10_000, 20_000].map(makeHistory));
  if (small === undefined || middle === undefined || large === undefined) throw new Error('no history');
  try {
    const vet = () => gitSource.collect(target(middle.dir), { now: () => NOW });
    const numstat = () =>
      execFileSync('sh', ['-c', `git -C '${middle.dir}' log --numstat | cat > /dev/null`]);
    await vet();
    numstat();
    const ours: number[] = [];
    const gits: number[] = [];
    // Turn about, so that a busy machine weighs on both.
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await timed(vet));
      gits.push(await timed(numstat));
    }
    const memory = { small: peakMemory(small.dir), large: peakMemory(large.dir) };
    const packs = await makePacks(middle.dir);
    const verifying = await timed(async () => {
      for (const [index, text] of packs.entries())
        if (!(await verifyPack(text, `pack ${index}`)).holds) throw new Error(`pack ${index} does not hold`);
    });
    const ratio = median(ours) / median(gits);
    return [
      {
        name: 'all evidence of a history of 10,000 commits',
        value: median(ours),
        unit: 'ms',
        beside: { name: 'git log --numstat', value: median(gits) },
        ratio,
        goal: '≤ 2 ×',
        met: ratio <= 2,
      },
      {
        name: 'peak memory, 20,000 commits',
        value: memory.large,
        unit: 'MiB',
        beside: { name: '2,000 commits', value: memory.small },
        ratio: memory.large / memory.small,
        goal: '≤ 1.15 ×',
        met: memory.large <= memory.small * 1.15,
      },
      {
        name: `${PACKS} packs verified (${Math.round((packs[0]?.length ?? 0) / 1024)} KiB each)`,
        value: verifying,
        unit: 'ms',
        goal: '≤ 2000 ms',
        met: verifying <= 2000,
      },
    ];
  } finally {
    for (const history of [small, middle, large]) history.remove();
  }
}

/** Packs that differ: the same history as it was judged on a hundred days. */
async function makePacks(dir: string): Promise<string[]> {
  const { policy } = await readTrustPolicy(undefined);
  const packs: string[] = [];
  for (let day = 0; day < PACKS; day++) {
    const now = NOW + day * DAY * 1000;
    packs.push(
      packText(
        await assess({ spec: dir, files: [] }, (subject) => policy.resolve(subject), { now: () => now }),
      ),
    );
  }
  return packs;
}
