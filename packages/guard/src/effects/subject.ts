import { type KubeObject, refOf } from '@toolcrib/kube';
import type { Effect, SingleEffect, UnseenKind } from '@toolcrib/model';
import type { HookAt } from '../look/uninstall.ts';
import type { Aim } from '../radius/view.ts';
import type { Instruction } from '../request.ts';

/** Effects that destroy something, of objects that are known. */
export type Destructive = Exclude<Effect, { verb: 'none' | 'not-understood' }>;
export type NotUnderstood = Extract<Effect, { verb: 'not-understood' }>;

/** What a request turned out to be about, once the cluster was asked. */
export type Subject =
  /** Nothing is destroyed, as far as anybody could look: pass it on as it is. */
  | { kind: 'harmless'; warning?: string }
  | { kind: 'dry-run'; effect: Destructive }
  /** The cluster's own answer to a request for what is not there, or what it would refuse. */
  | { kind: 'answered'; answer: Instruction }
  | Judged;

export type Judged = Aimed &
  ({ kind: 'destructive'; effect: Destructive } | { kind: 'not-understood'; effect: NotUnderstood });

interface Aimed {
  /** What it is aimed at, whole. */
  objects: KubeObject[];
  aims: Aim[];
  /** Whole objects of which some may go and nobody can tell which: kept as well. */
  also?: KubeObject[];
  /** Set where what it would destroy can't be seen at all, and so can't be kept: the reason. */
  blind?: string;
  /** What it is aimed at as well, and could not be seen. */
  unseen?: UnseenKind[];
  /** Of an uninstall: what helm makes besides. Absent where nobody knows. */
  hooks?: HookAt[];
  /** Of a request of several effects of which one can't be read: those that could be. */
  parts?: SingleEffect[];
}

/** The worst that can come of a request to one object: it is deleted, with all below it. */
export const WORST = { does: 'delete' as const, options: { propagationPolicy: 'Background' as const } };

/** What can't be read is taken as if it deleted what its path names, and everything below. */
export function understoodAsDelete(effect: NotUnderstood, objects: KubeObject[]): Judged {
  const type = { group: effect.target?.group ?? '', resource: effect.target?.resource ?? '' };
  const aims = objects.map((object) => ({ ref: refOf(object), type, effect: WORST }));
  return { kind: 'not-understood', effect, objects, aims };
}
