import { readFileSync } from 'node:fs';
import { plain, tree } from '@toolcrib/guard/radius';
import { ToolcribError, type UndoRecord, wrapped } from '@toolcrib/model';
import { guardClient } from '../laptop/api/client.ts';
import { pathsOf } from '../laptop/paths.ts';
import { called } from './called.ts';
import { compared, type Pods, podsOf, uidOf, until } from './count.ts';
import { dashboard } from './dashboard.ts';
import { findKubectl, type Kubectl } from './kubectl.ts';
import { type Stage, setStage } from './stage.ts';
import type { Teller } from './tell.ts';

const NS = 'streaming';
const KAFKA = 'app=kafka';
const SET = { path: `/apis/apps/v1/namespaces/${NS}/statefulsets/kafka`, label: 'StatefulSet kafka' };
const POD = { path: `/api/v1/namespaces/${NS}/pods/kafka-1`, label: 'Pod kafka-1' };

/** What was counted on the way, for programs. */
export interface Counted {
  kubectl: string;
  without: { request: string; pods: number; lost: number };
  guarded: { code: string; refused: number; running: number; ownerless: number };
  undone: { pods: { name: string; before: string; after?: string }[]; same: number; restarts: number };
  /** Only where it was kept: how to reach both, and how to end them. */
  kept?: { direct: string; guarded: string; home: string; end: string };
}

/** Brings an act back as `toolcrib undo` does, with that environment. */
type Undo = (
  act: string,
  where: { env: Record<string, string | undefined>; home: string },
) => Promise<Pick<UndoRecord, 'results'>>;

/**
 * The incident, replayed with real parts. Every number told is counted from the cluster at that moment. Interrupted (a
 * signal, or `interrupted` rejects), it ends what it started first.
 *
 * @throws ToolcribError `missing-part`; Interrupted; Error where something did not go as it must
 */
export async function demo(
  tell: Teller,
  options: { keep: boolean; interrupted: Promise<never>; undo: Undo },
): Promise<Counted> {
  const { path, kubectl } = await findKubectl();
  tell.line(`kubectl: ${path}`);
  const stage = setStage(400);
  let kept = false;
  try {
    const story = play(tell, stage, kubectl, options);
    const counted = await Promise.race([story, options.interrupted]);
    kept = options.keep;
    return { kubectl: path, ...counted };
  } finally {
    if (!kept) await stage.strike();
  }
}

async function play(
  tell: Teller,
  stage: Stage,
  kubectl: Kubectl,
  options: { keep: boolean; undo: Undo },
): Promise<Omit<Counted, 'kubectl'>> {
  const pods = await cluster(tell, stage, kubectl);
  const lost = await without(tell, stage, kubectl, pods);
  await stage.startGuard();
  const before = await podsOf(kubectl, stage.direct, NS, KAFKA);
  const { actId, ...guarded } = await withGuard(tell, stage, kubectl, before);
  const undone = await undo(tell, stage, kubectl, { actId, by: options.undo }, before);
  const kept = goOn(tell, stage, options.keep);
  return { without: lost, guarded, undone, ...(kept ? { kept } : {}) };
}

/** @returns how many Pods Kafka has */
async function cluster(tell: Teller, stage: Stage, kubectl: Kubectl): Promise<number> {
  const { direct, examples } = stage;
  await stage.startCluster();
  tell.chapter('A cluster "prod": a web shop, and a Kafka of three');
  tell.command('kubectl apply -f examples/');
  await kubectl(direct, 'apply', '-f', examples);
  const shop = async () => (await podsOf(kubectl, direct, 'shop', '')).running;
  const kafka = async () => (await podsOf(kubectl, direct, NS, KAFKA)).running;
  await until(
    '11 Pods of the shop and 3 of Kafka run',
    async () => (await shop()) === 11 && (await kafka()) === 3,
  );
  const pods = await kafka();
  tell.line(`${await shop()} Pods of the shop and ${pods} of Kafka run.`);
  return pods;
}

async function without(
  tell: Teller,
  { direct, examples }: Stage,
  kubectl: Kubectl,
  pods: number,
): Promise<Counted['without']> {
  tell.chapter('Without a guard: "delete Pod kafka-1" in a dashboard with a stale menu');
  const board = dashboard(readFileSync(direct, 'utf8'));
  board.open(SET);
  board.open(POD);
  const before = await podsOf(kubectl, direct, NS, KAFKA);
  tell.line(`The screen says: ${board.screen()}. He presses Delete.`);
  const reply = await board.pressDelete();
  tell.line(`On the wire:     ${reply.request}  → ${reply.status}`);
  await until('Kafka goes', async () => (await podsOf(kubectl, direct, NS, KAFKA)).running === 0);
  const after = await podsOf(kubectl, direct, NS, KAFKA);
  const lost = before.each.length - compared(before, after).same;
  tell.line(
    `Of ${before.running} Kafka Pods ${lost} are lost; he had asked for one. There is no way back but the manifests:`,
  );
  tell.command('kubectl apply -f examples/kafka.yaml');
  await until(
    'the old Pods are gone',
    async () => (await kubectl(direct, 'get', 'pods', '-n', NS, '-l', KAFKA, '-o', 'name')) === '',
    60_000,
  );
  await kubectl(direct, 'apply', '-f', `${examples}/kafka.yaml`);
  await until('Kafka runs again', async () => (await podsOf(kubectl, direct, NS, KAFKA)).running === pods);
  return { request: reply.request, pods: before.running, lost };
}

