/**
 * How fast an artefact is hashed and verified, by each way of signing large files, beside `sha256sum`; what memory it takes; and a hundred bundles.
 *
 * Whole processes are timed on both sides, from start to exit, on the same file in the page cache, alternating, and the
 * median of seven taken. The verifier's process also starts Node and loads the verifier, which is reported on its own.
 */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomFillSync, sign } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createMessage, generateKey, sign as pgpSign } from 'openpgp';
import { artefactOfBytes } from '../packages/vet/src/verify/artefact.ts';
import type { SignatureInput } from '../packages/vet/src/verify/input.ts';
import { sigstoreBundle } from '../packages/vet/src/verify/schemes/sigstore-bundle.ts';
import { IDENTITY, ISSUER, SIGNED_AT, testSigstore } from '../packages/vet/src/verify/testing/signer.ts';
import type { Figure } from './run.ts';

const MIB = 1024 * 1024;
const SIZE = 500 * MIB;
const RUNS = 7;

export default async function bench(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-verify-'));
  try {
    const hundred = await bundles();
    return [...(await large(folder)), hundred];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function large(folder: string): Promise<Figure[]> {
  const [big, empty] = [join(folder, 'big'), join(folder, 'empty')];
  writeRandom(big);
  writeFileSync(empty, '');
  const figures: Figure[] = [];
  for (const { scheme, prepare } of await schemes(folder)) {
    const [ofBig, ofEmpty] = [await prepare(big), await prepare(empty)];
    figures.push(
      ...measured(
        scheme,
        big,
        () => verify(big, ofBig),
        () => verify(empty, ofEmpty),
      ),
    );
  }
  return figures;
}

/** In a process of its own. @returns the most memory it held, in bytes */
function verify(file: string, signed: Signed): number {
  const command = new URL('../packages/vet/src/verify/command.ts', import.meta.url).href;
  const code = `import { runVerify } from ${JSON.stringify(command)};
      const { verdict, reason } = await runVerify(${JSON.stringify({ artefact: { file }, ...signed })});
      if (verdict !== 'pass') throw new Error(reason);
      console.log(process.resourceUsage().maxRSS);`;
  const args = ['--conditions=toolcrib-source', '--input-type=module-typescript', '-e', code];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' })) * 1024;
}

type Signed = Omit<SignatureInput, 'artefact'>;

interface Signing {
  scheme: string;
  /** Signs the file, and says how it is verified. */
  prepare(path: string): Promise<Signed>;
}

async function schemes(folder: string): Promise<Signing[]> {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const at = new Date((Math.floor(Date.now() / 1000) + 1) * 1000);
  const sigstore = await testSigstore(at);
  // The processes go by the real clock, and refuse what is signed in the future.
  await setTimeout(at.getTime() - Date.now() + 1000);
  const pgp = (await generateKey({ userIDs: [{ name: 'Bench' }], format: 'object' })).privateKey;
  const put = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const key = put('key.pem', rsa.publicKey.export({ format: 'pem', type: 'spki' }));
  const trustedRoot = put('root.json', JSON.stringify(sigstore.stored.trustedRoot));
  const keyring = put('ring.gpg', pgp.toPublic().write());
  return [
    {
      scheme: 'pinned key',
      async prepare(path) {
        const signature = sign('sha256', readFileSync(path), rsa.privateKey).toString('base64');
        return {
          proof: { signature: put(`${basename(path)}.sig`, signature) },
          signers: [{ by: 'key', key }],
        };
      },
    },
    {
      scheme: 'Sigstore bundle',
      async prepare(path) {
        const bundle = JSON.stringify(await sigstore.sign(readFileSync(path)));
        return {
          proof: { bundle: put(`${basename(path)}.json`, bundle) },
          signers: [{ by: 'certificate', identity: IDENTITY, issuer: ISSUER }],
          trustedRoot,
        };
      },
    },
    {
      scheme: 'OpenPGP',
      async prepare(path) {
        const message = await createMessage({ binary: new Uint8Array(readFileSync(path)) });
        const signature = String(await pgpSign({ message, signingKeys: pgp, detached: true }));
        return {
          proof: { signature: put(`${basename(path)}.asc`, signature) },
          signers: [{ by: 'openpgp', keyring }],
        };
      },
    },
  ];
}

function measured(scheme: string, file: string, big: () => number, empty: () => number): Figure[] {
  big();
  const times = { verify: [] as number[], sum: [] as number[], start: [] as number[] };
  const memory = { big: [] as number[], empty: [] as number[] };
  for (let run = 0; run < RUNS; run++) {
    times.sum.push(timed(() => execFileSync('sha256sum', [file])));
    times.verify.push(timed(() => memory.big.push(big())));
    times.start.push(timed(() => memory.empty.push(empty())));
  }
  const [verified, sum, start] = [median(times.verify), median(times.sum), median(times.start)];
  const grown = (median(memory.big) - median(memory.empty)) / MIB;
  const ratio = verified / sum;
  return [
    {
      name: `${scheme}: hash and verify 500 MiB, whole process`,
      value: Math.round(verified),
      unit: 'ms',
      beside: { name: 'sha256sum', value: Math.round(sum) },
      ratio,
      goal: '≤ 1.3 × sha256sum',
      met: ratio <= 1.3,
    },
    { name: `${scheme}: of which start, on an empty file`, value: Math.round(start), unit: 'ms' },
    {
      name: `${scheme}: memory over an empty file`,
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

function timed(run: () => void): number {
  const started = performance.now();
  run();
  return performance.now() - started;
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
