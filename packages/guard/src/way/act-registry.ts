// Step: act
import { isDeepStrictEqual } from 'node:util';
import { refOf } from '@toolcrib/kube';
import {
  anotherCluster,
  type ClientProcess,
  type Clock,
  type Cluster,
  certainlyNotDone,
  contextNameOf,
  type Effect,
  type Ids,
  type Journal,
  nameText,
  ToolcribError,
  type UnseenKind,
} from '@toolcrib/model';
import { isHelmUninstall, isKubectlDelete } from '../act/command-line.ts';
import { ACT_PAUSE, belongsTo, callerOf, isRerun, titleOf } from '../act/group.ts';
import { foretells, type SessionList, type SessionLists } from '../act/sessions.ts';
import { deleteIn, kindOf } from '../effects/index.ts';
import type { AskedRequest } from '../request.ts';
import type { Asked } from './asking.ts';
import type { Early } from './early.ts';
import { type Foreseen, foretold, type ReadManifests } from './foretold.ts';
import type { LiveAct } from './live-act.ts';

const KEPT = 300;
/** So long after its last look an act's expectations are kept: longer than anybody waits for a yes. Milliseconds. */
const EXPECTED_FOR = 10 * 60_000;
/** Where an act's expectations keep what its command line told; the others are keyed by their list. */
const TYPED = 'command line';

export interface Acts {
  /** The act that a request belongs to, a new one where there is none, or where that was undone meanwhile; counted. */
  assign(request: AskedRequest, effect: Effect): Promise<LiveAct>;
  byId(id: string): Promise<LiveAct | undefined>;
  /**
   * The acts of a request's program for which `which` holds, the newest first; with `pause` only those that it is a part of
   * still. Where there is none of the kind, whose request it is isn't asked: that takes a moment, and most writes are harmless.
   */
  ofProgram(request: AskedRequest, which: (live: LiveAct) => boolean, pause?: boolean): LiveAct[];
  /** One more request of an act, that is known to be its. */
  goOn(live: LiveAct): void;
  /**
   * The same command was typed again and goes on under the act of its first try.
   * @returns false where it is another program's, or the first one's process still lives: that is an act of its own
   */
  takeOver(live: LiveAct, request: AskedRequest): boolean;
  /** Tells how bad one of its requests would be: the worst part is the act's title. */
  rate(live: LiveAct, effect: Effect, badness: number): void;
  /**
   * Every object that the act's session listed before, and what its command line names: what the act will go through.
   * None where nothing tells that; a list that could not be made stands in `LiveAct.unlisted`.
   */
  foresee(live: LiveAct, asked: Asked, effect: Effect, early?: Early): Promise<Foreseen[]>;
  /** How many objects the act will go through, where its first request tells. */
  expect(live: LiveAct, count: number): void;
  /**
   * Binds an act to the cluster that its context names.
   * @throws ToolcribError `conflict` where that is, or may be, another one than when the act began; what comes next is an act of its own
   */
  bind(live: LiveAct, cluster: Cluster): Promise<void>;
  save(live: LiveAct): Promise<void>;
}

