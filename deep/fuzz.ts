// Real bodies of every content type, patches of every type, queries and options, changed in their structure: what the guard
// reads is compared with what Kubernetes' own handlers read of what the guard sends.
import { check } from './fuzz/check.ts';
import { type Sent, startReferee } from './fuzz/referee.ts';
import type { Proof } from './proof.ts';

const LISTED_OF_A_KIND = 20;
const PROGRESS = 50_000;
/** Of a hundred requests so many destroy something at the server, at the least: where none does, nothing was proved. */
const DESTRUCTIVE = 10;
/** Each of these is read out of some requests: one that never occurs is not compared. */
const READ = ['judge delete', 'judge delete-collection', 'judge evict', 'judge scale', 'ask-server', 'pass'];

export default {
  claim:
    "Of each request the guard reads what Kubernetes' own handlers read of what it sends: none that lowers replicas, deletes or evicts is unjudged or read as less than it does, and none that an ordinary client sends is not understood.",
  unit: 'requests',
  full: 1_000_000,
  sample: 50_000,
  sampleMinutes: 1,
  async run({ seed, count, progress }) {
    // What the library says of odd YAML helps nobody here.
    process.removeAllListeners('warning');
    const referee = await startReferee(progress);
    const counts = new Map<string, number>();
    const add = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1).get(name) ?? 0;
    const failures: { name: string; why: string }[] = [];
    let checked = 0;
    let failed = 0;
    try {
      await check(referee, seed, count, ({ at, sent, changed, verdict }) => {
        checked++;
        if (changed === 0) add('as ordinary clients send them');
        for (const name of verdict.counts) add(name);
        if (verdict.fail) {
          failed++;
          const { kind, why } = verdict.fail;
          if (add(`FAILED: ${kind}`) <= LISTED_OF_A_KIND) {
            failures.push({ name: `request ${at}: ${kind}`, why: `${why} · ${told(sent)}` });
            progress(`request ${at}: ${kind}: ${why} · ${told(sent)}`);
          }
        }
        if (checked % PROGRESS === 0) progress(`${checked} requests, ${failed} failed`);
      });
    } finally {
      referee.close();
    }
    const listed = failures.length;
    const destructive = counts.get('server: destroys') ?? 0;
    if (destructive * 100 < DESTRUCTIVE * checked)
      failures.push({
        name: 'too little at stake',
        why: `only ${destructive} of ${checked} destroy something`,
      });
    for (const read of READ)
      if (!counts.has(`guard: ${read}`)) failures.push({ name: `no ${read}`, why: 'none was read so' });
    const more = failed - listed;
    if (more > 0) failures.push({ name: `${more} more`, why: 'of the same kinds' });
    return { checked, failures, rows: [...counts].sort(([a], [b]) => (a < b ? -1 : 1)) };
  },
} satisfies Proof;

/** The request, short enough for a line. */
function told({ method, path, query, contentTypes, body }: Sent): string {
  const isText = !contentTypes[0]?.includes('protobuf');
  const text = isText ? JSON.stringify(Buffer.from(body).toString()) : Buffer.from(body).toString('base64');
  return `${method} ${path}?${short(query, 120)} [${contentTypes}] ${short(text, 400)}`;
}

function short(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most / 2)}…${text.slice(-most / 2)}`;
}
