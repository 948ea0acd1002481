import type { KubeObject, ObjectRef } from '@toolcrib/kube';
import type { As, Cluster, EffectVerb, RequestRecord, SingleEffect, Target } from '@toolcrib/model';
import type { Facts } from '../policy/policy.ts';
import type { Aim } from '../radius/view.ts';
import type { Content } from '../read/content.ts';
import type { ResourceTarget } from '../read/target.ts';
import type { AskedRequest } from '../request.ts';
import type { Subject } from './subject.ts';

export type EffectOf<V extends EffectVerb> = Extract<SingleEffect, { verb: V }>;

/** A scale-down is only known when the server has said what a patch or update comes to. */
export type AskServer = { verb: 'ask-server'; target: Target; why: string };
export type ReadEffect = SingleEffect | AskServer;

/** A request in its canonical form, as an effect is read from it. */
export interface Sent extends Pick<AskedRequest, 'method' | 'headers' | 'body'> {
  content?: Content;
  path: ResourceTarget;
  /** What the path names, with the selectors of the query. */
  target: Target;
  query: URLSearchParams;
}

/** From where a request's subject is looked at. */
export interface LookAt {
  request: AskedRequest;
  cluster: Cluster;
  as: As | undefined;
}

/** What is sent in place of the client's query and body; what is absent stays as it came. */
export interface Outgoing {
  query?: string;
  body?: { bytes: Uint8Array; type: string };
}

/** How much of a request is done, by what stands now, or why no look will ever tell. */
export type Became = { done: 'all' | 'part' | 'none'; note: string } | { never: string };

/** From where it is looked what became of a request of which no certain answer came. */
export interface BecameAt<E> {
  request: RequestRecord;
  effect: E;
  cluster: Cluster;
  /** Whether anything was kept for it. */
  kept: boolean;
  /** Of that, what it named. */
  targets: readonly KubeObject[];
  /** UIDs of targets that a later request took for certain, and that stood whole then. */
  takenByLater(): Promise<Set<string>>;
}

/**
 * How an undo goes about what was kept for a request: objects that are gone are made again (`bring-back`), a size is put back
 * (`resize`), a record that was written is written back as well (`rewrite`), what stands is only compared (`compare`);
 * `nothing`, it took nothing. `unknown`: what is gone is made again, and nobody can say that this is all.
 */
type UndoWay = 'bring-back' | 'resize' | 'rewrite' | 'compare' | 'nothing' | 'unknown';

/**
 * All that the guard asks of one kind of effect. A kind says what it knows of itself; what it does not say is the cautious
 * answer (`cautious.ts`), so that to forget something holds too much and never lets too much pass.
 */
export interface WholeKind<E> {
  /** What people read in the log for an act's first request. */
  title(effect: E): string;
  /** The same as it is typed, in the list of what is held. @param more " (+ 3 more)", or '' */
  typed(effect: E, more: string): string;
  /** Why it goes only as it was sent. @param count of objects that go with one yes */
  asSentWhy(effect: E, count: number): string;
  /** What the cluster's own answer does not tell: that a write deletes, and why. */
  besides(effect: E): string | undefined;

  /** Whether a request may be of this kind, by a look at method and path alone: all others are neither read nor judged for it. */
  mayBe(method: string, path: ResourceTarget): boolean;
  /** The effect, where a request is of this kind. @throws KubeError, Error where it is and can't be read */
  read(sent: Sent): ReadEffect | undefined;
  /** What it is about, as the cluster stands now. @throws ToolcribError where the cluster can't be asked */
  look(effect: E, at: LookAt): Promise<Subject>;
  /** What it does to one of its objects; undefined for nothing. */
  aim(effect: E, ref: ObjectRef): Aim | undefined;
  /** How the same goes out as a dry run; undefined where it is judged like any other. */
  asDryRun: ((effect: E, request: AskedRequest) => Outgoing) | undefined;
  /** As it goes out, so that it can hit nothing but what was seen. @param target undefined where it may not be read */
  pinned(effect: E, request: AskedRequest, target: KubeObject | undefined): Outgoing;
  /** It goes out as a delete of each of its objects. */
  oneByOne: boolean;

  /** Why nobody can say what it does: it is held in enforce. undefined for what rules may decide on. */
  unread(effect: E): string | undefined;
  /** What rules see of it, where that is another than its verb, its target and its options. */
  facts(effect: E): Partial<Facts['effect']>;
  /** A Pod that is replaced anyway passes without its radius; `evicts`: the cluster looks at its disruption budget. */
  cheap: { evicts: boolean } | undefined;
  /** What happens to each object beside its name: what an envelope is for. Absent: one yes is for one request. */
  likeness: ((effect: E) => string) | undefined;
  /** Several of a command may be asked for at once, so one that is held stops no other. */
  sideBySide: boolean;

  /** It only begins a command, which goes on by requests of its own; those keep what they take. */
  begins: { command: string; goesOnAs: EffectVerb } | undefined;
  /** Whether helm goes on to delete a release whatever it is answered to this: it begins an uninstall, or may. */
  beginsUninstall(effect: E): boolean;
  /** Whether it may be a step of an uninstall. */
  helmSends: boolean;

  /** What becomes of the objects that it names, once it is carried out. */
  targets: 'go' | 'stay' | 'unknown';
  /** The delete of one object that it is: what can be softened, read ahead, and taken by another. */
  asDelete(effect: E): EffectOf<'delete'> | undefined;
  /** The change of a size that it is. */
  asScale(effect: E): EffectOf<'scale'> | undefined;

  /** Whether a status that was certainly the cluster's own says that it took nothing. */
  refusedBy(status: number): boolean;
  /** What became of it, by a look; absent where none tells. @throws ToolcribError, Error where the cluster can't be asked now */
  became: ((at: BecameAt<E>) => Promise<Became>) | undefined;
  undo: UndoWay;
}

/** A request of a kind, and what is said of it: what the contract over all kinds asks (`effect-kind.contract.ts`). */
export interface Example<E> {
  /** The request from which it is read. `type`: of its body, JSON where it is not said. */
  from: { method: string; path: string; query?: string; type?: string; body?: object };
  effect: E;
  /** Another of the same kind, of which a yes to the first says nothing. */
  other?: E;
  title: string;
  typed: string;
  /** Of what rules see. */
  facts: Record<string, string | number>;
  undo: UndoWay;
}

/** What a kind has to say, and what it may. */
type Said<E> = Pick<WholeKind<E>, 'title'> & Partial<WholeKind<E>>;
export type EffectKind<E = SingleEffect> = Said<E> & { example: Example<E> };
/** Any of them, as it is asked. */
export type AnyKind = Said<never>;
