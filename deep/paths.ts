// Paths of the API, changed in what two readers may read differently: what the guard judges is compared with what Kubernetes'
// own RequestInfo reads of the same path, and of what the guard sends on.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalPath, parseRequestPath } from '@toolcrib/kube';
import {
  codeOf,
  mutants,
  type PathReading,
  RECORDED,
  SEED,
} from '../packages/guard/src/testing/path-reading.ts';
import { startReferee } from './fuzz/referee.ts';
import { readPaths } from './paths/read.ts';
import type { Proof } from './proof.ts';

const fixture = join(import.meta.dirname, '..', 'packages', 'guard', 'src', 'testing', 'paths.bin');
const BATCH = 20_000;
const LISTED = 50;

export default {
  claim:
    "Each path is refused, or judged for what Kubernetes' own RequestInfo reads in it and in what is sent on; the readings recorded for the test without Go are still theirs.",
  unit: 'paths',
  full: 1_000_000,
  sample: RECORDED,
  sampleMinutes: 1,
  async run({ seed, count, progress }) {
    const referee = await startReferee(progress);
    const failures: { name: string; why: string }[] = [];
    const counts = { refused: 0, 'read alike': 0, 'refused by the server alone': 0 };
    let failed = 0;
    const fail = (name: string, why: string) =>
      void (++failed <= LISTED && failures.push({ name: JSON.stringify(name), why }));
    let checked = 0;
    try {
      const recorded = readFileSync(fixture);
      const theirs = await readPaths(referee, mutants(RECORDED, SEED));
      for (const [at, reading] of theirs.entries()) {
        if (codeOf(reading) !== recorded.readUInt16BE(at * 2))
          fail(`recorded ${at}`, 'is another reading by now: npm run node -- deep/paths/record.ts');
      }
      for (; checked < count; checked += Math.min(BATCH, count - checked)) {
        const paths = mutants(Math.min(BATCH, count - checked), seed + checked).map(
          (path) => path.split('?')[0] ?? '',
        );
        const ours = paths.map(guardReading);
        const [asSent, onward] = [
          await readPaths(referee, paths),
          await readPaths(
            referee,
            ours.map((one) => one?.sends ?? '/'),
          ),
        ];
        for (const [i, path] of paths.entries()) {
          const own = ours[i];
          if (own === undefined) counts.refused++;
          else if (asSent[i] === 'refused') counts['refused by the server alone']++;
          else if (text(own.reading) !== text(asSent[i]))
            fail(path, `judged as ${text(own.reading)}, is ${text(asSent[i])}`);
          else if (text(own.reading) !== text(onward[i]))
            fail(path, `judged as ${text(own.reading)}, sent as ${own.sends}`);
          else counts['read alike']++;
        }
      }
    } finally {
      referee.close();
    }
    if (failed > LISTED) failures.push({ name: `${failed - LISTED} more`, why: 'of the same kinds' });
    return { checked, failures, rows: Object.entries(counts) };
  },
} satisfies Proof;

/** What the guard judges and sends on; undefined where it refuses. */
function guardReading(path: string): { reading: PathReading | 'none'; sends: string } | undefined {
  try {
    const target = parseRequestPath(path);
    const sends = canonicalPath(path);
    if (target.type !== 'resource') return { reading: 'none', sends };
    const { group, resource, namespace = '', name = '', subresource = '' } = target;
    return { reading: { group, resource, namespace, name, subresource }, sends };
  } catch {
    return undefined;
  }
}

function text(reading: PathReading | 'none' | 'refused' | undefined): string {
  if (reading === undefined || typeof reading === 'string') return reading ?? '';
  const { group, resource, namespace, name, subresource } = reading;
  return [group, namespace, resource, name, subresource].join(' ');
}
