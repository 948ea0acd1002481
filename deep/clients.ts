// Real clients of many ages in a terminal where toolcrib is on. What reached the API server is counted in its own audit log,
// where a request that did not come from the guard carries another user's certificate (deep/clients/stage.ts).
import { realClients } from '../packages/sandbox/src/clients/real-clients.ts';
import { clients, program } from './clients/clients.ts';
import { fromHere } from './clients/fetch.ts';
import { openStage, type Stage } from './clients/stage.ts';
import type { Proof } from './proof.ts';

interface Case {
  name: string;
  /** @returns how many requests came through, and went round; what did not hold */
  run(stage: Stage, namespace: string): Promise<{ through: number; round: number; why?: string }>;
  /** It must go round: what it counts is not of a terminal where toolcrib is on. */
  control?: true;
}

const CASES: Case[] = [
  {
    name: 'CONTROL, which must go round: kubectl with the person’s own file',
    run: plainControl,
    control: true,
  },
  ...clients.map(({ name, ready }) => ({
    name,
    async run(stage: Stage, namespace: string) {
      const work = await ready();
      const env = await stage.terminal();
      const mark = await stage.mark();
      const why = await work(stage, env, namespace);
      const { through, deletes, round } = await stage.since(mark, namespace);
      const few =
        through < 2 || deletes < 1 ? `the API server saw ${through} requests, ${deletes} deletes` : undefined;
      return { through, round, why: why ?? (round > 0 ? `${round} requests went round the guard` : few) };
    },
  })),
  { name: 'two terminals with different files and the same context name', run: twoTerminals },
  {
    name: 'CONTROL, which must go round: ours first in a list, as toolcrib 0.1 left it, and client-go 0.27',
    run: control,
    control: true,
  },
];

/** Each terminal's own file counts, and the guard serves both: the second one acts as cho, who may only look. */
async function twoTerminals(stage: Stage, namespace: string) {
  const { kubectl } = await realClients(import.meta.url);
  const [first, second] = [await stage.terminal(), await stage.terminal(stage.otherFile)];
  const mark = await stage.mark();
  const get = ['-n', namespace, 'get', 'configmaps'];
  const wrong: string[] = [];
  for (const [env, user] of [
    [first, 'aiko'],
    [second, 'cho'],
    [first, 'aiko'],
  ] as const) {
    const from = await stage.mark();
    const { code, output } = await stage.run(env, kubectl, get);
    const { users } = await stage.since(from, namespace);
    if (code !== 0 || users.size !== 1 || !users.has(user))
      wrong.push(`${[...users]} instead of ${user}: ${output}`);
  }
  const { through, round } = await stage.since(mark, namespace);
  if (first.KUBECONFIG === second.KUBECONFIG) wrong.push('both have one file');
  if (round > 0) wrong.push(`${round} went round`);
  return { through, round, ...(wrong.length > 0 ? { why: wrong.join('; ') } : {}) };
}

/** Were this not seen, the zero of all the others would say nothing. */
async function plainControl(stage: Stage, namespace: string) {
  const { kubectl } = await realClients(import.meta.url);
  const env = await stage.terminal();
  const mark = await stage.mark();
  await stage.run({ ...env, KUBECONFIG: stage.home.direct }, kubectl, ['-n', namespace, 'get', 'configmaps']);
  const { through, round } = await stage.since(mark, namespace);
  return { through, round, ...(round === 0 ? { why: 'a client that goes round was not seen' } : {}) };
}

/** The same with a client of the age that is meant. */
async function control(stage: Stage, namespace: string) {
  const env = await stage.terminal();
  const work = program(await fromHere('client-go-0.27'), (where) => ['default', where]);
  const mark = await stage.mark();
  await work(stage, { ...env, KUBECONFIG: `${env.KUBECONFIG}:${stage.home.direct}` }, namespace);
  const { through, round } = await stage.since(mark, namespace);
  return { through, round, ...(round === 0 ? { why: 'a client that goes round was not seen' } : {}) };
}

export default {
  claim:
    'Clients of any age in a terminal where toolcrib is on come through the guard: 0 requests at the API server’s audit log went round it.',
  unit: 'clients',
  full: CASES.length,
  sample: 4,
  sampleMinutes: 2,
  async run({ count, progress }) {
    const { kubectl } = await realClients(import.meta.url);
    const stage = await openStage(kubectl);
    const failures: { name: string; why: string }[] = [];
    const rows: [string, string | number][] = [];
    let [through, round] = [0, 0];
    try {
      // Started by itself, so that a busy machine may take its time.
      await stage.home.start();
      for (const [at, { name, run, control: isControl }] of CASES.slice(0, count).entries()) {
        const namespace = `client-${at}`;
        await stage.admin('create', 'namespace', namespace);
        const seen = await run(stage, namespace).catch((error: unknown) => ({
          through: 0,
          round: 0,
          why: error instanceof Error ? error.message : String(error),
        }));
        if (!isControl) {
          through += seen.through;
          round += seen.round;
        }
        if (seen.why) failures.push({ name, why: seen.why });
        progress(`${name}: ${seen.through} through, ${seen.round} round${seen.why ? `: ${seen.why}` : ''}`);
        rows.push([`requests of ${name} (through the guard, round it)`, `${seen.through}, ${seen.round}`]);
      }
    } finally {
      await stage.close();
    }
    rows.unshift(['requests through the guard', through], ['requests round it', round]);
    return { checked: Math.min(count, CASES.length), failures, rows };
  },
} satisfies Proof;
