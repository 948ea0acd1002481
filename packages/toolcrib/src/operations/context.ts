import type { GuardPolicy } from '@toolcrib/guard/policy/policy';
import type { Clock, Cluster, Hold, Journal } from '@toolcrib/model';
import type { RunProcess } from '../cage/lineage.ts';
import type { GuardStatus } from '../laptop/api/schema.ts';
import type { Here } from '../laptop/here.ts';
import type { Person as Kubeconfigs } from '../laptop/person-kubeconfig.ts';

/** Who asks, as the face was told by the operating system: never by a word of what is asked. */
export interface Person {
  person: string;
  /** undefined where the process can't be told. */
  pid: number | undefined;
}

/** What was said to a hold; by whom is known otherwise. */
interface Said {
  as: 'as-sent' | 'softened' | 'denied';
  /** The name that was typed to let something go without a net. */
  withoutNet?: string;
}

export type Ending = NonNullable<GuardStatus['ending']>;

/** The running guard, as whoever asks may speak with it. Each throws `ToolcribError` `not-running` where nobody answers. */
export interface Guard {
  /**
   * In the background, where it does not run.
   * @throws ToolcribError what it could not start for: `port-in-use`, `bad-file` …, or `not-running`
   */
  start(): Promise<'started' | 'running'>;
  status(): Promise<GuardStatus>;
  /** All that are remembered, whatever their state. */
  holds(): Promise<Hold[]>;
  /** @throws ToolcribError `not-found` */
  hold(code: string): Promise<Hold>;
  /** @throws ToolcribError `not-found`, `conflict`, `usage` */
  answer(code: string, said: Said): Promise<Hold>;
  /**
   * @param waits told of what is still under way
   * @returns `ending`: it was asked to, and goes by itself
   * @throws ToolcribError `conflict` where it does not end
   */
  stop(waits: (ending: Ending) => void): Promise<'stopped' | 'not-running' | 'ending'>;
}

/** One cluster to look at. */
export interface Chosen {
  cluster: Cluster;
  /** The guard's name of it. */
  context: string;
  /** The one that the context sets. */
  namespace?: string;
}

/** What compose gives to an operation. Everything is opened when it is first asked for, and closed by who gave it. */
export interface Context {
  asker: Person;
  clock: Clock;
  /** Works when the guard is dead. @throws ToolcribError `not-found` where nothing has gone through a guard yet */
  journal(): Promise<Journal>;
  guard(): Promise<Guard>;
  /** With the person's own credentials, by the name that acts have. @throws ToolcribError `unknown-context` … */
  cluster(context: string): Promise<Cluster>;
  /**
   * The one that is meant where somebody asks about a cluster.
   * @param named as the face takes it; none: the current one, where there is such a thing
   * @throws ToolcribError `unknown-context`, `usage`, `no-kubeconfig`, `bad-file`
   */
  chosen(named: string | undefined): Promise<Chosen>;
  /** @throws ToolcribError `unknown-context`, `no-kubeconfig`, `bad-file` where no kubeconfig has such a context */
  knownContext(name: string): Promise<void>;
  policy(): Promise<Pick<GuardPolicy, 'softenMs' | 'mayArriveMs'>>;
  /** The terminal that asks. @throws ToolcribError `usage` where none does */
  here(): Here;
  /** The person's clusters over all terminals. @throws ToolcribError `no-kubeconfig`, `bad-file` */
  kubeconfigs(): Promise<Kubeconfigs>;
  /** How much of the journal is still needed: opened and closed for that. @throws ToolcribError as {@link Context.journal} */
  holdings(): Promise<{ snapshots: number; unfinished: number }>;
  /** The runs that go on, by which it is told whose process asks. */
  runs(): Promise<readonly RunProcess[]>;
}