async function withGuard(
  tell: Teller,
  stage: Stage,
  kubectl: Kubectl,
  before: Pods,
): Promise<Counted['guarded'] & { actId: string }> {
  const { direct } = stage;
  tell.chapter('With the guard: the same dashboard, the same click');
  const board = dashboard(readFileSync(stage.guarded, 'utf8'));
  board.open(SET);
  board.open(POD);
  tell.line(`The screen says: ${board.screen()}. He presses Delete.`);
  const refused = await board.pressDelete();
  tell.line(`On the wire:     ${refused.request}  → ${refused.status}`);
  const status = JSON.parse(refused.body) as {
    message: string;
    details?: { causes?: { message: string }[] };
  };
  tell.quote(status.message);
  const code = status.details?.causes?.[0]?.message;
  if (refused.status !== 403 || !code)
    throw new Error(`the guard did not hold it: ${refused.status} ${refused.body}`);
  tell.command(`toolcrib held ${code}`);
  const guard = guardClient(pathsOf(stage.env).socket);
  const hold = await guard.hold(code);
  tell.quote(tree(hold.radius, { palette: plain, width: 74 }));
  tell.line('Not one Pod: a whole Kafka. Suppose he says yes all the same, softened:');
  tell.command(`toolcrib approve ${code} --softened`);
  await guard.answer(code, { as: 'softened' });
  const done = await board.pressDelete();
  tell.line(`He presses Delete again. On the wire: ${done.request}  → ${done.status}`);
  for (const warning of done.warnings) tell.quote(wrapped(warning, 74).join('\n'));
  const set = await uidOf(kubectl, direct, NS, 'statefulset/kafka');
  const pods = await podsOf(kubectl, direct, NS, KAFKA);
  tell.line(
    `Asked of the API directly: the StatefulSet is ${set === undefined ? 'gone (404)' : 'there'}; ${pods.running} of ${before.running} Pods run, ${pods.ownerless} without an owner.`,
  );
  if (set !== undefined || pods.running !== before.running || compared(before, pods).same !== pods.running)
    throw new Error('softening did not keep the Pods');
  const { running, ownerless } = pods;
  return { actId: hold.actId, code, refused: refused.status, running, ownerless };
}

async function undo(
  tell: Teller,
  stage: Stage,
  kubectl: Kubectl,
  { actId, by }: { actId: string; by: Undo },
  before: Pods,
): Promise<Counted['undone']> {
  const { direct, env } = stage;
  tell.chapter('Undo');
  tell.command(`toolcrib undo ${actId}`);
  const { results } = await by(actId, { env, home: stage.folder });
  tell.quote(
    results.map(({ what, result, note }) => `${result}  ${what}${note ? `  (${note})` : ''}`).join('\n'),
  );
  const set = await uidOf(kubectl, direct, NS, 'statefulset/kafka');
  const after = await podsOf(kubectl, direct, NS, KAFKA);
  const { same, pods } = compared(before, after);
  tell.line(`The StatefulSet is ${set ? 'back' : 'not back'}. Pods, UID before and after:`);
  for (const pod of pods) tell.line(`  ${pod.name}  ${short(pod.before)}  ${short(pod.after)}`);
  const { restarts, ownerless } = after;
  tell.line(
    `${same} of ${pods.length} Pods are the same ones; restarts: ${restarts}; without an owner: ${ownerless}.`,
  );
  if (!set || same !== pods.length || restarts !== 0 || ownerless !== 0) {
    throw new ToolcribError('conflict', 'The undo did not bring everything back as it was.');
  }
  return { pods, same, restarts };
}

const short = (uid: string | undefined) => (uid === undefined ? 'gone' : `${uid.slice(0, 8)}…`);

function goOn(tell: Teller, stage: Stage, keep: boolean): Counted['kept'] {
  tell.chapter('Go on by hand');
  if (!keep) {
    tell.line('Keep cluster and guard up, and check every claim with your own kubectl:');
    tell.command('npm start -- --keep          (or: toolcrib demo --keep)');
    tell.line('Put the guard before your own clusters; a new one is only observed at first:');
    const { as, why, make } = called();
    tell.command(`eval "$(${as} on)"`);
    if (why !== undefined)
      tell.line(`${why}, so it is called as it stands here${make ? '. As one file:' : '.'}`);
    if (make !== undefined) tell.command(make);
    return undefined;
  }
  tell.line('Cluster and guard stay up. The first is the cluster itself, the second the way');
  tell.line('through the guard; delete something and look:');
  const { direct, guarded } = stage;
  const home = stage.env.TOOLCRIB_HOME ?? '';
  tell.plain(`\nDIRECT_KUBECONFIG=${direct}\nGUARDED_KUBECONFIG=${guarded}\nTOOLCRIB_HOME=${home}\n`);
  tell.command(`KUBECONFIG=${guarded} kubectl delete deployment web -n shop`);
  tell.line(`In another terminal, with TOOLCRIB_HOME as above: toolcrib held, approve, log, undo`);
  tell.line('(in a clone: npm run toolcrib -- held). To end all of it:');
  const end = stage.leave();
  tell.command(end);
  return { direct, guarded, home, end };
}
