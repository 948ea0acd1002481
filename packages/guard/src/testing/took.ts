import type { DeleteOptions, KubeObject, ResourceType } from '@toolcrib/kube';
import { refOf } from '@toolcrib/kube';
import type { Radius, RequestRecord, Snapshot, SoftenRecord } from '@toolcrib/model';
import type { Aim } from '../radius/index.ts';
import { look, radiusOf } from '../radius/index.ts';
import { lookForUndo, planUndo, runUndo } from '../undo/index.ts';
import { wholeObjects } from '../way/whole-objects.ts';
import type { ClusterTarget } from './target.ts';

/** What the guard would keep of one delete, and what it would say: its own look, radius and snapshot. */
export interface Kept {
  radius: Radius;
  snapshot: Snapshot;
}

/** Looks at what deleting these would take and keeps that, as the guard does; the target's own version is kept. */
export async function keepFor(
  target: ClusterTarget,
  objects: readonly KubeObject[],
  type: Pick<ResourceType, 'group' | 'resource'>,
  options: DeleteOptions = { propagationPolicy: 'Background' },
  requestId = 'r1',
): Promise<Kept> {
  const aims: Aim[] = objects.map((object) => ({
    ref: refOf(object),
    type,
    effect: { does: 'delete', options },
  }));
  const radius = radiusOf(await look(target.cluster, aims), aims);
  const whole = await wholeObjects(target.cluster, radius, objects, undefined);
  const promised = radius.members
    .filter(({ fate }) => fate === 'deleted')
    .map(({ ref, loss }) => ({ uid: ref.uid ?? '', loss }));
  const takenAt = Date.now();
  return {
    radius,
    snapshot: {
      id: `s-${requestId}`,
      actId: 'act-test1',
      requestId,
      takenAt,
      context: 'test',
      objects: whole,
      promised,
    },
  };
}

/** How the radius puts it: `restorable`, `returns`, `lost`, or the fate of what stays. */
export function saidOf({ radius }: Kept, kind: string, name: string): string | undefined {
  const member = radius.members.find(({ ref }) => ref.kind === kind && ref.name === name);
  return member && (member.fate === 'deleted' ? member.loss : member.fate);
}

/** Looks, plans and runs, as a person's undo does. `code`: what the command line would end with. */
export async function undone(
  target: ClusterTarget,
  snapshots: Snapshot[],
  options: { requests?: RequestRecord[]; softenings?: SoftenRecord[]; limit?: number } = {},
) {
  const { softenings = [], requests = [] } = options;
  const live = await lookForUndo(target.cluster, snapshots, softenings);
  const plan = planUndo(snapshots, softenings, live, requests);
  const { record } = await runUndo(target.cluster, plan, () => {}, {
    id: 'u1',
    by: 'tester',
    waiting: { poll: 30, limit: options.limit ?? 20_000 },
  });
  const told = record.results.map(({ what, result, note }) => `${result} ${what}: ${note ?? ''}`);
  const code = record.results.some(({ result }) => result === 'failed' || result === 'conflict') ? 1 : 0;
  return { results: record.results, told, code };
}