export function actRegistry(deps: {
  journal: Journal;
  clock: Clock;
  ids: Ids;
  sessions: SessionLists;
  /** When a no ended an act. Milliseconds since 1970. */
  deniedAt?: (actId: string) => number | undefined;
  /** Whether a person is asked about something of an act. */
  isHeld?: (actId: string) => boolean;
  /** The process behind a client's port, where this machine can tell. */
  clientOf?: (port: number) => ClientProcess | undefined;
  /** Whether a process (`ClientProcess.id`) still runs; absent where that can't be told. */
  lives?: (process: string) => boolean;
  /** The files that a command line names; absent where there are none to be read. */
  manifests?: ReadManifests;
}): Acts {
  const recent = new Map<string, LiveAct>();
  const { journal, clock, ids, sessions, clientOf, lives } = deps;
  /** A program that goes on for days does other things too: its denied act ends with the pause after the no. */
  const over = ({ act, oneUninstall, oneDelete }: LiveAct, now: number): boolean => {
    const goesOn = act.caller.session === undefined && !oneUninstall && !oneDelete;
    const at = goesOn ? deps.deniedAt?.(act.id) : undefined;
    return at !== undefined && now - at > ACT_PAUSE;
  };

  /** The last one of its program from now on, so that the rest of the command is found to be its part. */
  const newest = (live: LiveAct): void => {
    recent.delete(live.act.id);
    recent.set(live.act.id, live);
  };

  const clientBehind = ({ clientPort, headers }: AskedRequest) => {
    // A session tells it by itself, and reading /proc takes a moment.
    const ask = headers['kubectl-session'] === undefined && clientPort !== undefined;
    return ask ? clientOf?.(clientPort) : undefined;
  };

  /**
   * An undo closes its act, since what the program sends next it has not undone. Not where a no ends it, nor where something of
   * it is held or an uninstall was stopped: that goes for what comes next as well. A session, and one `helm uninstall`, is one
   * command to its end.
   */
  const undone = async ({ act, oneUninstall, oneDelete, stopped }: LiveAct): Promise<boolean> => {
    const one = act.caller.session !== undefined || oneUninstall || oneDelete;
    if (one || (stopped?.size ?? 0) > 0) return false;
    if (deps.deniedAt?.(act.id) !== undefined || deps.isHeld?.(act.id)) return false;
    // Where the journal can't be asked it can't be kept to either, and nothing goes.
    const undos = await journal.undos(act.id).catch(() => []);
    return undos.some(({ kind }) => kind === 'undo');
  };

  /** A no, or a hold, is for what comes of its act, however much others do meanwhile. */
  const forgetOldest = (): void => {
    if (recent.size <= KEPT) return;
    // Never the newest: it has just begun, and is idle only for that.
    const [oldest = '', ...rest] = [...recent.keys()].slice(0, -1);
    const ended = (id: string) => deps.deniedAt?.(id) !== undefined || deps.isHeld?.(id) === true;
    const idle = [oldest, ...rest].find((id) => !ended(id));
    if (idle !== undefined) recent.delete(idle);
    else if (recent.size > 4 * KEPT) recent.delete(oldest);
  };

  return {
    async assign(request, effect) {
      const now = clock.now();
      const client = clientBehind(request);
      const caller = callerOf(request, client);
      // Where no machine tells processes apart, each such command is an act.
      const begins = kindOf(effect).begins !== undefined && caller.process === undefined;
      const find = () =>
        [...recent.values()].reverse().find((live) => {
          // Its own pauses are none between two commands.
          const at = live.oneUninstall && caller.process !== undefined ? live.act.lastAt : now;
          return (
            !begins && belongsTo(live.act, request.context, caller, at, live.oneUninstall) && !over(live, now)
          );
        });
      // Nothing is awaited between the last look and a new act: of requests side by side the second finds that of the first.
      for (let found = find(); found; found = find()) {
        if (!(await undone(found))) {
          found.act = { ...found.act, soFar: found.act.soFar + 1, lastAt: now };
          // By use, not by age: what still runs is the last to be forgotten.
          recent.delete(found.act.id);
          recent.set(found.act.id, found);
          return found;
        }
        recent.delete(found.act.id);
      }
      const { context } = request;
      const title = titleOf(effect);
      const live: LiveAct = {
        act: { id: ids.act(), context, caller, startedAt: now, lastAt: now, soFar: 1, title },
        expected: new Map(),
        ...commandBehind(client),
      };
      recent.set(live.act.id, live);
      forgetOldest();
      return live;
    },
    ofProgram(request, which, pause = false) {
      const some = [...recent.values()].filter(which);
      if (some.length === 0) return [];
      const caller = callerOf(request, clientBehind(request));
      const now = clock.now();
      return some.reverse().filter((live) => {
        const at = pause && !(live.oneUninstall && caller.process !== undefined) ? now : live.act.lastAt;
        return belongsTo(live.act, request.context, caller, at, live.oneUninstall) && !over(live, now);
      });
    },
    goOn(live) {
      live.act = { ...live.act, soFar: live.act.soFar + 1, lastAt: clock.now() };
      newest(live);
    },
    takeOver(live, request) {
      const client = clientBehind(request);
      const caller = callerOf(request, client);
      if (!isRerun(live.act, request.context, caller, lives)) return false;
      live.act = { ...live.act, caller, lastAt: clock.now() };
      Object.assign(live, commandBehind(client));
      newest(live);
      return true;
    },
    rate(live, effect, badness) {
      if (live.worst !== undefined && badness <= live.worst) return;
      live.worst = badness;
      live.act = { ...live.act, title: titleOf(effect) };
    },
    async byId(id) {
      const found = recent.get(id);
      if (found) return found;
      const act = await journal.act(id).catch(() => undefined);
      if (!act) return undefined;
      const live = { act, expected: new Map() };
      recent.set(id, live);
      return live;
    },
    async foresee(live, { cluster, request, as }, effect, early) {
      if (!foretells(request.headers['kubectl-command'])) return [];
      live.remembering?.();
      live.remembering = clock.after(EXPECTED_FOR, () => live.expected.clear());
      const one = request.headers['kubectl-session'] !== undefined || live.oneDelete;
      const deletes = deleteIn(effect);
      if (deletes && one && !live.expected.has(TYPED)) {
        live.expected.set(TYPED, []);
        const find = () => (request.clientPort === undefined ? undefined : clientOf?.(request.clientPort));
        const client = early?.client() ?? find();
        const at = deletes.target.namespace;
        const manifests = deps.manifests ?? (async () => ({ objects: [] }));
        if (client) {
          const { objects, untold } = await foretold(client, cluster, as, at, manifests);
          live.expected.set(TYPED, objects);
          live.untold = untold;
        }
      }
      for (const list of sessions.of(request.context, request.headers['kubectl-session'])) {
        const key = JSON.stringify(list);
        if (live.expected.has(key)) continue;
        const { namespace, labelSelector, fieldSelector } = list;
        const query = { namespace, labelSelector, fieldSelector, metadata: true };
        const again = () => cluster.list(list, query, as);
        const asked = early && isDeepStrictEqual([early.list, early.as], [list, as]) ? early.all : undefined;
        const found = await (asked?.catch(again) ?? again()).catch((error: unknown) => unlisted(list, error));
        live.unlisted ??= new Map();
        if ('why' in found) live.unlisted.set(key, found);
        else {
          live.unlisted.delete(key);
          live.expected.set(
            key,
            found.map((object) => ({ ref: refOf(object), type: list })),
          );
        }
      }
      const all = [...live.expected.values()].flat();
      const foreseen = [...new Map(all.map((one) => [one.ref.uid, one])).values()];
      if (foreseen.length > 0)
        live.act = { ...live.act, expected: Math.max(foreseen.length, live.act.expected ?? 0) };
      return foreseen;
    },
    expect(live, count) {
      live.act = { ...live.act, expected: Math.max(count, live.act.expected ?? 0) };
    },
    async bind(live, cluster) {
      const now = await cluster.identity();
      if (live.act.cluster === undefined) live.act = { ...live.act, cluster: now };
      const another = anotherCluster(live.act.cluster, now);
      if (another === undefined) return;
      recent.delete(live.act.id);
      throw new ToolcribError(
        'conflict',
        `the context ${nameText(contextNameOf(live.act.context))} ${another} than when this act began.`,
        { next: 'Look where you are, and send it again.' },
      );
    },
    save: (live) => journal.saveAct(live.act),
  };
}

