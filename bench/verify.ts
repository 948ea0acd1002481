/**
 * How fast an artefact is hashed and verified, beside `sha256sum`; what memory it takes; and a hundred bundles.
 *
 * Whole processes are timed on both sides, from start to exit, on the same file in the page cache, alternating, and the
 * median of seven taken. The verifier's process also starts Node and loads the verifier, which is reported on its own.
 */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomFillSync, sign } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { artefactOfBytes } from '../packages/toolcrib/src/vet/verify/artefact.ts';
import { sigstoreBundle } from '../packages/toolcrib/src/vet/verify/schemes/sigstore-bundle.ts';
import {
  IDENTITY,
  ISSUER,
  SIGNED_AT,
  testSigstore,
} from '../packages/toolcrib/src/vet/verify/testing/signer.ts';
import type { Figure } from './run.ts';

const MIB = 1024 * 1024;
const SIZE = 500 * MIB;
const RUNS = 7;

export default async function bench(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-verify-'));
  try {
    const hundred = await bundles();
    return [...large(folder), hundred];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function large(folder: string): Figure[] {
  const [big, empty] = [join(folder, 'big'), join(folder, 'empty')];
  writeRandom(big);
  writeFileSync(empty, '');
  for (const path of [big, empty]) signWithKey(folder, path);
  const verify = (path: string) => {
    const command = new URL('../packages/toolcrib/src/vet/verify/command.ts', import.meta.url).href;
    const options = { signature: `${path}.sig`, key: join(folder, 'key.pem') };
    const code = `import { runVerify } from ${JSON.stringify(command)};
      const { verdict } = await runVerify(${JSON.stringify(path)}, ${JSON.stringify(options)});
      if (verdict !== 'pass') throw new Error(verdict);
      console.log(process.resourceUsage().maxRSS);`;
    const args = ['--conditions=toolcrib-source', '--input-type=module-typescript', '-e', code];
    return Number(execFileSync(process.execPath, args, { encoding: 'utf8' })) * 1024;
  };
  verify(big);
  const times = { verify: [] as number[], sum: [] as number[], start: [] as number[] };
  const memory = { big: [] as number[], empty: [] as number[] };
  for (let run = 0; run < RUNS; run++) {
    times.sum.push(timed(() => execFileSync('sha256sum', [big])));
    times.verify.push(timed(() => memory.big.push(verify(big))));
    times.start.push(timed(() => memory.empty.push(verify(empty))));
  }
  const [verified, sum, start] = [median(times.verify), median(times.sum), median(times.start)];
  const grown = (median(memory.big) - median(memory.empty)) / MIB;
  const ratio = verified / sum;
  return [
    {
      name: 'hash and verify 500 MiB, whole process',
      value: Math.round(verified),
      unit: 'ms',
      beside: { name: 'sha256sum', value: Math.round(sum) },
      ratio,
      goal: '≤ 1.3 × sha256sum',
      met: ratio <= 1.3,
    },
    { name: 'of which start, on an empty file', value: Math.round(start), unit: 'ms' },
    {
      name: 'memory over an empty file',
      value: Math.round(grown),
      unit: 'MiB',
      goal: '≤ 64 MiB',
      met: grown <= 64,
    },
  ];
}

/** Every bundle of its own bytes, key, certificate and log entry; verified one after the other. */
async function bundles(): Promise<Figure> {
  const sigstore = await testSigstore();
  const made = [];
  for (let index = 0; index < 100; index++) {
    const bytes = Buffer.from(`artefact ${index}`);
    made.push({ bytes, proof: Buffer.from(JSON.stringify(await sigstore.sign(bytes))) });
  }
  const now = new Date(SIGNED_AT.getTime() + 1000);
  const expected = { signers: [{ kind: 'certificate', identity: IDENTITY, issuer: ISSUER } as const] };
  const started = performance.now();
  for (const { bytes, proof } of made) {
    const artefact = artefactOfBytes('artefact', bytes);
    const input = { artefact, proof: { name: 'bundle', bytes: proof }, expected, trust: sigstore.trust, now };
    const { verdict, reason } = await sigstoreBundle.verify(input);
    if (verdict !== 'pass') throw new Error(reason);
  }
  const took = performance.now() - started;
  return {
    name: 'verify 100 bundles',
    value: Math.round(took),
    unit: 'ms',
    goal: '≤ 3 s',
    met: took <= 3000,
  };
}

function writeRandom(path: string): void {
  const file = openSync(path, 'w');
  const chunk = Buffer.alloc(MIB);
  for (let written = 0; written < SIZE; written += MIB) writeSync(file, randomFillSync(chunk));
  closeSync(file);
}

const key = generateKeyPairSync('rsa', { modulusLength: 2048 });

function signWithKey(folder: string, path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(`${path}.sig`, sign('sha256', bytes, key.privateKey).toString('base64'));
  writeFileSync(join(folder, 'key.pem'), key.publicKey.export({ format: 'pem', type: 'spki' }));
}

function timed(run: () => void): number {
  const started = performance.now();
  run();
  return performance.now() - started;
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