function commandBehind(client: ClientProcess | undefined): Pick<LiveAct, 'oneUninstall' | 'oneDelete'> {
  const { argv = [] } = client ?? {};
  return { oneUninstall: isHelmUninstall(argv), oneDelete: isKubectlDelete(argv) };
}

/**
 * A list that was to foretell what the act will go through. Where the API server itself says that these rights may not make
 * it, the client was told the same, and goes through nothing of it; all else leaves open how much that is.
 */
function unlisted({ group, resource }: SessionList, error: unknown): UnseenKind {
  if (!(error instanceof ToolcribError)) throw error;
  if (error.code === 'unreachable' || error.code === 'credentials') throw error;
  const kind = group === '' ? resource : `${resource}.${group}`;
  const why = `what its command listed could not be listed again: ${error.message}`;
  return { kind, why, ...(certainlyNotDone(error) ? { unlikely: true as const } : {}) };
}

/** Whether the act's session has listed everything of a target's kind in its namespace, by no selector: `--all`. */
export function goesThroughAll({ expected }: Pick<LiveAct, 'expected'>, effect: Effect): boolean {
  const target = 'target' in effect ? effect.target : undefined;
  if (!target) return false;
  return [...expected.keys()].some((key) => {
    if (key === TYPED) return false;
    const { group, resource, namespace, labelSelector, fieldSelector } = JSON.parse(key) as SessionList;
    const same = group === target.group && resource === target.resource && namespace === target.namespace;
    return same && labelSelector === undefined && fieldSelector === undefined;
  });
}
